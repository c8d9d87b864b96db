//! The cache of the service's public keys: single ones by their ids, or a whole set.
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
use crate::token::key_set::KeySet;
use failures::{Failures, RETRY_PAUSE, is_unknown};
use in_flight::{InFlight, Outcome, lock};
pub(crate) use lookup::{Fetch, Keys, Lookup, Origin, Request};
use rate_limit::RateLimit;

/// How long after its last successful fetch a key is used if it cannot be refreshed.
const STALE_LIMIT: Duration = Duration::from_secs(24 * 60 * 60);
/// How long a call may wait for the refresh of a key that is still usable.
const REFRESH_LIMIT: Duration = Duration::from_secs(5);
/// The maximum number of keys. A new one replaces the oldest.
const MAX_KEYS: usize = 64;
/// The id of the service's current key, or of its whole set.
const CURRENT: &str = "";

/// By the id in the request. Configured keys are there by their own ids.
type Entries = HashMap<Box<str>, Arc<CachedKeys>>;

/// How keys are cached and fetched.
#[derive(Debug)]
pub(crate) struct KeySettings {
    /// Configured keys. They never expire.
    pub(crate) configured: KeySet,
    pub(crate) request: Request,
    /// How long after its fetch a key is refreshed.
    pub(crate) ttl: Duration,
    /// Whether keys are fetched; otherwise only configured keys are used.
    pub(crate) fetch: bool,
}

#[derive(Debug)]
pub(crate) struct KeyCache {
    keys: ArcSwap<Entries>,
    request: Request,
    ttl: Duration,
    fetch_keys: bool,
    state: Mutex<State>,
}

