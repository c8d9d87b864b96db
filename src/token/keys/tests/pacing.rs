//! When requests are made, and the errors of calls without a permitted request.

use std::sync::{Barrier, Mutex, mpsc};

use super::*;

#[test]
fn the_last_error_is_returned_until_another_request_is_permitted() {
    let (cache, service) = (cache(), Service::new(unreachable));
    for number in 1..=20 {
        let error = service.get(&cache, "k", Origin::Presented).unwrap_err();
        assert_eq!(error.code(), "connect_failed");
        assert!(error.retryable());
        assert_eq!(error.retry_after().is_some(), number > 5, "{number}");
    }
    assert_eq!(service.count(), 5);
    // For another key there is no error: it was never requested.
    let error = service.get(&cache, "other", Origin::Presented).unwrap_err();
    assert_eq!(error.status(), Status::LID_ERROR_RATE_LIMITED);
    assert_eq!(error.code(), "unknown_key_throttled");
    assert!(error.retryable() && error.retry_after().unwrap() <= Duration::from_secs(10));
    // The old error has expired.
    cache.state().failures.pass(RETRY_PAUSE);
    let error = service.get(&cache, "k", Origin::Presented).unwrap_err();
    assert_eq!(error.code(), "unknown_key_throttled");
}

#[test]
fn a_longer_retry_after_of_the_service_is_kept() {
    let hour = Duration::from_secs(3600);
    let busy = |_: &str, _: &Budget| -> Result<Keys> {
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
fn an_unknown_key_is_requested_once_a_minute() {
    let (cache, service) = (cache(), Service::new(unknown));
    let request = || {
        let error = service.get(&cache, "made-up", Origin::Presented);
        assert_eq!(error.unwrap_err().code(), "unknown_key");
    };
    (0..100).for_each(|_| request());
    assert_eq!(service.count(), 1);
    cache.state().failures.pass(Duration::from_secs(59));
    request();
    assert_eq!(service.count(), 1);
    cache.state().failures.pass(Duration::from_secs(1));
    request();
    assert_eq!(service.count(), 2);
}

#[test]
fn presented_tokens_do_not_use_up_the_limit_of_answers() {
    let served = key();
    let answer = |id: &str, budget: &Budget| match id {
        "good" => Ok(served.clone()),
        made_up => unknown(made_up, budget),
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
fn answers_may_request_an_unknown_key_again_but_not_each_time() {
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

/// Retries do not multiply the requests of a flood.
#[test]
fn each_retry_counts_against_the_rate_limit() {
    for origin in [Origin::Presented, Origin::Answer] {
        let (cache, service) = (cache(), Service::new(unreachable).with_retries(2));
        for expected in [3, 5, 5] {
            let error = service.get(&cache, "k", origin).unwrap_err();
            assert_eq!(error.code(), "connect_failed");
            assert_eq!(service.count(), expected);
        }
    }
}

/// During an outage the old key is used: retries would only delay the call.
#[test]
fn a_refresh_is_not_retried() {
    let (cache, old) = cache_with_an_expired_key();
    let service = Service::new(unreachable).with_retries(2);
    let served = service.get(&cache, "k", Origin::Presented).unwrap();
    assert!(Arc::ptr_eq(&served, &old));
    assert_eq!(service.count(), 1);
}

#[test]
fn a_key_too_old_to_use_is_requested_even_during_a_flood() {
    let cache = cache();
    cache.put("k", key());
    cache.pass(STALE_LIMIT);
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

/// A cache with one key whose TTL has ended, and that key.
fn cache_with_an_expired_key() -> (KeyCache, Keys) {
    let (cache, old) = (cache(), key());
    cache.put("k", old.clone());
    cache.pass(23 * HOUR);
    (cache, old)
}

#[test]
fn a_refresh_that_finds_the_key_removed_fails_its_call() {
    let (cache, _) = cache_with_an_expired_key();
    let service = Service::new(unknown);
    let error = service.get(&cache, "k", Origin::Presented).unwrap_err();
    assert_eq!(error.code(), "unknown_key");
    assert_eq!(service.count(), 1);
}

#[test]
fn a_refresh_delays_its_call_by_five_seconds_at_most() {
    for (limit, longest) in [
        (HOUR, Duration::from_secs(5)),
        (RETRY_PAUSE / 10, RETRY_PAUSE / 10),
    ] {
        let (cache, old) = cache_with_an_expired_key();
        let budget = Budget::within(limit);
        let service = Service::new(|id: &str, refresh: &Budget| {
            assert!(refresh.deadline <= budget.deadline);
            assert!(refresh.left() <= longest);
            unreachable(id, refresh)
        });
        let served = service.get_within(&cache, "k", Origin::Presented, &budget);
        assert!(Arc::ptr_eq(&served.unwrap(), &old));
        assert_eq!(service.count(), 1);
    }
}

/// One call makes a request that hangs until its deadline, while another call waits.
fn check_that_a_waiting_call_survives_a_hanging_one(cache: &KeyCache) {
    let (requested, is_requested) = mpsc::channel();
    let requested = Mutex::new(requested);
    let served = key();
    let answer = |id: &str, budget: &Budget| {
        lock(&requested).send(()).unwrap();
        if budget.left() < HOUR / 2 {
            return hanging(id, budget);
        }
        Ok(served.clone())
    };
    let service = Service::new(answer);
    let soon = Budget::within(Duration::from_millis(300));
    thread::scope(|scope| {
        let hanging = scope.spawn(|| service.get_within(cache, "k", Origin::Presented, &soon));
        is_requested.recv().unwrap();
        let waiting = service.get(cache, "k", Origin::Presented).unwrap();
        assert!(Arc::ptr_eq(&waiting, &served));
        let error = hanging.join().unwrap().unwrap_err();
        assert_eq!(error.status(), Status::LID_ERROR_TIMEOUT);
    });
    assert_eq!(service.count(), 2);
}

#[test]
fn a_call_that_waits_for_an_unknown_key_does_not_get_another_calls_timeout() {
    check_that_a_waiting_call_survives_a_hanging_one(&cache());
}

#[test]
fn a_call_that_waits_for_a_key_too_old_to_use_does_not_get_another_calls_timeout() {
    let cache = cache();
    cache.put("k", key());
    cache.pass(STALE_LIMIT);
    check_that_a_waiting_call_survives_a_hanging_one(&cache);
}

#[test]
fn a_cancel_ends_its_own_wait_only_and_is_not_remembered() {
    let cache = cache();
    let (requested, is_requested) = mpsc::channel();
    let requested = Mutex::new(requested);
    let served = key();
    let answer = |id: &str, budget: &Budget| {
        lock(&requested).send(()).unwrap();
        match budget.cancels.is_empty() {
            false => hanging_until_cancelled(id, budget),
            true => Ok(served.clone()),
        }
    };
    let service = Service::new(answer);
    let [first, second] = [(); 2].map(|()| Arc::new(Cancel::new()));
    let get = |budget: Budget| service.get_within(&cache, "k", Origin::Presented, &budget);
    thread::scope(|scope| {
        let requesting = scope.spawn(|| get(cancellable(&first)));
        is_requested.recv().unwrap();
        let cancelled = scope.spawn(|| get(cancellable(&second)));
        second.trigger();
        let error = cancelled.join().unwrap().unwrap_err();
        assert_eq!(error.status(), Status::LID_ERROR_CANCELLED);
        assert!(!requesting.is_finished());
        let waiting = scope.spawn(|| get(long_budget()));
        await_waiter(&cache, "k");
        first.trigger();
        let error = requesting.join().unwrap().unwrap_err();
        assert_eq!(error.status(), Status::LID_ERROR_CANCELLED);
        assert!(Arc::ptr_eq(&waiting.join().unwrap().unwrap(), &served));
    });
    assert_eq!(service.count(), 2);
}

#[test]
fn an_answer_does_not_get_the_failure_of_a_request_for_a_presented_token() {
    for failure in [unreachable, unknown] {
        let (cache, served) = (cache(), key());
        let (requested, is_requested) = mpsc::channel();
        let (requested, is_first) = (Mutex::new(requested), Mutex::new(true));
        let service = Service::new(|id: &str, budget: &Budget| {
            if !std::mem::take(&mut *lock(&is_first)) {
                return Ok(served.clone());
            }
            lock(&requested).send(()).unwrap();
            await_waiter(&cache, "k");
            failure(id, budget)
        });
        thread::scope(|scope| {
            let presented = scope.spawn(|| service.get(&cache, "k", Origin::Presented));
            is_requested.recv().unwrap();
            let answer = service.get(&cache, "k", Origin::Answer).unwrap();
            assert!(Arc::ptr_eq(&answer, &served));
            presented.join().unwrap().unwrap_err();
        });
        assert_eq!(service.count(), 2);
    }
}

#[test]
fn a_timeout_is_not_remembered() {
    let (cache, service) = (cache(), Service::new(hanging));
    for _ in 0..5 {
        let now = Budget::within(Duration::ZERO);
        let error = service.get_within(&cache, "k", Origin::Presented, &now);
        assert_eq!(error.unwrap_err().status(), Status::LID_ERROR_TIMEOUT);
    }
    let error = service.get(&cache, "k", Origin::Presented).unwrap_err();
    assert_eq!(error.code(), "unknown_key_throttled");
}

#[test]
fn calls_that_time_out_while_waiting_make_no_request() {
    let (cache, service) = (cache(), Service::new(hanging));
    let start = Barrier::new(32);
    let soon = Budget::within(Duration::from_secs(1));
    thread::scope(|scope| {
        let get = || {
            start.wait();
            service.get_within(&cache, "k", Origin::Presented, &soon)
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
fn if_a_newer_key_cannot_be_fetched_its_error_is_returned() {
    let cache = cache();
    let old = key();
    cache.put("", old.clone());
    cache.pass(RETRY_PAUSE);
    let service = Service::new(unreachable);
    for _ in 0..7 {
        let newer = |lookup: Lookup<'_>| cache.newer(&old, lookup);
        let error = service.with_lookup(Origin::Presented, &long_budget(), newer);
        assert_eq!(error.unwrap_err().code(), "connect_failed");
    }
    assert_eq!(service.count(), 5);
    let cancel = Arc::new(Cancel::new());
    cancel.trigger();
    let cancelled = |_: &str, budget: &Budget| -> Result<Keys> {
        assert!(budget.is_cancelled());
        Err(Error::cancelled())
    };
    let newer = |lookup: Lookup<'_>| cache.newer(&old, lookup);
    let error = Service::new(cancelled).with_lookup(Origin::Answer, &cancellable(&cancel), newer);
    assert_eq!(error.unwrap_err().status(), Status::LID_ERROR_CANCELLED);
}

#[test]
fn an_answer_may_request_a_newer_key_at_once() {
    let (cache, old, new) = (cache(), key(), key());
    cache.put("", old.clone());
    let service = Service::new(|_: &str, _: &Budget| Ok(new.clone()));
    let newer = |lookup: Lookup<'_>| cache.newer(&old, lookup).unwrap();
    assert!(
        service
            .with_lookup(Origin::Presented, &long_budget(), newer)
            .is_none()
    );
    let found = service
        .with_lookup(Origin::Answer, &long_budget(), newer)
        .unwrap();
    assert!(Arc::ptr_eq(&found, &new));
}

#[test]
fn without_fetching_only_configured_keys_are_used() {
    let configured = ["k", CURRENT].map(|id| (id.to_owned(), key_pair().1));
    let cache = KeyCache::new(&KeySettings {
        configured: KeySet::named(configured),
        fetch: false,
        ..settings()
    });
    let service = Service::new(unreachable);
    for origin in [Origin::Presented, Origin::Answer] {
        service.get(&cache, "k", origin).unwrap();
        let error = service.get(&cache, "other", origin).unwrap_err();
        assert_eq!(error.code(), "unknown_key");
        let tried = service.get(&cache, "", origin).unwrap();
        let newer = |lookup: Lookup<'_>| cache.newer(&tried, lookup).unwrap();
        assert!(service.with_lookup(origin, &long_budget(), newer).is_none());
    }
    assert_eq!(service.count(), 0);
}
