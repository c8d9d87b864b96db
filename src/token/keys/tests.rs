//! Expiry of keys, with keys that are made older, and how calls share a request.

mod pacing;
mod whole_set;

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use super::*;
use crate::cancel::Cancel;
use crate::token::testing::{HOUR, Service, cache, jwk, key, key_pair, long_budget, settings};

impl KeyCache {
    /// Stores keys as if they were just fetched.
    fn put(&self, id: &str, keys: Keys) {
        self.store(id, keys, Instant::now());
    }

    /// Makes every fetched key older.
    pub(in crate::token) fn pass(&self, time: Duration) {
        self.keys.rcu(|keys| {
            let older = |cached: &Arc<CachedKeys>| {
                let requested_at = cached.requested_at.map(|at| at - time);
                let keys = cached.keys.clone();
                Arc::new(CachedKeys { keys, requested_at })
            };
            let keys = keys.iter();
            keys.map(|(id, cached)| (id.clone(), older(cached)))
                .collect::<Entries>()
        });
    }
}

fn unreachable(_: &str, _: &Budget) -> Result<Keys> {
    Err(Error::new(Code::ConnectFailed, "refused").with_retryable(true))
}

fn unknown(_: &str, _: &Budget) -> Result<Keys> {
    Err(Error::new(Code::UnknownKey, "unknown"))
}

/// Answers after the deadline of the call.
fn hanging(_: &str, budget: &Budget) -> Result<Keys> {
    while !budget.left().is_zero() {
        thread::sleep(Duration::from_millis(1));
    }
    Err(Error::new(Code::Timeout, "too late").with_retryable(true))
}

/// Answers when the call is cancelled.
fn hanging_until_cancelled(_: &str, budget: &Budget) -> Result<Keys> {
    while !budget.is_cancelled() {
        thread::sleep(Duration::from_millis(1));
    }
    Err(Error::cancelled())
}

fn cancellable(cancel: &Arc<Cancel>) -> Budget {
    Budget {
        cancels: cancel.clone().into(),
        ..long_budget()
    }
}

/// Waits until this number of requests was made.
fn await_request<F: Fn(&str, &Budget) -> Result<Keys>>(service: &Service<F>, count: usize) {
    while service.count() < count {
        thread::yield_now();
    }
}

/// Waits until another call waits for the request in flight. References to it are in the
/// cache, in the call that made it, and here; the fourth is in the waiting call.
fn await_waiter(cache: &KeyCache, id: &str) {
    let in_flight = cache.state().in_flight[id].clone();
    while Arc::strong_count(&in_flight) < 4 {
        thread::yield_now();
    }
}

/// Answers with a new key each time, once the gate is open.
fn behind<'a>(gate: &'a AtomicBool) -> impl Fn(&str, &Budget) -> Result<Keys> + 'a {
    |_, _| {
        while !gate.load(Ordering::SeqCst) {
            thread::yield_now();
        }
        Ok(key())
    }
}

#[test]
fn during_an_outage_a_key_is_used_for_a_day_and_no_longer() {
    let (cache, served, is_out) = (cache(), key(), AtomicBool::new(false));
    let service = Service::new(|id: &str, budget: &Budget| {
        if is_out.load(Ordering::SeqCst) {
            return unreachable(id, budget);
        }
        Ok(served.clone())
    });
    let get = || service.get(&cache, CURRENT, Origin::Presented);
    get().unwrap();
    is_out.store(true, Ordering::SeqCst);
    cache.pass(23 * HOUR);
    get().unwrap();
    assert_eq!(service.count(), 2, "it was refreshed");
    cache.pass(HOUR);
    let error = get().unwrap_err();
    assert_eq!(error.status(), Status::LID_ERROR_NETWORK, "{error}");
    // Too old even to report a token as forged.
    assert!(cache.cached(None).is_none());
    is_out.store(false, Ordering::SeqCst);
    get().unwrap();
}

#[test]
fn a_wait_for_another_calls_fetch_ends_at_its_own_deadline() {
    let (cache, gate) = (cache(), AtomicBool::new(false));
    let service = Service::new(behind(&gate));
    thread::scope(|scope| {
        let fetching = scope.spawn(|| service.get(&cache, CURRENT, Origin::Presented));
        await_request(&service, 1);
        let soon = Budget::within(Duration::from_millis(50));
        let error = service.get_within(&cache, CURRENT, Origin::Presented, &soon);
        let error = error.unwrap_err();
        assert_eq!(error.status(), Status::LID_ERROR_TIMEOUT, "{error}");
        assert!(error.retryable());
        assert!(!fetching.is_finished());
        gate.store(true, Ordering::SeqCst);
        fetching.join().unwrap().unwrap();
    });
    assert_eq!(service.count(), 1);
}

#[test]
fn callers_that_leave_do_not_fail_a_call_that_waits_for_their_fetch() {
    let (cache, served, leaves) = (cache(), key(), AtomicBool::new(true));
    let service = Service::new(|id: &str, budget: &Budget| {
        if leaves.load(Ordering::SeqCst) {
            return hanging_until_cancelled(id, budget);
        }
        Ok(served.clone())
    });
    let leave = |waiting: bool| {
        let cancel = Arc::new(Cancel::new());
        let budget = cancellable(&cancel);
        let made = service.count();
        thread::scope(|scope| {
            let leaving =
                scope.spawn(|| service.get_within(&cache, CURRENT, Origin::Presented, &budget));
            await_request(&service, made + 1);
            let waiting = waiting.then(|| {
                let call = scope.spawn(|| service.get(&cache, CURRENT, Origin::Presented));
                await_waiter(&cache, CURRENT);
                leaves.store(false, Ordering::SeqCst);
                call
            });
            cancel.trigger();
            leaving.join().unwrap().unwrap_err();
            waiting.map(|call| call.join().unwrap())
        })
    };
    // All that are permitted at once, and the last of them has a call that waits for it.
    for _ in 0..4 {
        leave(false);
    }
    let waited = leave(true).unwrap();
    assert!(Arc::ptr_eq(&waited.unwrap(), &served));
    assert_eq!(service.count(), 6);
}

