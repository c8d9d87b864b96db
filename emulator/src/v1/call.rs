//! The checks of every call before its handler: the application, its authorization, and the user.

use std::collections::HashMap;
use std::sync::Arc;

use axum::body::Bytes;
use axum::http::Method;
use axum::http::request::Parts;
use serde_json::{Value, json};

use super::answer::{Answer, Reply, authentication_response, unauthenticated_response};
use super::caller;
use super::service_token::{self, ClientIdClaim, ServiceToken};
use super::token::Identity;
use crate::encoding::{base64url, sha256};
use crate::error::ServiceError;
use crate::fields::Fields;
use crate::state::application::Application;
use crate::state::ceremony::Ceremony;
use crate::state::clock::Millis;
use crate::state::credential::Credential;
use crate::state::relying_party::Requester;
use crate::state::user::{Subject, User};
use crate::state::{State, World};

/// What a call of a route must present.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// A token of this scope, from an application with a key.
    Management(&'static str),
    /// A token of this scope; none from an application without a key.
    Application(&'static str),
    /// A token of this scope, a token without a scope, or none: the official SDKs send any of these to
    /// complete what an `init` began.
    Completion(&'static str),
    /// A token without a scope, or none.
    Open,
    /// A token for this transaction payload; none from an application without a key.
    Transaction,
}

impl Access {
    /// Whether pages make such calls: LoginID's browser SDKs send the token of one call in all later ones.
    fn of_page(self) -> bool {
        !matches!(self, Self::Management(_))
    }

    /// Whether a token that was accepted before may be sent again.
    fn takes_resent_tokens(self) -> bool {
        matches!(self, Self::Completion(_) | Self::Open)
    }
}

/// A call that passed all checks.
pub struct Call {
    pub state: Arc<State>,
    pub application: Arc<Application>,
    pub body: Fields,
    /// The user: from the body, the path or the query, or else from a transaction token.
    pub subject: Subject,
    parameters: HashMap<String, String>,
    requester: Requester,
    /// Whether the answer to a login has no token.
    no_jwt: bool,
    /// Whether the token was accepted before and is sent again.
    pub resent: bool,
}

/// Marks an answer to a call with a token that was sent again.
#[derive(Clone, Copy)]
pub struct ResentToken;

/// Marks the requests of native apps, which use the service under a prefix.
#[derive(Clone, Copy)]
pub struct Native;

impl Call {
    /// Checks a request.
    pub fn admit(
        state: Arc<State>,
        access: Access,
        head: &Parts,
        parameters: HashMap<String, String>,
        body: &Bytes,
    ) -> Result<Self, ServiceError> {
        let body = read_body(head, parameters.contains_key("user_id"), body)?;
        let application = caller::find(&state, &head.headers, &body)?;
        let no_jwt = body.optional_flag("no_jwt")?;
        let mut subject = subject(&body)?;
        subject.user_id = subject
            .user_id
            .or_else(|| parameters.get("user_id").cloned());
        subject.username = subject
            .username
            .or_else(|| parameters.get("username").cloned());

        let claim = if access == Access::Transaction {
            ClientIdClaim::Optional
        } else {
            ClientIdClaim::Required
        };
        let token = service_token::verify(&state, &application, &head.headers, claim)?;
        let resent = token.as_ref().is_some_and(|token| token.replayed);
        if let Some(token) = token.as_ref().filter(|token| token.replayed) {
            check_resent(access, token, &subject)?;
        }
        authorize(access, &application, token.as_ref())?;
        if let Some(token) = token {
            if access == Access::Transaction {
                check_payload_hash(&token, &body)?;
                subject.username = subject.username.or_else(|| token.username.clone());
            }
            check_bound(&state, &token, &subject)?;
            if !resent && access.of_page() {
                let signer = &token.signer;
                signer.remember(&token.nonce, token.hash, &subject);
            }
        }
        Ok(Self {
            state,
            application,
            body,
            subject,
            parameters,
            requester: requester(head),
            no_jwt,
            resent,
        })
    }

    /// The relying party id for the client's passkey options.
    pub fn rp_id(&self) -> String {
        let relying_party = self.application.relying_party();
        relying_party.rp_id_for(&self.requester)
    }

    /// The name of the user to be created.
    pub fn new_username(&self) -> Result<&str, ServiceError> {
        let username = self.subject.username.as_deref();
        username.ok_or_else(ServiceError::username_empty)
    }

    /// A parameter of the path, or of a GET's query.
    pub fn parameter(&self, name: &str) -> &str {
        self.parameters.get(name).map_or("", String::as_str)
    }

    /// The time on the emulator's clock.
    pub fn now(&self) -> Millis {
        self.state.clock.now()
    }

    /// Stores a challenge for this application to answer.
    pub fn begin_ceremony(&self, world: &mut World, challenge: String, ceremony: Ceremony) {
        let client_id = &self.application.client_id;
        world
            .ceremonies
            .begin(challenge, client_id, ceremony, self.now());
    }

    /// Takes the ceremony that this application's answer belongs to.
    pub fn take_ceremony(
        &self,
        world: &mut World,
        challenge: &str,
    ) -> Result<Ceremony, ServiceError> {
        let client_id = &self.application.client_id;
        world.ceremonies.take(challenge, client_id, self.now())
    }

    /// The answer that logs a user in to this application.
    pub fn authenticated(
        &self,
        identity: &Identity,
        action: &str,
        credential: Option<&Credential>,
    ) -> Reply {
        Ok(Answer::Json(
            self.authentication(identity, action, credential),
        ))
    }

    /// The JSON of [`Call::authenticated`].
    pub fn authentication(
        &self,
        identity: &Identity,
        action: &str,
        credential: Option<&Credential>,
    ) -> Value {
        let (state, application) = (&self.state, &self.application);
        if self.no_jwt {
            let mut response = unauthenticated_response(state, application, identity, credential);
            response["is_authenticated"] = json!(true);
            return response;
        }
        authentication_response(state, application, identity, action, credential)
    }
}

/// The user that a body names.
fn subject(body: &Fields) -> Result<Subject, ServiceError> {
    let text = |name| body.text_unless_empty(name);
    Ok(Subject {
        username: text("username")?.map(str::to_owned),
        user_id: text("user_id")?.map(str::to_owned),
    })
}

fn requester(head: &Parts) -> Requester {
    let is_native = head.extensions.get::<Native>().is_some();
    match Requester::of_origin(&head.headers) {
        Some(page) => page,
        None if is_native => Requester::Native,
        None => Requester::Other,
    }
}

fn read_body(head: &Parts, subject_in_path: bool, bytes: &Bytes) -> Result<Fields, ServiceError> {
    if bytes.is_empty() && (head.method != Method::POST || subject_in_path) {
        return Ok(Fields::default());
    }
    Fields::of_request(head, bytes)
}

/// A token that is sent again must be the very one that was accepted, in a call for the same user.
fn check_resent(
    access: Access,
    token: &ServiceToken,
    subject: &Subject,
) -> Result<(), ServiceError> {
    let signer = &token.signer;
    if access.takes_resent_tokens() && signer.has_accepted(&token.nonce, token.hash, subject) {
        return Ok(());
    }
    Err(ServiceError::unauthorized(
        "The service token's nonce was used before",
    ))
}

fn authorize(
    access: Access,
    application: &Application,
    token: Option<&ServiceToken>,
) -> Result<(), ServiceError> {
    let scope = match access {
        Access::Management(_) if application.key.is_none() => {
            return Err(ServiceError::unauthorized(
                "The application has no key, which this operation requires",
            ));
        }
        Access::Management(scope) | Access::Application(scope) | Access::Completion(scope) => {
            Some(scope)
        }
        Access::Transaction => Some("tx.create"),
        Access::Open => None,
    };
    let may_be_missing = matches!(access, Access::Completion(_) | Access::Open);
    match token {
        None if may_be_missing || application.key.is_none() => Ok(()),
        None => Err(ServiceError::unauthorized(
            "The operation requires a service token",
        )),
        Some(token)
            if token.scope.as_deref() == scope || (token.scope.is_none() && may_be_missing) =>
        {
            Ok(())
        }
        // Its scope was right where it was accepted.
        Some(token) if token.replayed && access == Access::Open => Ok(()),
        Some(_) => Err(ServiceError::not_allowed(
            "The service token's scope does not allow this operation",
        )),
    }
}

/// A token bound to one user is refused for any other.
fn check_bound(state: &State, token: &ServiceToken, subject: &Subject) -> Result<(), ServiceError> {
    // Names are compared with names and ids with ids: a user who is to be created does not exist yet.
    let same = |claim: &Option<String>, given: &Option<String>, field: fn(&User) -> &str| match (
        claim, given,
    ) {
        (None, _) => true,
        (Some(claim), Some(given)) => claim == given,
        (Some(claim), None) => state
            .world()
            .users
            .find(subject)
            .is_ok_and(|user| field(user) == claim),
    };
    if same(&token.username, &subject.username, |user| &user.username)
        && same(&token.user_id, &subject.user_id, |user| &user.id)
    {
        return Ok(());
    }
    Err(ServiceError::not_allowed(
        "The service token is bound to another user",
    ))
}

fn check_payload_hash(token: &ServiceToken, body: &Fields) -> Result<(), ServiceError> {
    let hash = sha256(&[body.text("tx_payload")?.as_bytes()]);
    if token.payload_hash.as_deref() == Some(&base64url(hash)) {
        return Ok(());
    }
    Err(ServiceError::not_allowed(
        "The service token is bound to another transaction payload",
    ))
}
