//! When the service is asked, and what a call gets that may not ask. The
//! service is a function here.

use std::sync::{Barrier, Mutex, mpsc};

use super::*;

/// A service that answers every request like this, and counts them.
struct Service<F> {
    answer: F,
    asked: Mutex<Vec<(String, Option<u32>)>>,
}

impl<F: Fn(&str, Patience<'_>) -> Result<Key>> Service<F> {
    fn new(answer: F) -> Service<F> {
        let asked = Mutex::default();
        Service { answer, asked }
    }

    fn get(&self, cache: &KeyCache, id: &str, origin: Origin) -> Result<Key> {
        self.get_until(cache, id, origin, patient())
    }

    fn get_until(
        &self,
        cache: &KeyCache,
        id: &str,
        origin: Origin,
        patience: Patience<'_>,
    ) -> Result<Key> {
        self.look_up(origin, patience, |lookup| cache.get(Some(id), lookup))
    }

    fn look_up<T>(
        &self,
        origin: Origin,
        patience: Patience<'_>,
        run: impl FnOnce(Lookup<'_>) -> T,
    ) -> T {
        let fetch = |id: &str, patience: Patience<'_>, repeats| {
            lock(&self.asked).push((id.to_owned(), repeats));
            (self.answer)(id, patience)
        };
        run(Lookup {
            origin,
            patience,
            fetch: &fetch,
        })
    }

    fn count(&self) -> usize {
        lock(&self.asked).len()
    }
}

fn config(further: Value) -> Config {
    let mut config = json!({"client_id": "app-1", "base_url": "http://127.0.0.1:1"});
    let members = further.as_object().unwrap().clone();
    config.as_object_mut().unwrap().extend(members);
    Config::from_json(&config.to_string()).unwrap()
}

fn cache() -> KeyCache {
    KeyCache::new(&config(json!({})))
}

fn public_pem() -> String {
    let pair: Value = serde_json::from_str(&crate::generate_key_pair().unwrap()).unwrap();
    pair["public_key"].as_str().unwrap().to_owned()
}

fn key() -> Key {
    Arc::new(VerifyingKey::from_pem(&public_pem()).unwrap())
}

fn unreachable(_: &str, _: Patience<'_>) -> Result<Key> {
    Err(Error::new(Code::ConnectFailed, "refused").with_retryable(true))
}

fn unknown(_: &str, _: Patience<'_>) -> Result<Key> {
    Err(Error::new(Code::UnknownKey, "unknown"))
}

/// Answers after the caller's time.
fn hanging(_: &str, patience: Patience<'_>) -> Result<Key> {
    while Instant::now() < patience.deadline {
        thread::sleep(Duration::from_millis(1));
    }
    Err(Error::new(Code::Timeout, "too late").with_retryable(true))
}

#[test]
fn the_error_of_a_request_that_failed_stands_until_another_is_permitted() {
    let (cache, service) = (cache(), Service::new(unreachable));
    for number in 1..=20 {
        let error = service.get(&cache, "k", Origin::Presented).unwrap_err();
        assert_eq!(error.code(), "connect_failed");
        assert!(error.retryable());
        assert_eq!(error.retry_after().is_some(), number > 5, "{number}");
    }
    assert_eq!(service.count(), 5);
    // Of another key nothing is known: it was not asked for.
    let error = service.get(&cache, "other", Origin::Presented).unwrap_err();
    assert_eq!(error.status(), Status::LID_ERROR_RATE_LIMITED);
    assert_eq!(error.code(), "unknown_key_throttled");
    assert!(error.retryable() && error.retry_after().unwrap() <= Duration::from_secs(10));
    // Once it is old it says nothing any more.
    cache.state().failures.pass(RETRY_PAUSE);
    let error = service.get(&cache, "k", Origin::Presented).unwrap_err();
    assert_eq!(error.code(), "unknown_key_throttled");
}

#[test]
fn a_longer_time_that_the_service_asked_for_stands_too() {
    let hour = Duration::from_secs(3600);
    let busy = |_: &str, _: Patience<'_>| -> Result<Key> {
        let error = Error::new(Code::RateLimited, "busy");
        Err(error.with_retryable(true).with_retry_after(Some(hour)))
    };
    let (cache, service) = (cache(), Service::new(busy));
    for _ in 0..7 {
        let error = service.get(&cache, "k", Origin::Presented).unwrap_err();
        assert_eq!(error.retry_after(), Some(hour));
    }
}

