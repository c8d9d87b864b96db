//! The cache of the service's public keys.
//!
//! A cache hit takes no lock. When a key's TTL ends, one call refreshes it while the others
//! use the old key. If the service is down, the old key is used for [`STALE_LIMIT`]. After a
//! cache miss, one call fetches the key while the others that need it wait. A [`RateLimit`]
//! bounds these requests, so a flood of forged tokens with random key ids causes few of
//! them. Presented tokens and tokens in answers have separate limits: forged tokens cannot
//! use up the requests that a login needs.

mod failures;
mod in_flight;
mod lookup;
mod rate_limit;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;

use crate::budget::Budget;
use crate::codes::Code;
use crate::error::{Error, Result, Status};
use crate::failpoint::failpoint;
use crate::key::VerifyingKey;
use failures::{Failures, RETRY_PAUSE, is_unknown};
use in_flight::{InFlight, Outcome, lock};
pub(crate) use lookup::{Key, Lookup, Origin};
use rate_limit::RateLimit;

/// How long after its last successful fetch a key is used if it cannot be refreshed.
const STALE_LIMIT: Duration = Duration::from_secs(24 * 60 * 60);
/// How long a call may wait for the refresh of a key that is still usable.
const REFRESH_LIMIT: Duration = Duration::from_secs(5);
/// The maximum number of keys. A new one replaces the oldest.
const MAX_KEYS: usize = 64;

type Keys = HashMap<Box<str>, Arc<CachedKey>>;

/// How keys are cached and fetched.
#[derive(Debug)]
pub(crate) struct KeySettings {
    /// Configured keys by their ids. They never expire.
    pub(crate) configured: Vec<(String, VerifyingKey)>,
    /// How long after its fetch a key is refreshed.
    pub(crate) ttl: Duration,
    /// Whether keys are fetched; otherwise only configured keys are used.
    pub(crate) fetch: bool,
}

#[derive(Debug)]
pub(crate) struct KeyCache {
    keys: ArcSwap<Keys>,
    ttl: Duration,
    fetch_keys: bool,
    state: Mutex<State>,
}

/// A key in the cache.
#[derive(Clone, Debug)]
struct CachedKey {
    key: Key,
    /// None for a configured key, which never expires.
    fetched_at: Option<Instant>,
}

#[derive(Debug)]
struct State {
    in_flight: HashMap<Box<str>, Arc<InFlight>>,
    failures: Failures,
    /// Requests for presented tokens.
    presented: RateLimit,
    /// Requests for tokens in answers: at most one token for each call.
    answers: RateLimit,
    /// Requests of calls that waited for another call's request, which that call abandoned.
    /// Only when the limits above are used up: a caller that leaves must not fail the others.
    abandoned: RateLimit,
    /// When the next refresh of a key may be tried.
    next_refresh: HashMap<Box<str>, Instant>,
}

/// The next step after a cache miss.
enum Step {
    Wait(Arc<InFlight>),
    Fetch(Arc<InFlight>),
    /// Another call has fetched the key meanwhile.
    Found(Key),
}

impl State {
    fn new() -> State {
        State {
            in_flight: HashMap::new(),
            failures: Failures::default(),
            presented: RateLimit::new(5, Duration::from_secs(10)),
            answers: RateLimit::new(5, Duration::from_secs(2)),
            abandoned: RateLimit::new(5, Duration::from_secs(10)),
            next_refresh: HashMap::new(),
        }
    }

    fn start_request(&mut self, id: &str, origin: Origin) -> Arc<InFlight> {
        failpoint!(KeysLocked);
        let in_flight = Arc::new(InFlight::new(origin));
        self.in_flight.insert(id.into(), in_flight.clone());
        in_flight
    }

    /// Whether this call should refresh the key. If so, the other calls will not.
    fn claim_refresh(&mut self, id: &str) -> bool {
        let now = Instant::now();
        // Of keys that are no longer cached nothing stays.
        self.next_refresh.retain(|_, at| *at > now);
        if self.next_refresh.contains_key(id) {
            return false;
        }
        self.next_refresh.insert(id.into(), now + RETRY_PAUSE);
        true
    }

    /// Permits a request, or returns how long to wait for the next. `has_waited`: for another
    /// call's request, which that call abandoned.
    fn permit(&mut self, origin: Origin, has_waited: bool) -> std::result::Result<(), Duration> {
        let permitted = match origin {
            Origin::Answer => self.answers.take(),
            Origin::Presented => self.presented.take(),
        };
        match permitted {
            Err(wait) if has_waited => self.abandoned.take().map_err(|_| wait),
            permitted => permitted,
        }
    }
}

impl KeyCache {
    pub(crate) fn new(settings: &KeySettings) -> KeyCache {
        let configured = settings.configured.iter().map(|(kid, key)| {
            let cached = CachedKey {
                key: Arc::new(key.clone()),
                fetched_at: None,
            };
            (kid.as_str().into(), Arc::new(cached))
        });
        KeyCache {
            keys: ArcSwap::from_pointee(configured.collect()),
            ttl: settings.ttl,
            fetch_keys: settings.fetch,
            state: Mutex::new(State::new()),
        }
    }

