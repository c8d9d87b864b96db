//! The service's public keys: fetched once, kept, and never fetched on behalf
//! of a flood of made-up key ids.
//!
//! Reading a known key takes no lock. A key that is due is refreshed by one
//! thread while the others go on with the old one, and keeps serving through
//! an outage for [`STALE_LIMIT`]. An unknown key is fetched by one thread while
//! those who want the same one wait, and only as often as [`Allowance`] permits.

mod allowance;
mod flight;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;

use crate::call::{Call, Patience, encode};
use crate::client::Client;
use crate::config::Config;
use crate::error::{Error, Result, Status};
use crate::key::VerifyingKey;
use crate::operation;
use crate::transport;
use allowance::Allowance;
use flight::{Flight, lock};

/// How long a key serves after its last good fetch when it cannot be fetched
/// again.
const STALE_LIMIT: Duration = Duration::from_secs(24 * 60 * 60);
/// How long a due key is left alone after a refresh that failed.
const REFRESH_PAUSE: Duration = Duration::from_secs(30);
/// How long a call may wait for the refresh of a key that still serves.
const REFRESH_LIMIT: Duration = Duration::from_secs(5);
/// Keys kept at most; the oldest makes room.
const MAX_KEYS: usize = 64;

type Key = Arc<VerifyingKey>;
type Keys = HashMap<Box<str>, Arc<Known>>;

#[derive(Debug)]
pub(crate) struct KeyCache {
    keys: ArcSwap<Keys>,
    ttl: Duration,
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
    flights: HashMap<Box<str>, Arc<Flight>>,
    unknown: Allowance,
    /// When a refresh of a due key may be tried again.
    next_refresh: HashMap<Box<str>, Instant>,
}

impl State {
    fn depart(&mut self, id: &str) -> Arc<Flight> {
        #[cfg(test)]
        crate::injected::pass(crate::injected::Point::KeysLocked);
        let flight = Arc::new(Flight::default());
        self.flights.insert(id.into(), flight.clone());
        flight
    }
}

impl KeyCache {
    pub(crate) fn new(config: &Config) -> KeyCache {
        let configured = config.public_keys.iter().map(|(kid, key)| {
            let known = Known {
                key: Arc::new(key.clone()),
                fetched: None,
            };
            (kid.as_str().into(), Arc::new(known))
        });
        KeyCache::with_keys(configured.collect(), config.key_cache_ttl)
    }

    fn with_keys(keys: Keys, ttl: Duration) -> KeyCache {
        KeyCache {
            keys: ArcSwap::from_pointee(keys),
            ttl,
            state: Mutex::new(State {
                flights: HashMap::new(),
                unknown: Allowance::new(),
                next_refresh: HashMap::new(),
            }),
        }
    }

    /// A child's cache: the keys, none of the locks.
    pub(crate) fn inherited(&self, config: &Config) -> KeyCache {
        KeyCache::with_keys(Keys::clone(&self.keys.load()), config.key_cache_ttl)
    }

    /// The key if it is at hand, never causing a request.
    pub(crate) fn known(&self, kid: Option<&str>) -> Option<Key> {
        let keys = self.keys.load();
        let known = keys.get(kid.unwrap_or_default())?;
        (age(known) < STALE_LIMIT).then(|| known.key.clone())
    }

    /// The key with this id, fetched if need be. A token without an id is
    /// verified with the service's current key, kept under the empty id.
    pub(crate) fn get(
        &self,
        client: &Client,
        kid: Option<&str>,
        patience: Patience<'_>,
    ) -> Result<Key> {
        let id = kid.unwrap_or_default();
        loop {
            let found = self.find(client, id, patience);
            let given_up = matches!(&found, Err(error) if error.status() == Status::Cancelled);
            if !given_up || patience.is_cancelled() {
                return found;
            }
            // Another call was fetching the key, and it was that one which was cancelled.
        }
    }

    fn find(&self, client: &Client, id: &str, patience: Patience<'_>) -> Result<Key> {
        let known = self.keys.load().get(id).cloned();
        match known {
            Some(known) if age(&known) < self.ttl => Ok(known.key.clone()),
            Some(known) => self.refresh(client, id, &known, patience),
            None => self.fetch_unknown(client, id, patience),
        }
    }

    /// One thread refreshes a due key; all others, and this one should it fail,
    /// go on with the old one.
    fn refresh(
        &self,
        client: &Client,
        id: &str,
        known: &Known,
        patience: Patience<'_>,
    ) -> Result<Key> {
        let usable = age(known) < STALE_LIMIT;
        let flight = {
            let mut state = lock(&self.state);
            let paused = state
                .next_refresh
                .get(id)
                .is_some_and(|at| *at > Instant::now());
            match state.flights.get(id).cloned() {
                under_way if usable && (paused || under_way.is_some()) => {
                    return Ok(known.key.clone());
                }
                Some(flight) => {
                    drop(state);
                    return flight.wait(patience);
                }
                None => {}
            }
            let next = Instant::now() + REFRESH_PAUSE;
            state.next_refresh.insert(id.into(), next);
            state.depart(id)
        };
        // Nobody is kept waiting for the refresh of a key that still serves.
        let (patience, max_retries) = match usable {
            true => (patience.at_most(REFRESH_LIMIT), Some(0)),
            false => (patience, None),
        };
        match self.fly(client, id, &flight, patience, max_retries) {
            Err(error) if error.status() == Status::Cancelled => Err(error),
            Err(error) if usable && error.status() != Status::TokenInvalid => Ok(known.key.clone()),
            // The service answered: this key is no more.
            Err(error) => {
                self.forget(id);
                Err(error)
            }
            fresh => fresh,
        }
    }

