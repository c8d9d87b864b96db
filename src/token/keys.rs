//! The service's public keys: fetched once, kept, and not fetched for each of a
//! flood of made-up key ids.
//!
//! Reading a known key takes no lock. A key that is due is refreshed by one call
//! while the others go on with the old one, and serves through an outage for
//! [`STALE_LIMIT`]. A key that is not at hand is fetched by one call while those
//! that want the same one wait, as often as an [`Allowance`] permits. Tokens that
//! somebody presents and tokens in the service's own answers have an allowance
//! each: made-up tokens cannot use up what a log-in needs.

mod allowance;
mod failures;
mod in_flight;
mod lookup;
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
use allowance::Allowance;
use failures::{Failures, RETRY_PAUSE, is_unknown};
use in_flight::{InFlight, Outcome, lock};
pub(crate) use lookup::{Key, Lookup, Origin};

/// How long a key serves after its last good fetch when it cannot be fetched
/// again.
const STALE_LIMIT: Duration = Duration::from_secs(24 * 60 * 60);
/// How long a call may wait for the refresh of a key that still serves.
const REFRESH_LIMIT: Duration = Duration::from_secs(5);
/// Keys kept at most; the oldest makes room.
const MAX_KEYS: usize = 64;

type Keys = HashMap<Box<str>, Arc<Known>>;

/// How keys are kept and fetched.
#[derive(Debug)]
pub(crate) struct KeySettings {
    /// Keys by their ids, which never expire.
    pub(crate) configured: Vec<(String, VerifyingKey)>,
    /// How long after its fetch a key is due for another.
    pub(crate) ttl: Duration,
    /// Whether keys are fetched; otherwise the configured ones are all there are.
    pub(crate) fetch: bool,
}

#[derive(Debug)]
pub(crate) struct KeyCache {
    keys: ArcSwap<Keys>,
    ttl: Duration,
    fetches: bool,
    state: Mutex<State>,
}

/// A key and when it was fetched; a configured one never expires.
#[derive(Clone, Debug)]
struct Known {
    key: Key,
    fetched: Option<Instant>,
}

#[derive(Debug)]
struct State {
    in_flight: HashMap<Box<str>, Arc<InFlight>>,
    failures: Failures,
    /// Requests on behalf of presented tokens.
    presented: Allowance,
    /// Requests on behalf of tokens in answers, of which there is one for each
    /// call at most.
    answers: Allowance,
    /// When a refresh of a key may be tried again.
    next_refresh: HashMap<Box<str>, Instant>,
}

/// What a call does that found no key at hand.
enum Step {
    Wait(Arc<InFlight>),
    Fetch(Arc<InFlight>),
    /// The key came while the call was looking.
    Found(Key),
}

impl State {
    fn new() -> State {
        State {
            in_flight: HashMap::new(),
            failures: Failures::default(),
            presented: Allowance::new(5, Duration::from_secs(10)),
            answers: Allowance::new(5, Duration::from_secs(2)),
            next_refresh: HashMap::new(),
        }
    }

    fn begin(&mut self, id: &str, origin: Origin) -> Arc<InFlight> {
        failpoint!(KeysLocked);
        let in_flight = Arc::new(InFlight::new(origin));
        self.in_flight.insert(id.into(), in_flight.clone());
        in_flight
    }

    /// Takes the turn to refresh a key, unless it is to be left alone.
    fn take_refresh(&mut self, id: &str) -> bool {
        let now = Instant::now();
        if self.next_refresh.get(id).is_some_and(|at| *at > now) {
            return false;
        }
        self.next_refresh.insert(id.into(), now + RETRY_PAUSE);
        true
    }

    /// Permits a request now, or tells how long to wait for one.
    fn permit(&mut self, origin: Origin) -> std::result::Result<(), Duration> {
        match origin {
            Origin::Answer => self.answers.take(),
            Origin::Presented => self.presented.take(),
        }
    }
}

impl KeyCache {
    pub(crate) fn new(settings: &KeySettings) -> KeyCache {
        let configured = settings.configured.iter().map(|(kid, key)| {
            let known = Known {
                key: Arc::new(key.clone()),
                fetched: None,
            };
            (kid.as_str().into(), Arc::new(known))
        });
        KeyCache {
            keys: ArcSwap::from_pointee(configured.collect()),
            ttl: settings.ttl,
            fetches: settings.fetch,
            state: Mutex::new(State::new()),
        }
    }

