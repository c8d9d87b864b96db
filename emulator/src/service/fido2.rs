//! WebAuthn as LoginID wraps it: the payloads that go out, and the judgement of those that come back.

use serde_json::{Value, json};

use super::body::Fields;
use super::call::Call;
use crate::encoding::{base64url, random, uuid};
use crate::error::ServiceError;
use crate::json;
use crate::state::ceremony::{self, Ceremony, NewKey};
use crate::state::clock::Millis;
use crate::state::credential::{Credential, CredentialType, Material, credential_not_found};
use crate::state::origins::RP_ID;
use crate::state::user::User;
use crate::state::{State, World};
use crate::webauthn::{Expected, RegisteredKey, verify_assertion, verify_registration};

/// Who a new key is for, and what was asked of it.
pub struct KeyOrder {
    pub user_id: String,
    pub username: String,
    /// The user's keys, which the authenticator must not be asked to replace.
    pub exclude: Vec<Value>,
}

impl KeyOrder {
    /// Another key for a user.
    pub fn another(user: &User) -> Self {
        Self {
            user_id: user.id.clone(),
            username: user.username.clone(),
            exclude: descriptors(user),
        }
    }
}

/// The members of `options` that shape a new key.
#[derive(Default)]
pub struct KeyOptions {
    display_name: Option<String>,
    override_name: Option<String>,
    roaming: bool,
}

impl KeyOptions {
    pub fn read(body: &Fields) -> Result<Self, ServiceError> {
        let Some(options) = body.optional_object("options")? else {
            return Ok(Self::default());
        };
        let text = |name| {
            options
                .optional_text(name)
                .map(|text| text.map(str::to_owned))
        };
        Ok(Self {
            display_name: text("display_name")?,
            override_name: text("override_name")?,
            roaming: options.optional_flag("roaming_authenticator")?,
        })
    }
}

/// Begins the making of a key: remembers its challenge and gives the `attestation_payload`.
pub fn begin_key(
    call: &Call,
    world: &mut World,
    order: KeyOrder,
    options: KeyOptions,
    ceremony: impl FnOnce(NewKey) -> Ceremony,
) -> Value {
    let challenge = base64url(random::<32>());
    let credential_uuid = uuid();
    let payload = json!({
        "credential_uuid": credential_uuid,
        "challenge": challenge,
        "rp": {"id": RP_ID, "name": "LoginID emulator"},
        "user": {
            "id": base64url(&order.user_id),
            "name": options.override_name.as_ref().unwrap_or(&order.username),
            "displayName": options.display_name.as_ref().unwrap_or(&order.username),
        },
        "pubKeyCredParams": [{"type": "public-key", "alg": -7}],
        "excludeCredentials": order.exclude,
        "authenticatorSelection": {
            "authenticatorAttachment": if options.roaming { "cross-platform" } else { "platform" },
            "userVerification": "required",
        },
        "attestation": "none",
        "timeout": ceremony::LIFE,
    });
    let key = NewKey {
        user_id: order.user_id,
        credential_uuid,
        roaming: options.roaming,
    };
    let now = call.state.clock.now();
    world
        .ceremonies
        .begin(challenge, &call.application.client_id, ceremony(key), now);
    payload
}

/// The `attestation_payload` a browser answered, in the form it is sent back.
pub struct Attestation {
    pub challenge: String,
    credential_uuid: String,
    credential_id: Vec<u8>,
    client_data: Vec<u8>,
    attestation_object: Vec<u8>,
    /// The name the user gave the key.
    name: String,
}

impl Attestation {
    pub fn read(body: &Fields) -> Result<Self, ServiceError> {
        let payload = body.object("attestation_payload")?;
        Ok(Self {
            challenge: payload.text("challenge")?.to_owned(),
            credential_uuid: payload.text("credential_uuid")?.to_owned(),
            credential_id: payload.binary("credential_id")?,
            client_data: payload.binary("client_data")?,
            attestation_object: payload.binary("attestation_data")?,
            name: credential_name(body, "FIDO2 key")?,
        })
    }

    /// The credential, if the answer is what the ceremony asked for and its key is new to the service.
    pub fn credential(
        &self,
        state: &State,
        world: &World,
        wanted: &NewKey,
        now: Millis,
    ) -> Result<Credential, ServiceError> {
        let refused = |why: String| ServiceError::refused("invalid_attestation", why);
        if self.credential_uuid != wanted.credential_uuid {
            return Err(refused(
                "the credential_uuid is not the one handed out".to_owned(),
            ));
        }
        let expected = expected(state, world, &self.challenge, &self.client_data);
        let key = verify_registration(&expected, &self.client_data, &self.attestation_object)
            .map_err(|refusal| refused(refusal.to_string()))?;
        if key.credential_id != self.credential_id {
            return Err(refused(
                "the credential_id is not the attested one".to_owned(),
            ));
        }
        if world
            .users
            .iter()
            .flat_map(keys)
            .any(|(_, known, _)| known.credential_id == key.credential_id)
        {
            return Err(ServiceError::refused(
                "credential_already_exists",
                "The key is already registered",
            ));
        }
        let material = Material::Fido2 {
            key,
            roaming: wanted.roaming,
        };
        let mut credential = Credential::new(CredentialType::Fido2, &self.name, material, now);
        credential.uuid.clone_from(&wanted.credential_uuid);
        Ok(credential)
    }
}