#[test]
fn an_unknown_key_is_asked_for_once_a_minute() {
    let (cache, service) = (cache(), Service::new(unknown));
    let ask = || {
        let error = service.get(&cache, "made-up", Origin::Presented);
        assert_eq!(error.unwrap_err().code(), "unknown_key");
    };
    (0..100).for_each(|_| ask());
    assert_eq!(service.count(), 1);
    cache.state().failures.pass(Duration::from_secs(59));
    ask();
    assert_eq!(service.count(), 1);
    cache.state().failures.pass(Duration::from_secs(1));
    ask();
    assert_eq!(service.count(), 2);
}

#[test]
fn presented_tokens_use_up_nothing_that_an_answer_needs() {
    let served = key();
    let answer = |id: &str, patience: Patience<'_>| match id {
        "good" => Ok(served.clone()),
        made_up => unknown(made_up, patience),
    };
    let (cache, service) = (cache(), Service::new(answer));
    for number in 0..100 {
        let made_up = service.get(&cache, &number.to_string(), Origin::Presented);
        made_up.unwrap_err();
    }
    let error = service.get(&cache, "good", Origin::Presented).unwrap_err();
    assert_eq!(error.code(), "unknown_key_throttled");
    let found = service.get(&cache, "good", Origin::Answer).unwrap();
    assert!(Arc::ptr_eq(&found, &served));
    let found = service.get(&cache, "good", Origin::Presented).unwrap();
    assert!(Arc::ptr_eq(&found, &served));
    assert_eq!(service.count(), 6);
}

#[test]
fn answers_may_ask_again_for_a_key_that_was_unknown_but_not_each_time() {
    let (cache, service) = (cache(), Service::new(unknown));
    service.get(&cache, "k", Origin::Presented).unwrap_err();
    for _ in 0..100 {
        let error = service.get(&cache, "k", Origin::Answer).unwrap_err();
        assert_eq!(error.code(), "unknown_key");
        // Waiting would not help.
        assert!(!error.retryable() && error.retry_after().is_none());
    }
    assert_eq!(service.count(), 6);
}

#[test]
fn only_the_first_request_for_presented_tokens_is_repeated() {
    let (cache, service) = (cache(), Service::new(unreachable));
    for origin in [
        Origin::Presented,
        Origin::Presented,
        Origin::Answer,
        Origin::Answer,
    ] {
        service.get(&cache, "k", origin).unwrap_err();
    }
    let repeats: Vec<_> = lock(&service.asked).iter().map(|asked| asked.1).collect();
    assert_eq!(repeats, [None, Some(0), None, None]);
}

#[test]
fn a_key_too_old_to_serve_is_asked_for_even_while_a_flood_goes_on() {
    let cache = cache();
    cache.keep("k", key());
    make_older(&cache, STALE_LIMIT);
    let service = Service::new(unreachable);
    for number in 0..100 {
        let id = number.to_string();
        service.get(&cache, &id, Origin::Presented).unwrap_err();
    }
    assert_eq!(service.count(), 5);
    for _ in 0..100 {
        let error = service.get(&cache, "k", Origin::Presented).unwrap_err();
        assert_eq!(error.code(), "connect_failed");
    }
    assert_eq!(service.count(), 6);
    *cache.state().next_refresh.get_mut("k").unwrap() -= RETRY_PAUSE;
    service.get(&cache, "k", Origin::Presented).unwrap_err();
    assert_eq!(service.count(), 7);
}

/// A cache with one key that is due, and that key.
fn cache_with_a_due_key() -> (KeyCache, Key) {
    let (cache, old) = (cache(), key());
    cache.keep("k", old.clone());
    make_older(&cache, 23 * HOUR);
    (cache, old)
}

#[test]
fn the_call_that_learns_at_a_refresh_that_its_key_is_gone_is_refused() {
    let (cache, _) = cache_with_a_due_key();
    let service = Service::new(unknown);
    let error = service.get(&cache, "k", Origin::Presented).unwrap_err();
    assert_eq!(error.code(), "unknown_key");
    assert_eq!(service.count(), 1);
}

