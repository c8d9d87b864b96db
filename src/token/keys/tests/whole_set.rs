//! Sets of keys: an unknown key id, rotation, configured keys.

use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;

use serde_json::{Value, json};

use super::*;

/// The service's set, which a test may replace.
struct Published {
    set: Mutex<Value>,
    is_out: AtomicBool,
    requests: AtomicUsize,
}

impl Published {
    fn new(ids: &[&str]) -> Published {
        Published {
            set: Mutex::new(set_of(ids)),
            is_out: AtomicBool::new(false),
            requests: AtomicUsize::new(0),
        }
    }

    fn publish(&self, ids: &[&str]) {
        *lock(&self.set) = set_of(ids);
    }

    fn count(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }

    fn get(&self, cache: &KeyCache, kid: Option<&str>, origin: Origin) -> Result<Keys> {
        let fetch = |id: &str, _: &Budget, _: &dyn Fn() -> bool| {
            assert_eq!(id, CURRENT);
            self.requests.fetch_add(1, Ordering::SeqCst);
            if self.is_out.load(Ordering::SeqCst) {
                return unreachable(id, &long_budget());
            }
            let set = lock(&self.set).to_string();
            Ok(Arc::new(KeySet::from_json(&set).unwrap()))
        };
        cache.get(
            kid,
            Lookup {
                origin,
                budget: &long_budget(),
                fetch: &fetch,
            },
        )
    }

    /// The code of the error, or "ok".
    fn code(&self, cache: &KeyCache, kid: Option<&str>) -> String {
        let result = self.get(cache, kid, Origin::Presented);
        result.map_or_else(|error| error.code().to_owned(), |_| "ok".to_owned())
    }
}

fn set_of(ids: &[&str]) -> Value {
    let keys = ids.iter().map(|id| jwk(id, &key_pair().1));
    json!({ "keys": keys.collect::<Vec<_>>() })
}

fn whole() -> KeySettings {
    KeySettings {
        request: Request::WholeSet,
        ..settings()
    }
}

#[test]
fn one_request_serves_all_keys_of_the_set() {
    let (cache, service) = (KeyCache::new(&whole()), Published::new(&["a", "b"]));
    for kid in ["a", "b", "a"] {
        assert_eq!(service.code(&cache, Some(kid)), "ok");
    }
    assert_eq!(service.count(), 1);
    assert!(cache.cached(Some("b")).is_some());
    assert!(cache.cached(Some("c")).is_none() && cache.cached(None).is_none());
}

#[test]
fn without_a_key_id_the_set_must_have_one_key() {
    let (cache, service) = (KeyCache::new(&whole()), Published::new(&["a"]));
    assert_eq!(service.code(&cache, None), "ok");
    service.publish(&["a", "b"]);
    cache.pass(HOUR);
    assert_eq!(service.code(&cache, None), "unknown_key");
    assert_eq!(service.count(), 2);
}

#[test]
fn a_new_key_is_found_at_once_and_an_old_one_is_forgotten() {
    let (cache, service) = (KeyCache::new(&whole()), Published::new(&["a"]));
    assert_eq!(service.code(&cache, Some("a")), "ok");
    service.publish(&["b"]);
    assert_eq!(service.code(&cache, Some("b")), "ok");
    // The new set has replaced the old one whole.
    assert_eq!(service.code(&cache, Some("a")), "unknown_key");
    assert_eq!(service.count(), 3);
}

#[test]
fn an_unknown_key_id_is_requested_once_a_minute() {
    let (cache, service) = (KeyCache::new(&whole()), Published::new(&["a"]));
    // The set that is fetched for it does not have it.
    for _ in 0..100 {
        assert_eq!(service.code(&cache, Some("made-up")), "unknown_key");
    }
    assert_eq!(service.count(), 1);
    cache.state().failures.pass(Duration::from_secs(60));
    assert_eq!(service.code(&cache, Some("made-up")), "unknown_key");
    assert_eq!(service.count(), 2);
    // Once the key is published, a request for another key finds it.
    service.publish(&["made-up", "c"]);
    assert_eq!(service.code(&cache, Some("c")), "ok");
    assert_eq!(service.code(&cache, Some("made-up")), "ok");
}

