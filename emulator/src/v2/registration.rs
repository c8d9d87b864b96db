//! A new passkey, and with the first one a new user.

use serde_json::json;

use super::answer::{Answer, Reply, authentication};
use super::authenticators;
use super::bearer::Kind;
use super::call::Call;
use super::error::forbidden;
use super::one_time_codes::check_username_type;
use super::options::{self, ALGORITHMS};
use super::token::Login;
use crate::error::ServiceError;
use crate::fields::Fields;
use crate::state::State;
use crate::state::v2::application::Application;
use crate::state::v2::passkey::Passkey;
use crate::state::v2::scope::Scope;
use crate::state::v2::session::{Challenge, Pending, Registration, wrong_session};
use crate::state::v2::user::{User, check_name, user_not_found};
use crate::state::v2::{World, new_id};
use crate::webauthn::verify_registration;

/// Asks the device for a passkey.
pub async fn init(call: Call) -> Reply {
    call.check_app()?;
    let device = call.required_device()?;
    let given = call.body.optional_object("user")?.unwrap_or_default();
    let display_name = given.optional_text("displayName")?;
    let passkey_options = call
        .body
        .optional_object("passkeyOptions")?
        .unwrap_or_default();
    let security_key = passkey_options.optional_flag("securityKey")?;
    passkey_options.optional_flag("conditionalCreate")?;

    let mut world = call.state.v2.world();
    let username = username(&call, &world, &given)?;
    let existing = world.users.named(&call.application.id, &username);
    authorize(&call, existing, &username)?;
    let registration = Registration {
        challenge: Challenge::new(call.rp_id(), device),
        user_id: existing.map_or_else(new_id, |user| user.id.clone()),
        username,
        is_first: existing.is_none(),
    };
    let options = options::creation(&registration, existing, display_name, security_key);
    let pending = Pending::Registration(registration);
    let session = world
        .sessions
        .begin(&call.application.id, pending, call.now());
    Ok(Answer::Json(json!({
        "action": "proceed",
        "session": session,
        "registrationRequestOptions": options,
    })))
}

/// The name of the user: from the body, or else from the token.
fn username(call: &Call, world: &World, given: &Fields) -> Result<String, ServiceError> {
    if let Some(username) = given.optional_text("username")? {
        given.text("usernameType")?;
        check_username_type(given)?;
        check_name(username)?;
        return Ok(username.to_owned());
    }
    match call.bearer.as_ref().map(|bearer| &bearer.kind) {
        Some(Kind::Login { .. }) => Ok(call.user(world)?.username.clone()),
        Some(Kind::Grant {
            username: Some(username),
        }) => Ok(username.clone()),
        _ => Err(ServiceError::bad_request("user.username is required")),
    }
}

/// A first passkey needs a grant if the application is protected, and every further one needs a grant or the
/// user's own LoginID token, which has no `reg:write`: the browser SDK sends it here all the same.
fn authorize(call: &Call, existing: Option<&User>, username: &str) -> Result<(), ServiceError> {
    let Some(bearer) = &call.bearer else {
        return match existing {
            None if !call.application.protected => Ok(()),
            None => Err(ServiceError::unauthorized(
                "The application is protected: a first passkey needs a grant",
            )),
            Some(_) => Err(ServiceError::unauthorized(
                "The user exists: a further passkey needs a grant or the user's LoginID token",
            )),
        };
    };
    let is_for_user = match &bearer.kind {
        Kind::Login { user_id } => existing.is_some_and(|user| user.id == *user_id),
        Kind::Grant { username: granted } => {
            if !bearer.allows(Scope::RegWrite) {
                return Err(forbidden("The grant does not have the scope reg:write"));
            }
            granted.as_deref().is_none_or(|granted| granted == username)
        }
    };
    if is_for_user {
        return Ok(());
    }
    Err(forbidden("The token is for another user"))
}

