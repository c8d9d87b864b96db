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
trait Shared: Sync + Sized {
    fn new(emulator: &Emulator) -> Self;

    /// A call for a user.
    fn ask(&self, username: &str) -> (lid_status, Value);

    /// Whether the answer of [`Shared::ask`] is this user's.
    fn is_of(&self, answer: &Value, username: &str) -> bool;

    /// Verifies a token of ann, with a key that must be fetched.
    fn verify(&self) -> (lid_status, Value);

    /// Every call succeeds, and its answer is its own.
    fn works(&self, point: Point) {
        for username in ["bob", "ann", "bob"] {
            let (status, answer) = self.ask(username);
            assert_eq!(status, lid_status::LID_OK, "{point:?}: {answer}");
            assert!(self.is_of(&answer, username), "{point:?}: {answer}");
        }
        let (status, verified) = self.verify();
        assert_eq!(status, lid_status::LID_OK, "{point:?}: {verified}");
    }
}

struct V1 {
    client: *mut lid_client,
    token: CString,
}

// SAFETY: the header promises that any number of threads may use a client.
unsafe impl Sync for V1 {}

impl Shared for V1 {
    fn new(emulator: &Emulator) -> V1 {
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
        V1 {
            client: Box::into_raw(Box::new(lid_client(client))),
            token: CString::new(login["jwt"].as_str().unwrap()).unwrap(),
        }
    }

    fn ask(&self, username: &str) -> (lid_status, Value) {
        let username = CString::new(username).unwrap();
        let mut out = ptr::null_mut();
        // SAFETY: the header's contract, with living arguments.
        let status = unsafe { lid_get_user(self.client, username.as_ptr(), &mut out) };
        (status, taken(out))
    }

    fn is_of(&self, answer: &Value, username: &str) -> bool {
        answer["username"] == username
    }

    fn verify(&self) -> (lid_status, Value) {
        let (token, username) = (self.token.as_ptr(), c"ann".as_ptr());
        let mut out = ptr::null_mut();
        // SAFETY: as above.
        let status = unsafe { lid_verify_token(self.client, token, username, &mut out) };
        (status, taken(out))
    }
}

impl Drop for V1 {
    fn drop(&mut self) {
        // SAFETY: made above, freed once.
        unsafe { lid_free(self.client) };
    }
}

/// A client of the current service. It requests a grant before the call itself.
struct V2 {
    client: *mut lid_v2_client,
    token: CString,
    passkeys: [Value; 2],
}

// SAFETY: as above.
unsafe impl Sync for V2 {}

impl Shared for V2 {
    fn new(emulator: &Emulator) -> V2 {
        let service = emulator.v2();
        let mut config = json!({
            "base_url": emulator.base_url(),
            "application_id": service.application_id(),
            "api_key": service.api_key(),
            "issuer": service.base_url(),
            "request_timeout_ms": 30_000,
        });
        if let Some(ca) = emulator.ca_pem() {
            config["ca_pem"] = ca.into();
        }
        let config = crate::v2::Config::from_json(&config.to_string()).unwrap();
        let client = crate::v2::Client::with_config(config).unwrap();
        let login = service.login("ann").unwrap();
        service.login("bob").unwrap();
        let passkeys = ["ann", "bob"].map(|username| {
            let list = client.list_passkeys(Some(username), None).unwrap();
            serde_json::from_str::<Value>(&list).unwrap()["passkeys"][0]["id"].clone()
        });
        V2 {
            client: Box::into_raw(Box::new(lid_v2_client(client))),
            token: CString::new(login["jwtAccess"].as_str().unwrap()).unwrap(),
            passkeys,
        }
    }

    fn ask(&self, username: &str) -> (lid_status, Value) {
        let username = CString::new(username).unwrap();
        let mut out = ptr::null_mut();
        // SAFETY: as above.
        let status =
            unsafe { lid_v2_list_passkeys(self.client, username.as_ptr(), ptr::null(), &mut out) };
        (status, taken(out))
    }

    fn is_of(&self, answer: &Value, username: &str) -> bool {
        let [ann, bob] = &self.passkeys;
        answer["passkeys"][0]["id"] == *if username == "ann" { ann } else { bob }
    }

    fn verify(&self) -> (lid_status, Value) {
        let (token, username) = (self.token.as_ptr(), c"ann".as_ptr());
        let mut out = ptr::null_mut();
        // SAFETY: as above.
        let status = unsafe { lid_v2_verify_token(self.client, token, username, &mut out) };
        (status, taken(out))
    }
}

impl Drop for V2 {
    fn drop(&mut self) {
        // SAFETY: as above.
        unsafe { lid_v2_free(self.client) };
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

fn a_panic_leaves_the_client_usable<S: Shared>(emulator: &Emulator) {
    for (point, verifies) in [
        (Point::Sent, false),
        (Point::HeadRead, false),
        (Point::Answered, false),
        (Point::Sent, true),
        (Point::HeadRead, true),
        (Point::Answered, true),
        (Point::KeysLocked, true),
        (Point::KeyFetched, true),
        (Point::KeyStored, true),
    ] {
        // The client has a connection, but no key.
        let shared = S::new(emulator);
        arm(Some(point));
        let (status, error) = match verifies {
            true => shared.verify(),
            false => shared.ask("ann"),
        };
        arm(None);
        assert_eq!(status, lid_status::LID_ERROR_INTERNAL, "{point:?}: {error}");
        thread::scope(|scope| scope.spawn(|| shared.works(point)).join().unwrap());
        shared.works(point);
    }
}

#[test]
fn a_panic_midway_leaves_the_client_usable_over_http() {
    a_panic_leaves_the_client_usable::<V1>(&Emulator::start());
    a_panic_leaves_the_client_usable::<V2>(&Emulator::start());
}

#[test]
fn a_panic_midway_leaves_the_client_usable_over_https() {
    a_panic_leaves_the_client_usable::<V1>(&Emulator::builder().tls().start());
    a_panic_leaves_the_client_usable::<V2>(&Emulator::builder().tls().start());
}

/// The pool of connections is ureq's: a panic under its lock would poison it.
fn a_panic_at_a_kept_connection<S: Shared>() {
    let emulator = Emulator::start();
    let shared = S::new(&emulator);
    shared.works(Point::Probed);
    let before = panics();
    arm(Some(Point::Probed));
    shared.works(Point::Probed);
    arm(None);
    assert!(panics() > before, "no kept connection was probed");
    thread::scope(|scope| scope.spawn(|| shared.works(Point::Probed)).join().unwrap());
    shared.works(Point::Probed);
}

#[test]
fn a_panic_while_a_kept_connection_is_probed_costs_only_the_connection() {
    a_panic_at_a_kept_connection::<V1>();
    a_panic_at_a_kept_connection::<V2>();
}