/// What an authenticator signed, under the names of the call it came with.
pub struct Assertion {
    pub challenge: String,
    credential_id: Vec<u8>,
    client_data: Vec<u8>,
    authenticator_data: Vec<u8>,
    signature: Vec<u8>,
}

impl Assertion {
    /// The `assertion_payload` of a log-in.
    pub fn of_login(body: &Fields) -> Result<Self, ServiceError> {
        let payload = body.object("assertion_payload")?;
        Self::read(
            &payload,
            ["credential_id", "authenticator_data", "signature"],
        )
    }

    /// The members of a transaction's completion.
    pub fn of_transaction(body: &Fields) -> Result<Self, ServiceError> {
        Self::read(body, ["key_handle", "auth_data", "sign_data"])
    }

    fn read(fields: &Fields, [id, data, signature]: [&str; 3]) -> Result<Self, ServiceError> {
        Ok(Self {
            challenge: fields.text("challenge")?.to_owned(),
            credential_id: fields.binary(id)?,
            client_data: fields.binary("client_data")?,
            authenticator_data: fields.binary(data)?,
            signature: fields.binary(signature)?,
        })
    }

    /// Checks the signature with the user's key and keeps its new counter. Gives the credential used.
    pub fn verify(
        &self,
        state: &State,
        world: &mut World,
        user_id: &str,
    ) -> Result<Credential, ServiceError> {
        let expected = expected(state, world, &self.challenge, &self.client_data);
        let user = world
            .users
            .find_mut(&crate::state::user::Subject::with_id(user_id))?;
        user.require_active()?;
        let mut active = user
            .credentials
            .iter_mut()
            .filter(|credential| credential.is_active());
        let used = active.find_map(|credential| match &credential.material {
            Material::Fido2 { key, .. } if key.credential_id == self.credential_id => {
                Some(credential)
            }
            _ => None,
        });
        let credential = used
            .ok_or_else(|| ServiceError::not_authenticated("the key is not one of the user's"))?;
        let Material::Fido2 { key, .. } = &mut credential.material else {
            return Err(credential_not_found());
        };
        let count = verify_assertion(
            &expected,
            key,
            &self.client_data,
            &self.authenticator_data,
            &self.signature,
        );
        key.sign_count =
            count.map_err(|refusal| ServiceError::not_authenticated(refusal.to_string()))?;
        Ok(credential.clone())
    }
}

/// What an authenticator is asked to sign, with any of the user's keys.
pub fn assertion_payload(user: &User, challenge: &str) -> Result<Value, ServiceError> {
    let allowed = descriptors(user);
    if allowed.is_empty() {
        return Err(credential_not_found());
    }
    Ok(json!({
        "challenge": challenge,
        "rpId": RP_ID,
        "allowCredentials": allowed,
        "userVerification": "required",
        "timeout": ceremony::LIFE,
    }))
}

/// The name a credential is to have.
pub fn credential_name(body: &Fields, otherwise: &str) -> Result<String, ServiceError> {
    let options = body.optional_object("options")?.unwrap_or_default();
    Ok(options
        .optional_text("credential_name")?
        .unwrap_or(otherwise)
        .to_owned())
}

fn keys(user: &User) -> impl Iterator<Item = (&Credential, &RegisteredKey, bool)> {
    user.credentials
        .iter()
        .filter_map(|credential| match &credential.material {
            Material::Fido2 { key, roaming } => Some((credential, key, *roaming)),
            _ => None,
        })
}

fn descriptors(user: &User) -> Vec<Value> {
    let usable = keys(user).filter(|(credential, ..)| credential.is_active());
    let descriptor = |(_, key, roaming): (&Credential, &RegisteredKey, bool)| {
        let transports = if roaming {
            json!(["usb", "nfc", "ble"])
        } else {
            json!(["internal"])
        };
        json!({"id": base64url(&key.credential_id), "type": "public-key", "transports": transports})
    };
    usable.map(descriptor).collect()
}

fn expected(state: &State, world: &World, challenge: &str, client_data: &[u8]) -> Expected {
    // The verifier compares whole origins; which port of this machine a page came from does not matter.
    let origin =
        json::object(client_data).and_then(|data| data.get("origin")?.as_str().map(str::to_owned));
    let allowed = origin.filter(|origin| world.origins.allow(origin, &state.base_url));
    Expected {
        challenge: challenge.to_owned(),
        origins: allowed.into_iter().collect(),
        rp_id: RP_ID.to_owned(),
        require_user_verification: true,
    }
}
