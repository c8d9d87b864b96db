//! Registration of a WebAuthn key: the options sent to the browser, and the check of its answer.

use serde_json::{Value, json};

use super::call::Call;
use super::fido2::{descriptors, keys};
use crate::encoding::{base64url, uuid};
use crate::error::ServiceError;
use crate::fields::Fields;
use crate::state::World;
use crate::state::application::Application;
use crate::state::ceremony::{self, Ceremony, NewKey};
use crate::state::clock::Millis;
use crate::state::credential::{Credential, CredentialType, Material};
use crate::state::user::User;
use crate::webauthn::{ALGORITHMS, verify_registration};

/// The user a new key is for.
pub struct KeyOwner {
    pub user_id: String,
    pub username: String,
    /// The user's existing keys, which the authenticator must not replace.
    pub exclude: Vec<Value>,
}

impl KeyOwner {
    /// A user who exists.
    pub fn existing(user: &User) -> Self {
        Self {
            user_id: user.id.clone(),
            username: user.username.clone(),
            exclude: descriptors(user),
        }
    }
}

/// The members of `options` for a new key.
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

/// Starts a ceremony that creates a key, and returns its `attestation_payload`.
pub fn begin_key(
    call: &Call,
    world: &mut World,
    owner: KeyOwner,
    options: KeyOptions,
    ceremony: impl FnOnce(NewKey) -> Ceremony,
) -> Value {
    let challenge = ceremony::challenge();
    let (credential_uuid, rp_id) = (uuid(), call.rp_id());
    let payload = json!({
        "credential_uuid": credential_uuid,
        "challenge": challenge,
        "rp": {"id": rp_id, "name": "LoginID emulator"},
        "user": {
            "id": base64url(&owner.user_id),
            "name": options.override_name.as_ref().unwrap_or(&owner.username),
            "displayName": options.display_name.as_ref().unwrap_or(&owner.username),
        },
        "pubKeyCredParams": ALGORITHMS.map(|alg| json!({"type": "public-key", "alg": alg})),
        "excludeCredentials": owner.exclude,
        "authenticatorSelection": {
            "authenticatorAttachment": if options.roaming { "cross-platform" } else { "platform" },
            "userVerification": "required",
        },
        "attestation": "none",
        "timeout": ceremony::LIFE,
    });
    let key = NewKey {
        user_id: owner.user_id,
        credential_uuid,
        rp_id,
        roaming: options.roaming,
    };
    call.begin_ceremony(world, challenge, ceremony(key));
    payload
}

/// The `attestation_payload` that answers a ceremony.
pub struct Attestation {
    pub challenge: String,
    credential_uuid: String,
    credential_id: Vec<u8>,
    client_data: Vec<u8>,
    attestation_object: Vec<u8>,
    /// The name of the credential.
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

    /// The new credential, if the answer matches the ceremony.
    pub fn verify(
        &self,
        application: &Application,
        new_key: &NewKey,
        now: Millis,
    ) -> Result<Credential, ServiceError> {
        let invalid =
            |reason: &str| ServiceError::refused("invalid_attestation", reason.to_owned());
        if self.credential_uuid != new_key.credential_uuid {
            return Err(invalid("the credential_uuid is not the one handed out"));
        }
        let expected = application.relying_party().expected(
            &new_key.rp_id,
            &self.challenge,
            &self.client_data,
        );
        let key = verify_registration(&expected, &self.client_data, &self.attestation_object)
            .map_err(|refusal| invalid(&refusal.to_string()))?;
        if key.credential_id != self.credential_id {
            return Err(invalid("the credential_id is not the attested one"));
        }
        let material = Material::Fido2 {
            key,
            roaming: new_key.roaming,
        };
        let mut credential = Credential::new(CredentialType::Fido2, &self.name, material, now);
        credential.uuid.clone_from(&new_key.credential_uuid);
        Ok(credential)
    }
}

/// Refuses a key that a user has already.
pub fn require_new_key(world: &World, credential: &Credential) -> Result<(), ServiceError> {
    let Material::Fido2 { key, .. } = &credential.material else {
        return Ok(());
    };
    let mut known = world.users.iter().flat_map(keys);
    if known.any(|(_, known, _)| known.credential_id == key.credential_id) {
        return Err(ServiceError::refused(
            "credential_already_exists",
            "The key is already registered",
        ));
    }
    Ok(())
}

/// The name for a new credential: `options.credential_name`, or a default.
pub fn credential_name(body: &Fields, default: &str) -> Result<String, ServiceError> {
    let options = body.optional_object("options")?.unwrap_or_default();
    Ok(options
        .optional_text("credential_name")?
        .unwrap_or(default)
        .to_owned())
}