#[test]
fn a_refresh_holds_up_its_call_for_five_seconds_at_most() {
    for (patience, longest) in [
        (HOUR, Duration::from_secs(5)),
        (RETRY_PAUSE / 10, RETRY_PAUSE / 10),
    ] {
        let (cache, old) = cache_with_a_due_key();
        let until = Instant::now() + patience;
        let service = Service::new(|id: &str, refresh: Patience<'_>| {
            assert!(refresh.deadline <= until);
            assert!(refresh.deadline.duration_since(Instant::now()) <= longest);
            unreachable(id, refresh)
        });
        let served = service.get_until(&cache, "k", Origin::Presented, Patience::until(until));
        assert!(Arc::ptr_eq(&served.unwrap(), &old));
        assert_eq!(service.count(), 1);
    }
}

/// Has one call ask and hang until its time is over, while another one waits.
fn one_hangs_while_another_waits(cache: &KeyCache) {
    let (asked, is_asked) = mpsc::channel();
    let asked = Mutex::new(asked);
    let served = key();
    let answer = |id: &str, patience: Patience<'_>| {
        lock(&asked).send(()).unwrap();
        match patience.deadline.saturating_duration_since(Instant::now()) < HOUR / 2 {
            true => hanging(id, patience),
            false => Ok(served.clone()),
        }
    };
    let service = Service::new(answer);
    let soon = Patience::until(Instant::now() + Duration::from_millis(300));
    thread::scope(|scope| {
        let hasty = scope.spawn(|| service.get_until(cache, "k", Origin::Presented, soon));
        is_asked.recv().unwrap();
        let waiting = service.get(cache, "k", Origin::Presented).unwrap();
        assert!(Arc::ptr_eq(&waiting, &served));
        let error = hasty.join().unwrap().unwrap_err();
        assert_eq!(error.status(), Status::LID_ERROR_TIMEOUT);
    });
    assert_eq!(service.count(), 2);
}

#[test]
fn a_call_that_waits_for_an_unknown_key_does_not_get_anothers_timeout() {
    one_hangs_while_another_waits(&cache());
}

#[test]
fn a_call_that_waits_for_a_key_too_old_to_serve_does_not_get_anothers_timeout() {
    let cache = cache();
    cache.keep("k", key());
    make_older(&cache, STALE_LIMIT);
    one_hangs_while_another_waits(&cache);
}

/// Answers when the call that asked is cancelled.
fn hanging_until_cancelled(_: &str, patience: Patience<'_>) -> Result<Key> {
    while !patience.is_cancelled() {
        thread::sleep(Duration::from_millis(1));
    }
    Err(Error::cancelled())
}

fn cancellable(cancel: &Arc<Cancel>) -> Patience<'_> {
    Patience {
        cancel: Some(cancel),
        ..patient()
    }
}

#[test]
fn a_cancel_ends_its_own_wait_only_and_is_not_remembered() {
    let cache = cache();
    let (asked, is_asked) = mpsc::channel();
    let asked = Mutex::new(asked);
    let served = key();
    let answer = |id: &str, patience: Patience<'_>| {
        lock(&asked).send(()).unwrap();
        match patience.cancel {
            Some(_) => hanging_until_cancelled(id, patience),
            None => Ok(served.clone()),
        }
    };
    let service = Service::new(answer);
    let [first, second] = [(); 2].map(|()| Arc::new(Cancel::new().unwrap()));
    let get = |patience| service.get_until(&cache, "k", Origin::Presented, patience);
    thread::scope(|scope| {
        let asking = scope.spawn(|| get(cancellable(&first)));
        is_asked.recv().unwrap();
        let cancelled = scope.spawn(|| get(cancellable(&second)));
        second.trigger();
        let error = cancelled.join().unwrap().unwrap_err();
        assert_eq!(error.status(), Status::LID_ERROR_CANCELLED);
        assert!(!asking.is_finished());
        let in_flight = cache.state().in_flight["k"].clone();
        let patient = scope.spawn(|| get(patient()));
        // Held by the cache, the call that asks and this test; then by the call that waits.
        while Arc::strong_count(&in_flight) < 4 {
            thread::yield_now();
        }
        first.trigger();
        let error = asking.join().unwrap().unwrap_err();
        assert_eq!(error.status(), Status::LID_ERROR_CANCELLED);
        assert!(Arc::ptr_eq(&patient.join().unwrap().unwrap(), &served));
    });
    assert_eq!(service.count(), 2);
}