    /// A child's cache: the keys, none of the locks.
    pub(crate) fn after_fork(&self) -> KeyCache {
        KeyCache {
            keys: ArcSwap::new(self.keys.load_full()),
            ttl: self.ttl,
            fetches: self.fetches,
            state: Mutex::new(State::new()),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    fn kept(&self, id: &str) -> Option<Arc<Known>> {
        self.keys.load().get(id).cloned()
    }

    /// The key if it is at hand, never causing a request.
    pub(super) fn known(&self, kid: Option<&str>) -> Option<Key> {
        let keys = self.keys.load();
        let known = keys.get(kid.unwrap_or_default())?;
        known.serves().then(|| known.key.clone())
    }

    /// The key with this id, fetched if need be. A token without an id is
    /// verified with the service's current key, kept under the empty id.
    pub(super) fn get(&self, kid: Option<&str>, lookup: Lookup<'_>) -> Result<Key> {
        let id = kid.unwrap_or_default();
        match self.kept(id) {
            Some(known) if known.age() < self.ttl => Ok(known.key.clone()),
            _ if !self.fetches => Err(not_configured()),
            Some(known) if known.serves() => self.refresh(id, &known, lookup),
            _ => self.fetch(id, lookup),
        }
    }

    /// One call refreshes a due key; all others, and this one should it fail, go
    /// on with the old one.
    fn refresh(&self, id: &str, known: &Known, lookup: Lookup<'_>) -> Result<Key> {
        let in_flight = {
            let mut state = self.state();
            if state.in_flight.contains_key(id) || !state.take_refresh(id) {
                return Ok(known.key.clone());
            }
            state.begin(id, lookup.origin)
        };
        let budget = &lookup.budget.at_most(REFRESH_LIMIT);
        let lookup = Lookup { budget, ..lookup };
        match self.run(id, &in_flight, lookup, &|| false) {
            Err(error) if error.status() == Status::LID_ERROR_CANCELLED => Err(error),
            // The service answered: this key is no more.
            Err(error) if is_unknown(&error) => Err(error),
            Err(_) => Ok(known.key.clone()),
            fresh => fresh,
        }
    }

    /// Fetches a key that is not at hand, or waits for the call that does.
    fn fetch(&self, id: &str, lookup: Lookup<'_>) -> Result<Key> {
        loop {
            match self.next_step(id, lookup.origin)? {
                Step::Found(key) => return Ok(key),
                Step::Fetch(in_flight) => return self.request(id, &in_flight, lookup),
                Step::Wait(in_flight) => match in_flight.wait(lookup.budget, lookup.origin) {
                    Outcome::Shared(result) => return result,
                    Outcome::GivenUp => {}
                },
            }
        }
    }

    fn next_step(&self, id: &str, origin: Origin) -> Result<Step> {
        let mut state = self.state();
        if let Some(in_flight) = state.in_flight.get(id) {
            return Ok(Step::Wait(in_flight.clone()));
        }
        let kept = self.kept(id);
        if let Some(known) = &kept
            && known.serves()
        {
            return Ok(Step::Found(known.key.clone()));
        }
        // The service may have begun to use a key that others asked for too early.
        if origin == Origin::Presented
            && let Some(error) = state.failures.get(id).filter(|error| is_unknown(error))
        {
            return Err(error.clone());
        }
        // The service did use this key: a flood must not keep it from coming back.
        let is_refresh = kept.is_some() && state.take_refresh(id);
        if !is_refresh && let Err(wait) = state.permit(origin) {
            return Err(not_permitted(state.failures.get(id), wait));
        }
        Ok(Step::Fetch(state.begin(id, origin)))
    }

    /// Another key for tokens without an id than the one just `tried`, should
    /// the service have begun to sign with a new one. It is asked for as seldom
    /// as an unknown key, so that forgers cause no more requests.
    pub(super) fn newer(&self, tried: &Key, lookup: Lookup<'_>) -> Result<Option<Key>> {
        const ID: &str = "";
        loop {
            let Some(known) = self.kept(ID) else {
                return Ok(None);
            };
            if !Arc::ptr_eq(&known.key, tried) {
                return Ok(Some(known.key.clone()));
            }
            let is_new = lookup.origin == Origin::Presented && known.age() < RETRY_PAUSE;
            if known.fetched.is_none() || is_new {
                return Ok(None);
            }
            let mut state = self.state();
            if let Some(in_flight) = state.in_flight.get(ID).cloned() {
                drop(state);
                match in_flight.wait(lookup.budget, lookup.origin) {
                    Outcome::Shared(result) => return result.map(Some),
                    Outcome::GivenUp => continue,
                }
            }
            // Without asking it cannot be told from a token that a newer key signed.
            if let Err(wait) = state.permit(lookup.origin) {
                return Err(not_permitted(state.failures.get(ID), wait));
            }
            let in_flight = state.begin(ID, lookup.origin);
            drop(state);
            return self.request(ID, &in_flight, lookup).map(Some);
        }
    }

    /// Makes a request that was permitted. Each repetition needs a permission of its own:
    /// repeating must not multiply a flood.
    fn request(&self, id: &str, in_flight: &InFlight, lookup: Lookup<'_>) -> Result<Key> {
        let may_repeat = || self.state().permit(lookup.origin).is_ok();
        self.run(id, in_flight, lookup, &may_repeat)
    }

    /// Makes a request, keeps what it brought, and tells those who wait.
    fn run(
        &self,
        id: &str,
        in_flight: &InFlight,
        lookup: Lookup<'_>,
        may_repeat: &dyn Fn() -> bool,
    ) -> Result<Key> {
        let mut ending = Ending {
            cache: self,
            id,
            in_flight,
            outcome: Outcome::GivenUp,
        };
        let result = (lookup.fetch)(id, lookup.budget, may_repeat);
        failpoint!(KeyFetched);
        match &result {
            Ok(key) => self.keep(id, key.clone()),
            Err(error) if is_of_this_call(error, lookup.budget) => return result,
            Err(error) => self.remember(id, error),
        }
        ending.outcome = Outcome::Shared(result.clone());
        result
    }

    fn keep(&self, id: &str, key: Key) {
        let known = Arc::new(Known {
            key,
            fetched: Some(Instant::now()),
        });
        self.keys.rcu(|keys| {
            let mut keys = Keys::clone(keys);
            if keys.len() >= MAX_KEYS && !keys.contains_key(id) {
                let oldest = keys
                    .iter()
                    .filter(|(_, known)| known.fetched.is_some())
                    .min_by_key(|(_, known)| known.fetched)
                    .map(|(id, _)| id.clone());
                if let Some(oldest) = oldest {
                    keys.remove(&oldest);
                }
            }
            keys.insert(id.into(), known.clone());
            keys
        });
        let mut state = self.state();
        failpoint!(KeyKept);
        // The pause is for refreshes that failed.
        state.next_refresh.remove(id);
        state.failures.remove(id);
    }

    fn remember(&self, id: &str, error: &Error) {
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

impl Known {
    fn age(&self) -> Duration {
        self.fetched.map(|at| at.elapsed()).unwrap_or_default()
    }

    fn serves(&self) -> bool {
        self.age() < STALE_LIMIT
    }
}

/// Whether the error comes from the limits of the call that made the request.
fn is_of_this_call(error: &Error, budget: &Budget) -> bool {
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

/// The last error stands until the service may be asked again.
fn not_permitted(last: Option<&Error>, wait: Duration) -> Error {
    match last {
        Some(error) if error.retryable() => {
            let wait = error.retry_after().unwrap_or_default().max(wait);
            error.clone().with_retry_after(Some(wait))
        }
        Some(error) => error.clone(),
        None => Error::new(
            Code::UnknownKeyThrottled,
            "the token's key is not known yet, and the service was asked for too many keys lately",
        )
        .with_retryable(true)
        .with_retry_after(Some(wait)),
    }
}

/// Ends a request even if fetching panics, so that nobody waits for it.
struct Ending<'a> {
    cache: &'a KeyCache,
    id: &'a str,
    in_flight: &'a InFlight,
    outcome: Outcome,
}

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        // First, so that a call that asks again does not meet this request.
        self.cache.state().in_flight.remove(self.id);
        self.in_flight.end(self.outcome.clone());
    }
}