#[test]
fn an_expired_key_is_used_while_another_call_refreshes_it() {
    let (cache, gate) = (cache(), AtomicBool::new(true));
    let service = Service::new(behind(&gate));
    let get = || service.get(&cache, CURRENT, Origin::Presented);
    let old = get().unwrap();
    cache.pass(23 * HOUR);
    gate.store(false, Ordering::SeqCst);
    thread::scope(|scope| {
        let refreshing = scope.spawn(get);
        await_request(&service, 2);
        assert!(Arc::ptr_eq(&get().unwrap(), &old));
        assert!(!refreshing.is_finished());
        gate.store(true, Ordering::SeqCst);
        let fresh = refreshing.join().unwrap().unwrap();
        assert!(!Arc::ptr_eq(&fresh, &old));
    });
    assert_eq!(service.count(), 2);
}

#[test]
fn a_key_too_old_to_use_is_fetched_once_for_all_waiting_calls() {
    let (cache, gate) = (cache(), AtomicBool::new(true));
    let service = Service::new(behind(&gate));
    let get = || service.get(&cache, CURRENT, Origin::Presented);
    let old = get().unwrap();
    cache.pass(STALE_LIMIT);
    gate.store(false, Ordering::SeqCst);
    thread::scope(|scope| {
        let first = scope.spawn(get);
        await_request(&service, 2);
        let second = scope.spawn(get);
        await_waiter(&cache, CURRENT);
        gate.store(true, Ordering::SeqCst);
        let [first, second] = [first, second].map(|call| call.join().unwrap().unwrap());
        assert!(Arc::ptr_eq(&second, &first));
        assert!(!Arc::ptr_eq(&second, &old));
    });
    assert_eq!(service.count(), 2);
}

#[test]
fn a_cancelled_refresh_ends_its_call_and_keeps_the_key() {
    let (cache, old) = (cache(), key());
    cache.put(CURRENT, old.clone());
    cache.pass(23 * HOUR);
    let service = Service::new(hanging_until_cancelled);
    let cancel = Arc::new(Cancel::new());
    let budget = cancellable(&cancel);
    thread::scope(|scope| {
        let refreshing =
            scope.spawn(|| service.get_within(&cache, CURRENT, Origin::Presented, &budget));
        await_request(&service, 1);
        cancel.trigger();
        let error = refreshing.join().unwrap().unwrap_err();
        assert_eq!(error.status(), Status::LID_ERROR_CANCELLED, "{error}");
    });
    let kept = service.get(&cache, CURRENT, Origin::Presented).unwrap();
    assert!(Arc::ptr_eq(&kept, &old));
}

#[test]
fn a_key_fetched_meanwhile_is_not_fetched_again() {
    let (cache, stored) = (cache(), key());
    cache.put(CURRENT, stored.clone());
    let service = Service::new(unreachable);
    let fetch = |lookup: Lookup<'_>| cache.fetch(CURRENT, lookup);
    let found = service.with_lookup(Origin::Presented, &long_budget(), fetch);
    assert!(Arc::ptr_eq(&stored, &found.unwrap()));
    assert_eq!(service.count(), 0);
}

#[test]
fn calls_that_look_for_a_newer_key_share_one_fetch() {
    let (cache, old, gate) = (cache(), key(), AtomicBool::new(false));
    cache.put(CURRENT, old.clone());
    cache.pass(RETRY_PAUSE);
    let service = Service::new(behind(&gate));
    let newer = || {
        let newer = |lookup: Lookup<'_>| cache.newer(&old, lookup);
        let found = service.with_lookup(Origin::Presented, &long_budget(), newer);
        found.unwrap().unwrap()
    };
    thread::scope(|scope| {
        let first = scope.spawn(newer);
        await_request(&service, 1);
        let second = scope.spawn(newer);
        await_waiter(&cache, CURRENT);
        gate.store(true, Ordering::SeqCst);
        let [first, second] = [first, second].map(|call| call.join().unwrap());
        assert!(Arc::ptr_eq(&second, &first));
        // A call that tried the old key finds the new one in the cache.
        assert!(Arc::ptr_eq(&second, &newer()));
    });
    assert_eq!(service.count(), 1);
}

#[test]
fn a_new_key_replaces_the_oldest_fetched_one_and_never_a_configured_one() {
    let configured = key_pair().1;
    let cache = KeyCache::new(&KeySettings {
        configured: KeySet::named([("configured".to_owned(), configured)]),
        ..settings()
    });
    let key = key();
    for number in 1..=MAX_KEYS {
        cache.put(&number.to_string(), key.clone());
    }
    let keys = cache.keys.load();
    assert_eq!(keys.len(), MAX_KEYS);
    assert!(!keys.contains_key("1"), "the oldest");
    assert!(keys.contains_key("configured") && keys.contains_key("2"));
    // A key that is fetched again replaces only itself.
    cache.put("2", key);
    assert_eq!(cache.keys.load().len(), MAX_KEYS);
    assert!(cache.keys.load().contains_key("3"));
}

#[test]
fn a_pause_between_refreshes_that_is_over_is_forgotten() {
    let mut state = State::new();
    let earlier = Instant::now() - RETRY_PAUSE;
    state.next_refresh.insert("evicted".into(), earlier);
    assert!(state.claim_refresh("k"));
    assert!(!state.claim_refresh("k"));
    assert_eq!(state.next_refresh.len(), 1);
}
