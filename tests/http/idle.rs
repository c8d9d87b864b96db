//! Idle connections: how many a client keeps, and for how long.

use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::capi::{Client, Outcome};
use crate::listener::{Listener, read_request};

const KEPT: usize = 64;
const KEPT_FOR: Duration = Duration::from_secs(30);
/// More calls at once than connections are kept.
const AT_ONCE: usize = KEPT + 6;

/// A service that answers this many requests at a time: none before all have arrived.
struct Service {
    listener: Listener,
    open: Arc<AtomicUsize>,
    at_once: Arc<AtomicUsize>,
}

impl Service {
    fn start() -> Service {
        let open = Arc::new(AtomicUsize::new(0));
        let at_once = Arc::new(AtomicUsize::new(AT_ONCE));
        let all_arrived = Barrier::new(AT_ONCE);
        let (counted, together) = (open.clone(), at_once.clone());
        let listener = Listener::start(move |mut stream, _| {
            counted.fetch_add(1, Ordering::SeqCst);
            while read_request(&mut stream).is_some() {
                if together.load(Ordering::SeqCst) > 1 {
                    all_arrived.wait();
                }
                let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
                stream.write_all(answer).expect("a reader");
            }
            counted.fetch_sub(1, Ordering::SeqCst);
        });
        Service {
            listener,
            open,
            at_once,
        }
    }

    fn client(&self) -> Client {
        Client::new(&json!({
            "client_id": "app", "base_url": self.listener.base_url(),
            "request_timeout_ms": 60_000, "max_retries": 0,
        }))
    }

    fn wait_until_open(&self, connections: usize) {
        let give_up = Instant::now() + Duration::from_secs(60);
        while self.open.load(Ordering::SeqCst) != connections {
            assert!(
                Instant::now() < give_up,
                "{} open",
                self.open.load(Ordering::SeqCst)
            );
            thread::sleep(Duration::from_millis(1));
        }
    }
}

fn call(client: &Client) {
    let (username, publickey) = ("ann", "key");
    let (username, publickey) = (crate::capi::c(username), crate::capi::c(publickey));
    let (client, username, publickey) = (client.raw(), username.as_ptr(), publickey.as_ptr());
    let none = std::ptr::null();
    Outcome::of(|out| {
        // SAFETY: the header's contract, with living arguments.
        unsafe {
            loginid::ffi::lid_authenticate_publickey_init(client, username, publickey, none, out)
        }
    })
    .ok();
}

#[test]
fn sixty_four_idle_connections_are_kept_and_used_for_thirty_seconds() {
    let service = Service::start();
    let client = service.client();
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| call(&client));
        }
    });
    let idle_since = Instant::now();
    service.wait_until_open(KEPT);
    assert_eq!(service.listener.accepted(), AT_ONCE);

    service.at_once.store(1, Ordering::SeqCst);
    call(&client);
    assert_eq!(
        service.listener.accepted(),
        AT_ONCE,
        "a kept connection is used"
    );

    // The test waits for the time to pass.
    let over = idle_since + KEPT_FOR + Duration::from_millis(500);
    thread::sleep(over.saturating_duration_since(Instant::now()));
    call(&client);
    service.wait_until_open(1);
    assert_eq!(
        service.listener.accepted(),
        AT_ONCE + 1,
        "the old ones are not used"
    );
}