    fn fetch_unknown(&self, client: &Client, id: &str, patience: Patience<'_>) -> Result<Key> {
        loop {
            let under_way = {
                let mut state = lock(&self.state);
                match state.flights.get(id).cloned() {
                    Some(flight) => flight,
                    None => {
                        // It may have landed since the caller looked.
                        if let Some(known) = self.keys.load().get(id) {
                            return Ok(known.key.clone());
                        }
                        let first = state.unknown.take().map_err(throttled)?;
                        let flight = state.depart(id);
                        drop(state);
                        return self.fly(client, id, &flight, patience, repeats(first));
                    }
                }
            };
            match under_way.wait(patience) {
                // That was the end of another call's time, not of this one's.
                Err(error)
                    if error.status() == Status::Timeout && Instant::now() < patience.deadline => {}
                result => return result,
            }
        }
    }

    /// Another key for tokens without an id than the one just `tried`, should
    /// the service have begun to sign with a new one. It is asked for as seldom
    /// as an unknown key, so that forgers cause no more requests.
    pub(crate) fn newer(
        &self,
        client: &Client,
        tried: &Key,
        patience: Patience<'_>,
    ) -> Option<Key> {
        let known = self.keys.load().get("").cloned()?;
        if !Arc::ptr_eq(&known.key, tried) {
            return Some(known.key.clone());
        }
        if known.fetched.is_none() || age(&known) < REFRESH_PAUSE {
            return None;
        }
        let (flight, first) = {
            let mut state = lock(&self.state);
            match state.flights.get("").cloned() {
                Some(flight) => {
                    drop(state);
                    return flight.wait(patience).ok();
                }
                None => {
                    let first = state.unknown.take().ok()?;
                    (state.depart(""), first)
                }
            }
        };
        self.fly(client, "", &flight, patience, repeats(first)).ok()
    }

    /// Fetches, keeps the key, and tells those who wait, whatever happens.
    fn fly(
        &self,
        client: &Client,
        id: &str,
        flight: &Flight,
        patience: Patience<'_>,
        max_retries: Option<u32>,
    ) -> Result<Key> {
        let mut landing = Landing {
            cache: self,
            id,
            flight,
            result: Err(Error::internal("fetching the service's key failed")),
        };
        landing.result = fetch(client, id, patience, max_retries);
        #[cfg(test)]
        crate::injected::pass(crate::injected::Point::KeyFetched);
        if let Ok(key) = &landing.result {
            self.keep(id, key.clone());
        }
        landing.result.clone()
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
        let mut state = lock(&self.state);
        #[cfg(test)]
        crate::injected::pass(crate::injected::Point::KeyKept);
        // The pause is for refreshes that failed.
        state.next_refresh.remove(id);
    }

    fn forget(&self, id: &str) {
        lock(&self.state).next_refresh.remove(id);
        self.keys.rcu(|keys| {
            let mut keys = Keys::clone(keys);
            keys.remove(id);
            keys
        });
    }
}

fn age(known: &Known) -> Duration {
    known.fetched.map(|at| at.elapsed()).unwrap_or_default()
}

fn throttled(wait: Duration) -> Error {
    Error::new(
        Status::TokenInvalid,
        "unknown_key_throttled",
        "the token's key is not known, and too many unknown keys were asked for lately",
    )
    .with_retryable(true)
    .with_retry_after(Some(wait))
}

/// The first fetch for an unknown key may be repeated as configured. Those that
/// follow at once may be a flood's, which repeating would multiply.
fn repeats(first: bool) -> Option<u32> {
    match first {
        true => None,
        false => Some(0),
    }
}

fn fetch(
    client: &Client,
    id: &str,
    patience: Patience<'_>,
    max_retries: Option<u32>,
) -> Result<Key> {
    let mut call = Call::new(&operation::PUBLIC_KEY);
    if !id.is_empty() {
        call.path.push_str("?kid=");
        call.path.push_str(&encode(id));
    }
    call.deadline = Some(patience.deadline);
    call.cancel = patience.cancel.cloned();
    call.max_retries = max_retries;
    let read = |pem: String| {
        VerifyingKey::from_pem(&pem)
            .map(Arc::new)
            .map_err(|problem| {
                Error::new(
                    Status::Response,
                    "invalid_public_key",
                    format!("the public key that the service sent cannot be used: {problem}"),
                )
            })
    };
    transport::execute(client, call, read).map_err(|error| match error.http_status() {
        Some(400 | 404) => Error::new(
            Status::TokenInvalid,
            "unknown_key",
            "the service knows no key with the token's kid",
        ),
        _ => error,
    })
}

/// Ends a flight even if fetching panics, so that nobody waits for ever.
struct Landing<'a> {
    cache: &'a KeyCache,
    id: &'a str,
    flight: &'a Flight,
    result: Result<Key>,
}

impl Drop for Landing<'_> {
    fn drop(&mut self) {
        // First, so that whoever wants to try anew does not meet this flight.
        lock(&self.cache.state).flights.remove(self.id);
        self.flight.land(self.result.clone());
    }
}
