//! What `loginid doctor` finds out with a client of the current service.

use std::sync::Arc;

use serde_json::Value;

use super::client::Client;
use super::{grants, keys};
use crate::budget::Budget;
use crate::codes::Code;
use crate::diagnostics::{Clocks, Connection, GrantVerdict, KeySetFound};
use crate::error::{Error, Result};
use crate::http::observing;
use crate::token::{self, KeySet, Keys, Origin, explain_key_set};

/// What a grant allows that is requested for a diagnosis: the least that there is.
const LEAST_SCOPE: &str = "passkey:read";

impl Client {
    /// How this client connects.
    pub fn connection(&self) -> Connection<'_> {
        Connection(self.config())
    }

    /// Requests the key set of the application, and reads it as a verification does. The
    /// error is that of the request, with its status: there is no token that it could be about.
    pub fn diagnose_keys(&self) -> (Result<KeySetFound>, Option<Clocks>) {
        let pinned = &self.config().keys.configured;
        let read = |text: String| read_key_set(&text, pinned);
        let (found, observed) = observing(|| self.execute(keys::call(), &self.budget(), read));
        (found, observed.map(Clocks::from))
    }

    /// Requests a grant without a user: it allows nothing and is good for a few seconds. The
    /// service refuses it if the API key is not the application's; whether the application is
    /// the configured one follows from what the grant says.
    pub fn diagnose_grant(&self, keys: &KeySetFound) -> Result<GrantVerdict> {
        let budget = self.budget();
        let grant = self.execute(
            grants::call_without_user(LEAST_SCOPE),
            &budget,
            grants::read_grant,
        )?;
        let Some(keys) = &keys.keys else {
            let why = "no key of the key set is usable";
            return Ok(GrantVerdict::Unknown(why.to_owned()));
        };
        Ok(self.judge(&grant, keys, &budget))
    }

    /// Verifies a grant as a token of a user, except that it need not be a login.
    fn judge(&self, grant: &str, keys: &Keys, budget: &Budget) -> GrantVerdict {
        let fetch = |_: &str, _: &Budget, _: &dyn Fn() -> bool| Ok(keys.clone());
        let verified = self.verify_with(grant, Origin::Answer, budget, &fetch);
        let error = match verified {
            Ok(_) => return GrantVerdict::Matches,
            Err(error) => error,
        };
        let claim = match () {
            () if error.code() == Code::AudienceMismatch.text() => "aud",
            () if error.code() == Code::IssuerMismatch.text() => "iss",
            () => return GrantVerdict::Unknown(unverifiable(&error)),
        };
        match claim_of(grant, claim) {
            Some(found) => GrantVerdict::Differs { error, found },
            None => GrantVerdict::Unknown(format!("the service's grant has no {claim}")),
        }
    }
}

/// What is found in a key set. A pinned key takes the place of another one with its id, as in a
/// verification: the keys stay in the client's cache.
fn read_key_set(text: &str, pinned: &KeySet) -> Result<KeySetFound> {
    let explained = explain_key_set(text);
    let set = KeySet::from_json(text);
    // Of a set whose keys are all skipped, the reasons say more than the error.
    if explained.is_empty()
        && let Err(problem) = set
    {
        return Err(keys::unusable(&problem));
    }
    let (skipped, usable): (Vec<_>, Vec<_>) =
        explained.into_iter().partition(|(_, why)| why.is_some());
    let skipped = skipped.into_iter();
    Ok(KeySetFound {
        usable: usable.into_iter().map(|(name, _)| name).collect(),
        skipped: skipped
            .map(|(name, why)| (name, why.unwrap_or_default()))
            .collect(),
        keys: set.ok().map(|set| Arc::new(pinned.and(set))),
    })
}

fn unverifiable(error: &Error) -> String {
    format!(
        "the service's grant cannot be verified: {}",
        error.message()
    )
}

/// A claim of a token as it is to be shown: at most 100 characters.
fn claim_of(token: &str, name: &str) -> Option<String> {
    let decoded = token::decode_unverified(token).ok()?;
    let decoded: Value = serde_json::from_str(&decoded).ok()?;
    let text = match decoded.get("claims")?.get(name)? {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    Some(text.chars().take(100).collect())
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use serde_json::json;

    use super::*;
    use crate::config::V2Config;
    use crate::key::SigningKey;
    use crate::token::testing::{jwk, key_pair};

    const SERVICE: &str = "http://app1.localhost:1";

    /// A grant without a key id.
    fn grant(key: &SigningKey) -> String {
        let encode = |part: Value| URL_SAFE_NO_PAD.encode(part.to_string());
        let header = encode(json!({"alg": "ES256"}));
        let claims = encode(json!({"aud": "app1", "iss": SERVICE}));
        let signed = format!("{header}.{claims}");
        let signature = key.sign(signed.as_bytes()).unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    #[test]
    fn a_diagnosis_does_not_replace_a_pinned_key() {
        let ((trusted, pinned), (other, published)) = (key_pair(), key_pair());
        let set = |key| json!({"keys": [jwk("a", key)]});
        let config = json!({"base_url": SERVICE, "jwks": set(&pinned)}).to_string();
        let client = Client::with_config(V2Config::from_json(&config).unwrap()).unwrap();
        let configured = &client.config().keys.configured;
        let found = read_key_set(&set(&published).to_string(), configured).unwrap();
        let keys = found.keys.unwrap();
        let matches = |key| {
            let verdict = client.judge(&grant(key), &keys, &client.budget());
            matches!(verdict, GrantVerdict::Matches)
        };
        assert!(!matches(&other));
        assert!(matches(&trusted));
    }
}
