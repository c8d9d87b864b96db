//! Shared by the tests of this folder, and of `v2/diagnosis.rs`: keys, and a service that is a
//! function. No sockets.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::keys::{KeyCache, KeySettings, Keys, Lookup, Origin, Request};
use super::{Audience, KeySet, Name, Rules};
use crate::budget::Budget;
use crate::error::Result;
use crate::key::{SigningKey, VerifyingKey};

pub(super) const HOUR: Duration = Duration::from_secs(60 * 60);

/// A service that answers each request for a key with `answer`, and records them.
pub(super) struct Service<F> {
    answer: F,
    /// How often a request is retried, if that is allowed and the error is retryable.
    max_retries: usize,
    requests: Mutex<Vec<String>>,
}

impl<F: Fn(&str, &Budget) -> Result<Keys>> Service<F> {
    pub(super) fn new(answer: F) -> Service<F> {
        Service {
            answer,
            max_retries: 0,
            requests: Mutex::default(),
        }
    }

    pub(super) fn with_retries(self, max_retries: usize) -> Service<F> {
        Service {
            max_retries,
            ..self
        }
    }

    pub(super) fn get(&self, cache: &KeyCache, id: &str, origin: Origin) -> Result<Keys> {
        self.get_within(cache, id, origin, &long_budget())
    }

    pub(super) fn get_within(
        &self,
        cache: &KeyCache,
        id: &str,
        origin: Origin,
        budget: &Budget,
    ) -> Result<Keys> {
        self.with_lookup(origin, budget, |lookup| cache.get(Some(id), lookup))
    }

    pub(super) fn with_lookup<T>(
        &self,
        origin: Origin,
        budget: &Budget,
        run: impl FnOnce(Lookup<'_>) -> T,
    ) -> T {
        let fetch = |id: &str, budget: &Budget, may_retry: &dyn Fn() -> bool| {
            let mut retries = 0;
            loop {
                self.record(id);
                let result = (self.answer)(id, budget);
                let is_retryable = result.as_ref().is_err_and(|error| error.retryable());
                if !is_retryable || retries == self.max_retries || !may_retry() {
                    return result;
                }
                retries += 1;
            }
        };
        run(Lookup {
            origin,
            budget,
            fetch: &fetch,
        })
    }

    fn record(&self, id: &str) {
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        requests.push(id.to_owned());
    }

    pub(super) fn count(&self) -> usize {
        let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        requests.len()
    }
}

/// The rules of v1 for this application.
pub(super) fn rules(application: &str) -> Rules {
    Rules {
        audience: Audience {
            name: Name::Exact(application.to_owned()),
            field: "client_id",
        },
        issuer: None,
        username_claims: &["udata", "username"],
        leeway: Duration::ZERO,
        max_token_age: None,
        require_exp: false,
    }
}

/// The default settings.
pub(super) fn settings() -> KeySettings {
    KeySettings {
        configured: KeySet::default(),
        request: Request::OneKey,
        ttl: HOUR,
        fetch: true,
    }
}

pub(super) fn cache() -> KeyCache {
    KeyCache::new(&settings())
}

/// A budget that no test uses up.
pub(super) fn long_budget() -> Budget {
    Budget::within(HOUR)
}

pub(crate) fn key_pair() -> (SigningKey, VerifyingKey) {
    let pair: Value = serde_json::from_str(&crate::generate_key_pair().unwrap()).unwrap();
    let pem = |name: &str| pair[name].as_str().unwrap();
    (
        SigningKey::from_pem(pem("private_key").as_bytes()).unwrap(),
        VerifyingKey::from_pem(pem("public_key")).unwrap(),
    )
}

pub(super) fn key() -> Keys {
    Arc::new(KeySet::requested(key_pair().1))
}

/// A public key in a key set of the service.
pub(crate) fn jwk(id: &str, key: &VerifyingKey) -> Value {
    let (_, point) = key.spki().split_last_chunk::<64>().unwrap();
    let (x, y) = point.split_at(32);
    let [x, y] = [x, y].map(|number| URL_SAFE_NO_PAD.encode(number));
    json!({
        "kty": "EC", "use": "sig", "key_ops": ["verify"], "alg": "ES256", "kid": id,
        "crv": "P-256", "x": x, "y": y,
    })
}