#[test]
fn a_flood_of_key_ids_makes_few_requests_and_leaves_those_of_answers() {
    let (cache, service) = (KeyCache::new(&whole()), Published::new(&["a"]));
    assert_eq!(service.code(&cache, Some("a")), "ok");
    for number in 0..100 {
        service.code(&cache, Some(&number.to_string()));
    }
    assert_eq!(service.count(), 5);
    assert_eq!(service.code(&cache, Some("b")), "unknown_key_throttled");
    assert_eq!(service.code(&cache, Some("a")), "ok");
    service.publish(&["b"]);
    service.get(&cache, Some("b"), Origin::Answer).unwrap();
    assert_eq!(service.code(&cache, Some("b")), "ok");
    assert_eq!(service.count(), 6);
}

#[test]
fn an_answer_may_request_an_unknown_key_again() {
    let (cache, service) = (KeyCache::new(&whole()), Published::new(&["a"]));
    assert_eq!(service.code(&cache, Some("b")), "unknown_key");
    service.publish(&["b"]);
    assert_eq!(service.code(&cache, Some("b")), "unknown_key");
    service.get(&cache, Some("b"), Origin::Answer).unwrap();
    assert_eq!(service.count(), 2);
}

#[test]
fn during_an_outage_the_old_set_serves_and_an_unknown_key_is_an_error_of_the_request() {
    let (cache, service) = (KeyCache::new(&whole()), Published::new(&["a"]));
    assert_eq!(service.code(&cache, Some("a")), "ok");
    service.is_out.store(true, Ordering::SeqCst);
    cache.pass(23 * HOUR);
    assert_eq!(service.code(&cache, Some("a")), "ok");
    assert_eq!(service.code(&cache, Some("b")), "connect_failed");
    cache.pass(HOUR);
    assert_eq!(service.code(&cache, Some("a")), "connect_failed");
}

#[test]
fn configured_keys_need_no_request() {
    let configured = KeySet::from_json(&set_of(&["a", "a", "b"]).to_string()).unwrap();
    for fetch in [true, false] {
        let cache = KeyCache::new(&KeySettings {
            configured: configured.clone(),
            fetch,
            ..whole()
        });
        let service = Published::new(&["c"]);
        for kid in ["a", "b"] {
            assert_eq!(service.code(&cache, Some(kid)), "ok");
        }
        let both = cache.get(
            Some("a"),
            Lookup {
                origin: Origin::Presented,
                budget: &long_budget(),
                fetch: &|_: &str, _: &Budget, _: &dyn Fn() -> bool| Ok(key()),
            },
        );
        assert_eq!(both.unwrap().candidates(Some("a")).count(), 2);
        assert_eq!(service.count(), 0);
        let other = service.code(&cache, Some("c"));
        assert_eq!(
            (other.as_str(), service.count()),
            match fetch {
                true => ("ok", 1),
                false => ("unknown_key", 0),
            }
        );
    }
}

#[test]
fn the_only_configured_key_serves_a_token_without_key_id() {
    let configured = KeySet::from_json(&set_of(&["a"]).to_string()).unwrap();
    let cache = KeyCache::new(&KeySettings {
        configured,
        fetch: false,
        ..whole()
    });
    let service = Published::new(&[]);
    assert_eq!(service.code(&cache, None), "ok");
    let found = service.get(&cache, None, Origin::Presented).unwrap();
    let newer = |lookup: Lookup<'_>| cache.newer(&found, lookup).unwrap();
    let other = Service::new(unreachable);
    assert!(
        other
            .with_lookup(Origin::Answer, &long_budget(), newer)
            .is_none()
    );
}

#[test]
fn calls_that_miss_the_same_new_key_share_one_request() {
    let (cache, gate) = (KeyCache::new(&whole()), AtomicBool::new(true));
    let published = Mutex::new(set_of(&["a"]));
    let service = Service::new(|_: &str, _: &Budget| {
        while !gate.load(Ordering::SeqCst) {
            thread::yield_now();
        }
        Ok(Arc::new(
            KeySet::from_json(&lock(&published).to_string()).unwrap(),
        ))
    });
    service.get(&cache, "a", Origin::Presented).unwrap();
    *lock(&published) = set_of(&["a", "b"]);
    gate.store(false, Ordering::SeqCst);
    thread::scope(|scope| {
        let first = scope.spawn(|| service.get(&cache, "b", Origin::Presented));
        await_request(&service, 2);
        let second = scope.spawn(|| service.get(&cache, "b", Origin::Presented));
        await_waiter(&cache, CURRENT);
        gate.store(true, Ordering::SeqCst);
        let [first, second] = [first, second].map(|call| call.join().unwrap().unwrap());
        assert!(Arc::ptr_eq(&first, &second));
    });
    assert_eq!(service.count(), 2);
}
