//! A panic with the work half done: sent, read, or under a lock.

use std::ffi::CString;
use std::thread;

use loginid_emulator::Emulator;
use serde_json::{Value, json};

use super::*;
use crate::Client;
use crate::config::Config;
use crate::failpoint::{Point, panics};

/// A client that another thread may use too.
struct Shared {
    client: *mut lid_client,
    token: CString,
}

// SAFETY: the header promises that any number of threads may use a client.
unsafe impl Sync for Shared {}

impl Shared {
    fn new(emulator: &Emulator) -> Shared {
        let mut config = json!({
            "client_id": emulator.client_id(),
            "private_key": emulator.private_key(),
            "base_url": emulator.base_url(),
            "request_timeout_ms": 30_000,
        });
        if let Some(ca) = emulator.ca_pem() {
            config["ca_pem"] = ca.into();
        }
        let client = Client::with_config(Config::from_json(&config.to_string()).unwrap()).unwrap();
        for username in ["ann", "bob"] {
            // An earlier client of the same emulator may have added them.
            let _ = client.add_user_without_credentials(username);
        }
        let login = emulator.login("ann").unwrap();
        Shared {
            client: Box::into_raw(Box::new(lid_client(client))),
            token: CString::new(login["jwt"].as_str().unwrap()).unwrap(),
        }
    }

    fn get_user(&self, username: &str) -> (lid_status, Value) {
        let username = CString::new(username).unwrap();
        let mut out = ptr::null_mut();
        // SAFETY: the header's contract, with living arguments.
        let status = unsafe { lid_get_user(self.client, username.as_ptr(), &mut out) };
        (status, taken(out))
    }

    fn verify(&self) -> (lid_status, Value) {
        let mut out = ptr::null_mut();
        // SAFETY: as above.
        let status =
            unsafe { lid_verify_token(self.client, self.token.as_ptr(), ptr::null(), &mut out) };
        (status, taken(out))
    }

    /// Every call succeeds, and its answer is its own.
    fn works(&self, point: Point) {
        for username in ["bob", "ann", "bob"] {
            let (status, user) = self.get_user(username);
            assert_eq!(status, lid_status::LID_OK, "{point:?}: {user}");
            assert_eq!(user["username"], username, "{point:?}");
        }
        let (status, verified) = self.verify();
        assert_eq!(status, lid_status::LID_OK, "{point:?}: {verified}");
        assert_eq!(verified["claims"]["udata"], "ann", "{point:?}");
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        // SAFETY: made above, freed once.
        unsafe { lid_free(self.client) };
    }
}

fn taken(out: *mut c_char) -> Value {
    // SAFETY: stored by a call, freed once.
    let text = unsafe {
        let text = CStr::from_ptr(out).to_str().unwrap().to_owned();
        lid_free_string(out);
        text
    };
    serde_json::from_str(&text).unwrap()
}

type Ask = fn(&Shared) -> (lid_status, Value);

fn a_panic_leaves_the_client_usable(emulator: &Emulator) {
    let user: Ask = |shared| shared.get_user("ann");
    let verify: Ask = Shared::verify;
    for (point, ask) in [
        (Point::Sent, user),
        (Point::HeadRead, user),
        (Point::Answered, user),
        (Point::Sent, verify),
        (Point::HeadRead, verify),
        (Point::Answered, verify),
        (Point::KeysLocked, verify),
        (Point::KeyFetched, verify),
        (Point::KeyStored, verify),
    ] {
        // The client has a connection, but no key.
        let shared = Shared::new(emulator);
        arm(Some(point));
        let (status, error) = ask(&shared);
        arm(None);
        assert_eq!(status, lid_status::LID_ERROR_INTERNAL, "{point:?}: {error}");
        thread::scope(|scope| scope.spawn(|| shared.works(point)).join().unwrap());
        shared.works(point);
    }
}

#[test]
fn a_panic_midway_leaves_the_client_usable_over_http() {
    a_panic_leaves_the_client_usable(&Emulator::start());
}

#[test]
fn a_panic_midway_leaves_the_client_usable_over_https() {
    a_panic_leaves_the_client_usable(&Emulator::builder().tls().start());
}

/// The pool of connections is ureq's: a panic under its lock would poison it.
#[test]
fn a_panic_while_a_kept_connection_is_probed_costs_only_the_connection() {
    let emulator = Emulator::start();
    let shared = Shared::new(&emulator);
    shared.works(Point::Probed);
    arm(Some(Point::Probed));
    shared.works(Point::Probed);
    arm(None);
    assert!(panics() > 0, "no kept connection was probed");
    thread::scope(|scope| scope.spawn(|| shared.works(Point::Probed)).join().unwrap());
    shared.works(Point::Probed);
}