#[test]
fn an_answer_that_waits_for_a_strangers_request_does_not_get_its_failure() {
    for failure in [unreachable, unknown] {
        let (cache, served) = (cache(), key());
        let (asked, is_asked) = mpsc::channel();
        let (asked, is_first) = (Mutex::new(asked), Mutex::new(true));
        let service = Service::new(|id: &str, patience: Patience<'_>| {
            if !std::mem::take(&mut *lock(&is_first)) {
                return Ok(served.clone());
            }
            lock(&asked).send(()).unwrap();
            // Until the answer waits.
            thread::sleep(Duration::from_millis(300));
            failure(id, patience)
        });
        thread::scope(|scope| {
            let stranger = scope.spawn(|| service.get(&cache, "k", Origin::Presented));
            is_asked.recv().unwrap();
            let answer = service.get(&cache, "k", Origin::Answer).unwrap();
            assert!(Arc::ptr_eq(&answer, &served));
            stranger.join().unwrap().unwrap_err();
        });
        assert_eq!(service.count(), 2);
    }
}

#[test]
fn a_timeout_is_not_remembered() {
    let (cache, service) = (cache(), Service::new(hanging));
    for _ in 0..5 {
        let now = Patience::until(Instant::now());
        let error = service.get_until(&cache, "k", Origin::Presented, now);
        assert_eq!(error.unwrap_err().status(), Status::LID_ERROR_TIMEOUT);
    }
    let error = service.get(&cache, "k", Origin::Presented).unwrap_err();
    assert_eq!(error.code(), "unknown_key_throttled");
}

#[test]
fn calls_that_wait_until_they_are_late_ask_no_more() {
    let (cache, service) = (cache(), Service::new(hanging));
    let start = Barrier::new(32);
    let soon = Patience::until(Instant::now() + Duration::from_secs(1));
    thread::scope(|scope| {
        let get = || {
            start.wait();
            service.get_until(&cache, "k", Origin::Presented, soon)
        };
        let calls: Vec<_> = (0..32).map(|_| scope.spawn(get)).collect();
        for call in calls {
            let error = call.join().unwrap().unwrap_err();
            assert_eq!(error.status(), Status::LID_ERROR_TIMEOUT, "{error}");
        }
    });
    assert_eq!(service.count(), 1);
}

#[test]
fn a_newer_key_that_cannot_be_had_is_no_verdict_on_the_token() {
    let cache = cache();
    let old = key();
    cache.keep("", old.clone());
    make_older(&cache, RETRY_PAUSE);
    let service = Service::new(unreachable);
    for _ in 0..7 {
        let newer = |lookup: Lookup<'_>| cache.newer(&old, lookup);
        let error = service.look_up(Origin::Presented, patient(), newer);
        assert_eq!(error.unwrap_err().code(), "connect_failed");
    }
    assert_eq!(service.count(), 5);
    let cancel = Arc::new(Cancel::new().unwrap());
    cancel.trigger();
    let cancelled = |_: &str, patience: Patience<'_>| -> Result<Key> {
        assert!(patience.is_cancelled());
        Err(Error::cancelled())
    };
    let patience = Patience {
        cancel: Some(&cancel),
        ..patient()
    };
    let newer = |lookup: Lookup<'_>| cache.newer(&old, lookup);
    let error = Service::new(cancelled).look_up(Origin::Answer, patience, newer);
    assert_eq!(error.unwrap_err().status(), Status::LID_ERROR_CANCELLED);
}

#[test]
fn an_answer_may_ask_for_a_newer_key_at_once() {
    let (cache, old, new) = (cache(), key(), key());
    cache.keep("", old.clone());
    let service = Service::new(|_: &str, _: Patience<'_>| Ok(new.clone()));
    let newer = |lookup: Lookup<'_>| cache.newer(&old, lookup).unwrap();
    assert!(
        service
            .look_up(Origin::Presented, patient(), newer)
            .is_none()
    );
    let found = service.look_up(Origin::Answer, patient(), newer).unwrap();
    assert!(Arc::ptr_eq(&found, &new));
}

#[test]
fn without_fetching_the_configured_keys_are_all_there_are() {
    let keys = json!({"fetch_keys": false, "public_keys": {"k": public_pem(), "": public_pem()}});
    let cache = KeyCache::new(&config(keys));
    let service = Service::new(unreachable);
    for origin in [Origin::Presented, Origin::Answer] {
        service.get(&cache, "k", origin).unwrap();
        let error = service.get(&cache, "other", origin).unwrap_err();
        assert_eq!(error.code(), "unknown_key");
        let tried = service.get(&cache, "", origin).unwrap();
        let newer = |lookup: Lookup<'_>| cache.newer(&tried, lookup).unwrap();
        assert!(service.look_up(origin, patient(), newer).is_none());
    }
    assert_eq!(service.count(), 0);
}