    /// The cache for a forked child: the keys, without the locks.
    pub(crate) fn after_fork(&self) -> KeyCache {
        KeyCache {
            keys: ArcSwap::new(self.keys.load_full()),
            ttl: self.ttl,
            fetch_keys: self.fetch_keys,
            state: Mutex::new(State::new()),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    fn entry(&self, id: &str) -> Option<Arc<CachedKey>> {
        self.keys.load().get(id).cloned()
    }

    /// The key if it is in the cache. Makes no request.
    pub(super) fn cached(&self, kid: Option<&str>) -> Option<Key> {
        let keys = self.keys.load();
        let cached = keys.get(kid.unwrap_or_default())?;
        cached.is_usable().then(|| cached.key.clone())
    }

    /// The key with this id, from the cache or the service. A token without a key id is
    /// verified with the service's current key, which is cached under the empty id.
    pub(super) fn get(&self, kid: Option<&str>, lookup: Lookup<'_>) -> Result<Key> {
        let id = kid.unwrap_or_default();
        match self.entry(id) {
            Some(cached) if cached.age() < self.ttl => Ok(cached.key.clone()),
            _ if !self.fetch_keys => Err(not_configured()),
            Some(cached) if cached.is_usable() => self.refresh(id, &cached, lookup),
            _ => self.fetch(id, lookup),
        }
    }

    /// Refreshes a key, unless another call does. If the refresh fails, the old key is used.
    fn refresh(&self, id: &str, cached: &CachedKey, lookup: Lookup<'_>) -> Result<Key> {
        let in_flight = {
            let mut state = self.state();
            if state.in_flight.contains_key(id) || !state.claim_refresh(id) {
                return Ok(cached.key.clone());
            }
            state.start_request(id, lookup.origin)
        };
        let budget = &lookup.budget.at_most(REFRESH_LIMIT);
        let lookup = Lookup { budget, ..lookup };
        match self.run_request(id, &in_flight, lookup, &|| false) {
            Err(error) if error.status() == Status::LID_ERROR_CANCELLED => Err(error),
            // The service answered that the key no longer exists.
            Err(error) if is_unknown(&error) => Err(error),
            Err(_) => Ok(cached.key.clone()),
            fresh => fresh,
        }
    }

    /// Fetches a key that is not in the cache, or waits for the call that fetches it.
    fn fetch(&self, id: &str, lookup: Lookup<'_>) -> Result<Key> {
        let mut has_waited = false;
        loop {
            match self.next_step(id, lookup.origin, has_waited)? {
                Step::Found(key) => return Ok(key),
                Step::Fetch(in_flight) => return self.fetch_with_retries(id, &in_flight, lookup),
                Step::Wait(in_flight) => match in_flight.wait(lookup.budget, lookup.origin) {
                    Outcome::Shared(result) => return result,
                    Outcome::Abandoned => has_waited = true,
                },
            }
        }
    }

    fn next_step(&self, id: &str, origin: Origin, has_waited: bool) -> Result<Step> {
        let mut state = self.state();
        if let Some(in_flight) = state.in_flight.get(id) {
            return Ok(Step::Wait(in_flight.clone()));
        }
        let cached = self.entry(id);
        if let Some(cached) = &cached
            && cached.is_usable()
        {
            return Ok(Step::Found(cached.key.clone()));
        }
        // For a token in an answer, the key is requested again: the service may have it now.
        if origin == Origin::Presented
            && let Some(error) = state.failures.get(id).filter(|error| is_unknown(error))
        {
            return Err(error.clone());
        }
        // The service has used this key before, so a flood must not delay its refresh.
        let is_refresh = cached.is_some() && state.claim_refresh(id);
        if !is_refresh && let Err(wait) = state.permit(origin, has_waited) {
            return Err(throttled(state.failures.get(id), wait));
        }
        Ok(Step::Fetch(state.start_request(id, origin)))
    }

    /// A newer current key than the one just `tried`, in case the service has rotated its
    /// key. The same rate limit applies as for an unknown key, so forged tokens cause no
    /// more requests.
    pub(super) fn newer(&self, tried: &Key, lookup: Lookup<'_>) -> Result<Option<Key>> {
        const ID: &str = "";
        let mut has_waited = false;
        loop {
            let Some(cached) = self.entry(ID) else {
                return Ok(None);
            };
            if !Arc::ptr_eq(&cached.key, tried) {
                return Ok(Some(cached.key.clone()));
            }
            let is_new = lookup.origin == Origin::Presented && cached.age() < RETRY_PAUSE;
            if cached.fetched_at.is_none() || is_new {
                return Ok(None);
            }
            let mut state = self.state();
            if let Some(in_flight) = state.in_flight.get(ID).cloned() {
                drop(state);
                match in_flight.wait(lookup.budget, lookup.origin) {
                    Outcome::Shared(result) => return result.map(Some),
                    Outcome::Abandoned => {
                        has_waited = true;
                        continue;
                    }
                }
            }
            // Without a request, a forged token looks like one that a newer key signed.
            if let Err(wait) = state.permit(lookup.origin, has_waited) {
                return Err(throttled(state.failures.get(ID), wait));
            }
            let in_flight = state.start_request(ID, lookup.origin);
            drop(state);
            return self.fetch_with_retries(ID, &in_flight, lookup).map(Some);
        }
    }

    /// Makes a permitted request. Each retry counts against the rate limit too: retries must
    /// not multiply a flood.
    fn fetch_with_retries(
        &self,
        id: &str,
        in_flight: &InFlight,
        lookup: Lookup<'_>,
    ) -> Result<Key> {
        let may_retry = || self.state().permit(lookup.origin, false).is_ok();
        self.run_request(id, in_flight, lookup, &may_retry)
    }

    /// Makes a request, stores its result, and wakes the waiting calls.
    fn run_request(
        &self,
        id: &str,
        in_flight: &InFlight,
        lookup: Lookup<'_>,
        may_retry: &dyn Fn() -> bool,
    ) -> Result<Key> {
        let mut guard = RequestGuard {
            cache: self,
            id,
            in_flight,
            outcome: Outcome::Abandoned,
        };
        let result = (lookup.fetch)(id, lookup.budget, may_retry);
        failpoint!(KeyFetched);
        match &result {
            Ok(key) => self.store(id, key.clone()),
            Err(error) if is_callers_limit(error, lookup.budget) => return result,
            Err(error) => self.record_failure(id, error),
        }
        guard.outcome = Outcome::Shared(result.clone());
        result
    }

    fn store(&self, id: &str, key: Key) {
        let cached = Arc::new(CachedKey {
            key,
            fetched_at: Some(Instant::now()),
        });
        self.keys.rcu(|keys| {
            let mut keys = Keys::clone(keys);
            if keys.len() >= MAX_KEYS && !keys.contains_key(id) {
                let oldest = keys
                    .iter()
                    .filter(|(_, cached)| cached.fetched_at.is_some())
                    .min_by_key(|(_, cached)| cached.fetched_at)
                    .map(|(id, _)| id.clone());
                if let Some(oldest) = oldest {
                    keys.remove(&oldest);
                }
            }
            keys.insert(id.into(), cached.clone());
            keys
        });
        let mut state = self.state();
        failpoint!(KeyStored);
        // The pause applies to failed refreshes only.
        state.next_refresh.remove(id);
        state.failures.remove(id);
    }

    fn record_failure(&self, id: &str, error: &Error) {
        let mut state = self.state();
        state.failures.add(id, error.clone());
        if !is_unknown(error) {
            return;
        }
        state.next_refresh.remove(id);
        self.keys.rcu(|keys| {
            let mut keys = Keys::clone(keys);
            keys.remove(id);
            keys
        });
    }
}

impl CachedKey {
    fn age(&self) -> Duration {
        self.fetched_at.map(|at| at.elapsed()).unwrap_or_default()
    }

    fn is_usable(&self) -> bool {
        self.age() < STALE_LIMIT
    }
}

/// Whether the error is caused by the budget of the call that made the request.
fn is_callers_limit(error: &Error, budget: &Budget) -> bool {
    match error.status() {
        Status::LID_ERROR_CANCELLED => true,
        Status::LID_ERROR_TIMEOUT => budget.left().is_zero(),
        _ => false,
    }
}

fn not_configured() -> Error {
    Error::new(
        Code::UnknownKey,
        "the token's kid is not among the configured public_keys, and fetch_keys is false",
    )
}

/// The error without a permitted request: the last one for this key, if there is one.
fn throttled(last: Option<&Error>, wait: Duration) -> Error {
    match last {
        Some(error) if error.retryable() => {
            let wait = error.retry_after().unwrap_or_default().max(wait);
            error.clone().with_retry_after(Some(wait))
        }
        Some(error) => error.clone(),
        None => Error::new(
            Code::UnknownKeyThrottled,
            "the token's key is not in the cache, and too many keys were requested recently",
        )
        .with_retryable(true)
        .with_retry_after(Some(wait)),
    }
}

/// Ends a request, even if fetching panics: no call may wait for it forever.
struct RequestGuard<'a> {
    cache: &'a KeyCache,
    id: &'a str,
    in_flight: &'a InFlight,
    outcome: Outcome,
}

impl Drop for RequestGuard<'_> {
    fn drop(&mut self) {
        // First, so that a call that is woken does not find this request again.
        self.cache.state().in_flight.remove(self.id);
        self.in_flight.end(self.outcome.clone());
    }
}
