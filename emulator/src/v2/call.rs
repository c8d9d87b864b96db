//! The checks of every call before its handler: the application, the body, and what the call presents.

use std::collections::HashMap;
use std::sync::Arc;

use axum::body::Bytes;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};

use super::authorization::Authorization;
use super::bearer::{Bearer, Kind};
use super::error::{forbidden, not_found};
use crate::error::ServiceError;
use crate::fields::Fields;
use crate::host::Authority;
use crate::state::State;
use crate::state::clock::Millis;
use crate::state::relying_party::Requester;
use crate::state::v2::application::Application;
use crate::state::v2::scope::Scope;
use crate::state::v2::session::Device;
use crate::state::v2::user::{User, user_not_found};
use crate::state::v2::{World, new_id};

/// What a call of a route must present.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Nothing. What is sent all the same is not looked at.
    Open,
    /// An API key of the application.
    Key,
    /// An API key with this scope.
    KeyWith(Scope),
    /// A LoginID token or a grant with this scope.
    User(Scope),
    /// Nothing, or a LoginID token or a grant.
    OptionalUser,
    /// A session.
    Session,
}

/// A call that passed these checks.
pub struct Call {
    pub state: Arc<State>,
    pub application: Arc<Application>,
    pub body: Fields,
    /// The token, if the call needs or has one.
    pub bearer: Option<Bearer>,
    /// The scopes of the API key, if the call needs one.
    pub key_scopes: Vec<Scope>,
    /// The session, if the call needs one.
    pub session: String,
    parameters: HashMap<String, String>,
    requester: Requester,
    user_agent: Option<String>,
}

impl Call {
    /// Checks a request.
    pub fn admit(
        state: Arc<State>,
        access: Access,
        head: &Parts,
        parameters: HashMap<String, String>,
        body: &Bytes,
    ) -> Result<Self, ServiceError> {
        let application = application(&state, &head.headers)?;
        let mut call = Self {
            body: Fields::default(),
            bearer: None,
            key_scopes: Vec::new(),
            session: String::new(),
            parameters,
            requester: Requester::of_origin(&head.headers).unwrap_or(Requester::Other),
            user_agent: user_agent(&head.headers),
            application,
            state,
        };
        call.authorize(access, &head.headers)?;
        call.body = read_body(head, body)?;
        Ok(call)
    }

    fn authorize(&mut self, access: Access, headers: &HeaderMap) -> Result<(), ServiceError> {
        if access == Access::Open {
            return Ok(());
        }
        let given = Authorization::read(headers)?;
        match access {
            Access::Open => {}
            Access::Key => self.key_scopes = self.scopes_of_key(given)?,
            Access::KeyWith(scope) => {
                self.key_scopes = self.scopes_of_key(given)?;
                if !self.key_scopes.contains(&scope) {
                    return Err(missing_scope("API key", scope));
                }
            }
            Access::User(scope) => {
                let bearer = self.verified(given)?.ok_or_else(|| {
                    ServiceError::unauthorized("The call needs a LoginID token or a grant")
                })?;
                if !bearer.allows(scope) {
                    return Err(missing_scope("token", scope));
                }
                self.bearer = Some(bearer);
            }
            Access::OptionalUser => self.bearer = self.verified(given)?,
            Access::Session => match given {
                Authorization::Token(session) => self.session = session,
                _ => return Err(ServiceError::unauthorized("The call needs a session")),
            },
        }
        Ok(())
    }

    fn scopes_of_key(&self, given: Authorization) -> Result<Vec<Scope>, ServiceError> {
        let scopes = match given {
            Authorization::ApiKey(key) => self.application.scopes_of(&key),
            _ => {
                return Err(ServiceError::unauthorized(
                    "The call needs an API key: Authorization: Basic with the base64 of the key and a colon",
                ));
            }
        };
        scopes.ok_or_else(|| {
            ServiceError::unauthorized("The API key is not one of this application's")
        })
    }

    fn verified(&self, given: Authorization) -> Result<Option<Bearer>, ServiceError> {
        match given {
            Authorization::Nothing => Ok(None),
            Authorization::Token(token) => {
                Bearer::verify(&self.state, &self.application, &token).map(Some)
            }
            Authorization::ApiKey(_) => Err(ServiceError::unauthorized(
                "The call needs a LoginID token or a grant, not an API key",
            )),
        }
    }

    /// The user of the token.
    pub fn user<'a>(&self, world: &'a World) -> Result<&'a User, ServiceError> {
        let (users, id) = (&world.users, &self.application.id);
        let found = match self.bearer.as_ref().map(|bearer| &bearer.kind) {
            Some(Kind::Login { user_id }) => users.find(id, user_id),
            Some(Kind::Grant {
                username: Some(username),
            }) => users.named(id, username),
            _ => return Err(forbidden("The grant names no user")),
        };
        found.ok_or_else(user_not_found)
    }

    /// A parameter of the path.
    pub fn parameter(&self, name: &str) -> &str {
        self.parameters.get(name).map_or("", String::as_str)
    }

    /// The time on the emulator's clock.
    pub fn now(&self) -> Millis {
        self.state.clock.now()
    }

    /// The relying party id for the client's passkey options.
    pub fn rp_id(&self) -> String {
        let relying_party = self.application.relying_party();
        relying_party.rp_id_for(&self.requester)
    }

    /// The client, as `deviceInfo` and `User-Agent` describe it. One without an id gets one.
    pub fn device(&self) -> Result<Device, ServiceError> {
        let info = self.body.optional_object("deviceInfo")?.unwrap_or_default();
        let id = info.text_unless_empty("deviceId")?.map(str::to_owned);
        Ok(Device {
            id: id.unwrap_or_else(new_id),
            name: self.user_agent.clone(),
        })
    }

    /// [`Call::device`], of a call whose body must have `deviceInfo`, and may have `trustItems`.
    pub fn required_device(&self) -> Result<Device, ServiceError> {
        self.body.object("deviceInfo")?;
        self.body.optional_object("trustItems")?;
        self.device()
    }

    /// Refuses a body that names another application by `app.id` than the one at this host.
    pub fn check_app(&self) -> Result<(), ServiceError> {
        let app = self.body.object("app")?;
        // Browsers send the host in small letters: an id is compared without regard to case.
        if app.text("id")?.eq_ignore_ascii_case(&self.application.id) {
            return Ok(());
        }
        Err(not_found(
            "There is no application with this app.id at this host",
        ))
    }
}

/// The application at the host that the request names.
fn application(state: &State, headers: &HeaderMap) -> Result<Arc<Application>, ServiceError> {
    let host = Authority::of_request(headers).map(|authority| authority.host);
    let application = state.v2.application_at(host.as_ref());
    application.ok_or_else(|| not_found("There is no application at this host"))
}

fn user_agent(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::USER_AGENT)?.to_str().ok()?;
    Some(value.to_owned()).filter(|value| !value.is_empty())
}

fn missing_scope(what: &str, scope: Scope) -> ServiceError {
    let message = format!("The {what} does not have the scope {}", scope.name());
    ServiceError {
        message: message.into(),
        ..forbidden("")
    }
}

fn read_body(head: &Parts, bytes: &Bytes) -> Result<Fields, ServiceError> {
    // A call without members has no body at all.
    if bytes.is_empty() || head.method == Method::GET {
        return Ok(Fields::default());
    }
    Fields::of_request(head, bytes)
}