/// Stores the passkey that the device made, and logs its user in.
pub async fn complete(call: Call) -> Reply {
    let session = call.body.text("session")?;
    let created = Created::read(&call.body)?;
    let (id, now) = (&call.application.id, call.now());
    let pending = call.state.v2.world().sessions.take(session, id, now)?;
    let Pending::Registration(registration) = pending else {
        return Err(wrong_session());
    };
    let login = created.store(&call.state, &call.application, &registration)?;
    Ok(Answer::Json(authentication(
        &call.state,
        &call.application,
        &login,
    )))
}

/// A `creationResult`, decoded, and the name for the passkey.
pub struct Created {
    credential_id: Vec<u8>,
    client_data: Vec<u8>,
    attestation_object: Vec<u8>,
    transports: Vec<String>,
    name: Option<String>,
}

impl Created {
    pub fn read(body: &Fields) -> Result<Self, ServiceError> {
        let result = body.object("creationResult")?;
        // The browser's own decoding of the attestation object is not needed, but must be well formed.
        for name in ["publicKey", "authenticatorData"] {
            if result.optional_text(name)?.is_some() {
                result.binary(name)?;
            }
        }
        let transports = result.optional_texts("transports")?.unwrap_or_default();
        Ok(Self {
            credential_id: result.binary("credentialId")?,
            client_data: result.binary("clientDataJSON")?,
            attestation_object: result.binary("attestationObject")?,
            transports: transports.into_iter().map(str::to_owned).collect(),
            name: body.text_unless_empty("passkeyName")?.map(str::to_owned),
        })
    }

    /// Verifies the answer of the device and stores the passkey, last of all: when a call fails, the browser has
    /// the device forget the new passkey.
    pub fn store(
        self,
        state: &State,
        application: &Application,
        registration: &Registration,
    ) -> Result<Login, ServiceError> {
        let challenge = &registration.challenge;
        let expected = application.relying_party().expected(
            &challenge.rp_id,
            &challenge.text,
            &self.client_data,
        );
        let key = verify_registration(&expected, &self.client_data, &self.attestation_object)
            .map_err(|refusal| ServiceError::bad_request(refusal.to_string()))?;
        if key.credential_id != self.credential_id {
            return Err(ServiceError::bad_request(
                "credentialId is not the attested one",
            ));
        }
        if !ALGORITHMS.contains(&key.public_key.algorithm()) {
            return Err(ServiceError::bad_request(
                "The key is of an algorithm that was not offered",
            ));
        }
        let mut world = state.v2.world();
        if world
            .users
            .has_credential(&application.id, &key.credential_id)
        {
            return Err(ServiceError::bad_request(
                "The passkey is already registered",
            ));
        }
        let provider = authenticators::name(&key.aaguid);
        let name = self.name.as_deref().or(provider);
        let passkey = Passkey {
            id: new_id(),
            name: name.unwrap_or("Passkey").to_owned(),
            credential_id: self.credential_id,
            aaguid: key.aaguid,
            provider,
            synced: key.backup_eligible,
            key: Some(key),
            transports: self.transports,
            created: state.clock.now(),
            last_used: None,
        };
        let passkey_id = passkey.id.clone();
        owner(application, &mut world, registration)?
            .passkeys
            .push(passkey);
        Ok(Login {
            user_id: registration.user_id.clone(),
            username: registration.username.clone(),
            passkey_id: Some(passkey_id),
            rp_id: challenge.rp_id.clone(),
            device_id: challenge.device.id.clone(),
        })
    }
}

/// The user of the new passkey. A new user comes into being here.
fn owner<'a>(
    application: &Application,
    world: &'a mut World,
    registration: &Registration,
) -> Result<&'a mut User, ServiceError> {
    let (id, user_id) = (&application.id, &registration.user_id);
    if registration.is_first {
        return world.users.add(id, user_id, &registration.username);
    }
    let user = world.users.find_mut(id, user_id);
    user.ok_or_else(user_not_found)
}
