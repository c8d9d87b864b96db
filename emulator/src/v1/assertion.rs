//! Signatures with a WebAuthn key: the options sent to the browser, and the check of its answer.

use serde_json::{Value, json};

use super::answer::{Answer, Reply};
use super::call::Call;
use super::fido2::descriptors;
use crate::error::ServiceError;
use crate::fields::Fields;
use crate::state::ceremony::{self, Ceremony};
use crate::state::credential::{Credential, Material, credential_not_found};
use crate::state::user::{Subject, User};
use crate::webauthn::{RegisteredKey, verify_assertion};

/// The request for a signature with any of the user's keys.
pub fn assertion_payload(user: &User, rp_id: &str, challenge: &str) -> Result<Value, ServiceError> {
    let allowed = descriptors(user);
    if allowed.is_empty() {
        return Err(credential_not_found());
    }
    Ok(json!({
        "challenge": challenge,
        "rpId": rp_id,
        "allowCredentials": allowed,
        "userVerification": "required",
        "timeout": ceremony::LIFE,
    }))
}

/// Starts a ceremony of the call's user, and asks for a signature with any of their keys.
pub fn begin_assertion(call: &Call, begin: impl FnOnce(String, String) -> Ceremony) -> Reply {
    let mut world = call.state.world();
    let user = world.users.find_active(&call.subject)?;
    let challenge = ceremony::challenge();
    let rp_id = call.rp_id();
    let payload = assertion_payload(user, &rp_id, &challenge)?;
    let ceremony = begin(user.id.clone(), rp_id);
    call.begin_ceremony(&mut world, challenge, ceremony);
    Ok(Answer::Json(json!({"assertion_payload": payload})))
}

/// An authenticator's signature. Its members have other names in a login than in a transaction.
pub struct Assertion {
    pub challenge: String,
    credential_id: Vec<u8>,
    client_data: Vec<u8>,
    authenticator_data: Vec<u8>,
    signature: Vec<u8>,
}

impl Assertion {
    /// The `assertion_payload` of a login.
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

    /// Checks the signature with the user's key, stores its new counter, and returns the credential. The world
    /// is not locked meanwhile: verifying takes long.
    pub fn verify(
        &self,
        call: &Call,
        user_id: &str,
        rp_id: &str,
    ) -> Result<Credential, ServiceError> {
        let expected =
            call.application
                .relying_party()
                .expected(rp_id, &self.challenge, &self.client_data);
        loop {
            let key = self.with_credential(call, user_id, |_, key| key.clone())?;
            let sign_count = verify_assertion(
                &expected,
                &key,
                &self.client_data,
                &self.authenticator_data,
                &self.signature,
            )
            .map_err(|refusal| ServiceError::not_authenticated(refusal.to_string()))?;
            let stored = self.with_credential(call, user_id, |credential, stored| {
                (*stored == key).then(|| {
                    stored.sign_count = sign_count;
                    credential
                })
            })?;
            // Another login has stored its counter meanwhile: the answer is checked against that one.
            if let Some(credential) = stored {
                return Ok(credential);
            }
        }
    }

    /// Calls with the user's active credential that has this id, and its key.
    fn with_credential<R>(
        &self,
        call: &Call,
        user_id: &str,
        change: impl FnOnce(Credential, &mut RegisteredKey) -> R,
    ) -> Result<R, ServiceError> {
        let mut world = call.state.world();
        let user = world.users.find_active_mut(&Subject::with_id(user_id))?;
        for credential in &mut user.credentials {
            let copy = credential.clone();
            if let Material::Fido2 { key, .. } = &mut credential.material
                && copy.is_active()
                && key.credential_id == self.credential_id
            {
                return Ok(change(copy, key));
            }
        }
        Err(ServiceError::not_authenticated(
            "the key is not one of the user's",
        ))
    }
}