/// Keys in the cache.
#[derive(Clone, Debug)]
struct CachedKeys {
    keys: Keys,
    /// When they were requested. None for configured keys, which never expire.
    requested_at: Option<Instant>,
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
    Found(Keys),
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
        let entry = |id: &str, keys: KeySet| {
            let cached = CachedKeys {
                keys: Arc::new(keys),
                requested_at: None,
            };
            (id.into(), Arc::new(cached))
        };
        let configured = settings.configured.by_id();
        let mut keys: Entries = configured.map(|(id, keys)| entry(id, keys)).collect();
        if settings.request == Request::WholeSet && !settings.fetch {
            keys.extend([entry(CURRENT, settings.configured.clone())]);
        }
        KeyCache {
            keys: ArcSwap::from_pointee(keys),
            request: settings.request,
            ttl: settings.ttl,
            fetch_keys: settings.fetch,
            state: Mutex::new(State::new()),
        }
    }

    /// The cache for a forked child: the keys, without the locks.
    pub(crate) fn after_fork(&self) -> KeyCache {
        KeyCache {
            keys: ArcSwap::new(self.keys.load_full()),
            request: self.request,
            ttl: self.ttl,
            fetch_keys: self.fetch_keys,
            state: Mutex::new(State::new()),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    fn entry(&self, id: &str) -> Option<Arc<CachedKeys>> {
        self.keys.load().get(id).cloned()
    }

    /// The id under which the key of a token is cached.
    fn id<'a>(&self, kid: Option<&'a str>) -> &'a str {
        let kid = kid.unwrap_or(CURRENT);
        match self.request {
            Request::OneKey => kid,
            // Only configured keys have entries of their own.
            Request::WholeSet if self.keys.load().contains_key(kid) => kid,
            Request::WholeSet => CURRENT,
        }
    }

    /// The keys for a token with this key id if they are in the cache. Makes no request.
    pub(super) fn cached(&self, kid: Option<&str>) -> Option<Keys> {
        let cached = self.entry(self.id(kid))?;
        let usable = cached.is_usable() && cached.keys.serves(kid);
        usable.then(|| cached.keys.clone())
    }

    /// The keys for a token with this key id, from the cache or the service; there is at least
    /// one. A token without a key id is verified with the service's current key.
    pub(super) fn get(&self, kid: Option<&str>, lookup: Lookup<'_>) -> Result<Keys> {
        let began = Instant::now();
        let id = self.id(kid);
        let keys = match self.entry(id) {
            Some(cached) if cached.age() < self.ttl => cached.keys.clone(),
            _ if !self.fetch_keys => return Err(not_configured()),
            Some(cached) if cached.is_usable() => self.refresh(id, &cached, lookup)?,
            _ => self.fetch(id, lookup)?,
        };
        match kid {
            _ if keys.serves(kid) => Ok(keys),
            Some(kid) => self.fetch_set_with(kid, began, lookup),
            None => Err(Error::new(
                Code::UnknownKey,
                "the token has no kid, and the service has more than one key",
            )),
        }
    }

    /// Refreshes a key, unless another call does. If the refresh fails, the old key is used.
    fn refresh(&self, id: &str, cached: &CachedKeys, lookup: Lookup<'_>) -> Result<Keys> {
        let in_flight = {
            let mut state = self.state();
            if state.in_flight.contains_key(id) || !state.claim_refresh(id) {
                return Ok(cached.keys.clone());
            }
            state.start_request(id, lookup.origin)
        };
        let budget = &lookup.budget.at_most(REFRESH_LIMIT);
        let lookup = Lookup { budget, ..lookup };
        match self.run_request(id, &in_flight, lookup, &|| false) {
            Err(error) if error.status() == Status::LID_ERROR_CANCELLED => Err(error),
            // The service answered that the key no longer exists.
            Err(error) if is_unknown(&error) => Err(error),
            Err(_) => Ok(cached.keys.clone()),
            fresh => fresh,
        }
    }

    /// Fetches a key that is not in the cache, or waits for the call that fetches it.
    fn fetch(&self, id: &str, lookup: Lookup<'_>) -> Result<Keys> {
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
            return Ok(Step::Found(cached.keys.clone()));
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
    pub(super) fn newer(&self, tried: &Keys, lookup: Lookup<'_>) -> Result<Option<Keys>> {
        let mut has_waited = false;
        loop {
            let Some(cached) = self.entry(CURRENT) else {
                return Ok(None);
            };
            if !Arc::ptr_eq(&cached.keys, tried) {
                return Ok(Some(cached.keys.clone()));
            }
            let is_new = lookup.origin == Origin::Presented && cached.age() < RETRY_PAUSE;
            if cached.requested_at.is_none() || is_new {
                return Ok(None);
            }
            if let Some(newer) = self.fetch_again(lookup, has_waited)? {
                return Ok(Some(newer));
            }
            has_waited = true;
        }
    }

    /// A set with the key `kid`, which the one in the cache has not. The service is asked at
    /// once, within the rate limit: a key may serve as soon as it is published. What was
    /// requested before the call `began` may be older than the token.
    fn fetch_set_with(&self, kid: &str, began: Instant, lookup: Lookup<'_>) -> Result<Keys> {
        let unknown = || {
            Error::new(
                Code::UnknownKey,
                "the service has no key with the token's kid",
            )
        };
        let mut has_waited = false;
        loop {
            let Some(cached) = self.entry(CURRENT) else {
                return Err(unknown());
            };
            if cached.keys.serves(Some(kid)) {
                return Ok(cached.keys.clone());
            }
            let Some(requested_at) = cached.requested_at else {
                return Err(not_configured());
            };
            if requested_at >= began {
                self.state().failures.add(kid, unknown());
                return Err(unknown());
            }
            // For a token in an answer, the keys are requested again.
            if lookup.origin == Origin::Presented && self.state().failures.get(kid).is_some() {
                return Err(unknown());
            }
            has_waited = self.fetch_again(lookup, has_waited)?.is_none();
        }
    }

    /// Requests the current key, or the whole set, although it is in the cache. None if another
    /// call that did so gave up.
    fn fetch_again(&self, lookup: Lookup<'_>, has_waited: bool) -> Result<Option<Keys>> {
        let mut state = self.state();
        if let Some(in_flight) = state.in_flight.get(CURRENT).cloned() {
            drop(state);
            return match in_flight.wait(lookup.budget, lookup.origin) {
                Outcome::Shared(result) => result.map(Some),
                Outcome::Abandoned => Ok(None),
            };
        }
        // Without a request, a forged token looks like one that a newer key signed.
        if let Err(wait) = state.permit(lookup.origin, has_waited) {
            return Err(throttled(state.failures.get(CURRENT), wait));
        }
        let in_flight = state.start_request(CURRENT, lookup.origin);
        drop(state);
        self.fetch_with_retries(CURRENT, &in_flight, lookup)
            .map(Some)
    }

    /// Makes a permitted request. Each retry counts against the rate limit too: retries must
    /// not multiply a flood.
    fn fetch_with_retries(
        &self,
        id: &str,
        in_flight: &InFlight,
        lookup: Lookup<'_>,
    ) -> Result<Keys> {
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
    ) -> Result<Keys> {
        let mut guard = RequestGuard {
            cache: self,
            id,
            in_flight,
            outcome: Outcome::Abandoned,
        };
        let requested_at = Instant::now();
        let result = (lookup.fetch)(id, lookup.budget, may_retry);
        failpoint!(KeyFetched);
        match &result {
            Ok(keys) => self.store(id, keys.clone(), requested_at),
            Err(error) if is_callers_limit(error, lookup.budget) => return result,
            Err(error) => self.record_failure(id, error),
        }
        guard.outcome = Outcome::Shared(result.clone());
        result
    }

    fn store(&self, id: &str, keys: Keys, requested_at: Instant) {
        let cached = Arc::new(CachedKeys {
            keys,
            requested_at: Some(requested_at),
        });
        self.keys.rcu(|keys| {
            let mut keys = Entries::clone(keys);
            if keys.len() >= MAX_KEYS && !keys.contains_key(id) {
                let oldest = keys
                    .iter()
                    .filter(|(_, cached)| cached.requested_at.is_some())
                    .min_by_key(|(_, cached)| cached.requested_at)
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
            let mut keys = Entries::clone(keys);
            keys.remove(id);
            keys
        });
    }
}

impl CachedKeys {
    fn age(&self) -> Duration {
        self.requested_at.map(|at| at.elapsed()).unwrap_or_default()
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
        "the token's key is not among the configured ones, and fetch_keys is false",
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
