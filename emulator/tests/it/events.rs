//! What happens, as server-sent events.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;

use loginid_emulator::{Emulator, Fault, FaultKind};
use serde_json::{Value, json};

use crate::support::{App, connect, control_api, get};

/// An event as received: its name, id and data.
pub type Event = (String, String, Value);

/// A client that follows the events.
pub struct Follower(BufReader<TcpStream>);

impl Follower {
    /// Connects, and waits until the emulator has the connection.
    pub fn new(emulator: &Emulator, last_event_id: Option<&str>) -> Self {
        let mut stream = connect(emulator.base_url());
        let last = last_event_id.map(|id| format!("Last-Event-ID: {id}\r\n"));
        let request = format!(
            "GET /_emulator/events HTTP/1.1\r\nHost: localhost\r\n{}\r\n",
            last.unwrap_or_default()
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut follower = Self(BufReader::new(stream));
        let mut head = String::new();
        while !head.contains("retry: ") {
            head += &follower.line();
        }
        assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
        assert!(
            head.contains("content-type: text/event-stream\r\n"),
            "{head}"
        );
        follower
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        assert!(self.0.read_line(&mut line).unwrap() > 0, "the events ended");
        line
    }

    pub fn next(&mut self) -> Event {
        let (mut name, mut id) = (String::new(), String::new());
        loop {
            // Sizes of chunks are between the lines.
            let line = self.line();
            if let Some(value) = line.strip_prefix("event: ") {
                value.trim_end().clone_into(&mut name);
            } else if let Some(value) = line.strip_prefix("id: ") {
                value.trim_end().clone_into(&mut id);
            } else if let Some(value) = line.strip_prefix("data: ") {
                return (name, id, serde_json::from_str(value).expect("JSON"));
            }
        }
    }
}

#[test]
fn requests_and_changes_are_events() {
    let emulator = Emulator::start();
    let mut follower = Follower::new(&emulator, None);
    get(emulator.base_url(), "/certs?kid=none");
    let (name, _, request) = follower.next();
    assert_eq!(name, "request");
    for (member, value) in [
        ("method", json!("GET")),
        ("path", json!("/certs")),
        ("number", json!(1)),
        ("operation", json!("public_key")),
        ("status", json!(404)),
        ("code", json!("key_not_found")),
    ] {
        assert_eq!(request[member], value, "{request}");
    }
    // Reading is no change, and neither is a refusal.
    control_api(&emulator, "GET", "/users", Value::Null).ok();
    control_api(&emulator, "HEAD", "/users", Value::Null);
    control_api(&emulator, "DELETE", "/users/nobody", Value::Null).refusal();
    control_api(&emulator, "POST", "/users", json!({"username": "ada"})).ok();
    let (name, _, change) = follower.next();
    assert_eq!(name, "control");
    assert_eq!(
        (&change["operation"], &change["path"]),
        (&json!("add_user"), &json!("/_emulator/users"))
    );
    let vanish = FaultKind::Drop {
        carried_out: true,
        reset: false,
    };
    emulator.inject(Fault::new(vanish).times(1));
    let mut lost = connect(emulator.base_url());
    lost.write_all(b"GET /certs HTTP/1.1\r\nHost: x\r\n\r\n")
        .unwrap();
    let (_, _, faulty) = follower.next();
    assert_eq!(
        (&faulty["fault"], &faulty["status"]),
        (&json!("drop"), &Value::Null)
    );
}

#[test]
fn a_client_that_comes_back_gets_what_it_missed() {
    let emulator = Emulator::start();
    let mut follower = Follower::new(&emulator, None);
    get(emulator.base_url(), "/certs");
    let (_, first, _) = follower.next();
    drop(follower);
    get(emulator.base_url(), "/missed");
    get(emulator.base_url(), "/missed/too");
    let mut again = Follower::new(&emulator, Some(&first));
    let paths = [
        again.next().2["path"].clone(),
        again.next().2["path"].clone(),
    ];
    assert_eq!(paths, ["/missed", "/missed/too"]);
    // What is no longer known cannot be sent again: the client must read everything.
    for unknown in ["0", "other-1", &format!("{first}000")] {
        let mut other = Follower::new(&emulator, Some(unknown));
        let (name, id, _) = other.next();
        assert_eq!(name, "lost", "{unknown}");
        get(emulator.base_url(), "/certs");
        let (_, next, _) = other.next();
        assert_ne!(next, id);
    }
}

#[test]
fn the_begin_and_the_end_of_a_wait_are_events() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    app.add_user("ada");
    let purpose = json!({"type": "short", "purpose": "temporary_authentication"});
    let code = control_api(&emulator, "POST", "/users/ada/codes", purpose).ok();
    let mut follower = Follower::new(&emulator, None);
    let waiting = {
        let (app, code) = (app.clone(), code["code"].clone());
        std::thread::spawn(move || {
            let body =
                json!({"username": "ada", "authentication_code": {"type": "short", "code": code}});
            app.post("/authenticate/code/wait", "auth.temporary", body)
        })
    };
    assert_eq!(follower.next().2, json!({"open": 1}));
    let waits = control_api(&emulator, "GET", "/waits", Value::Null).ok();
    let wait = &waits["waits"][0];
    assert_eq!(
        (&wait["username"], &wait["code"]),
        (&json!("ada"), &code["code"])
    );
    let name =
        json!({"type": "short", "purpose": "temporary_authentication", "code": code["code"]});
    control_api(&emulator, "POST", "/users/ada/codes/authorize", name).ok();
    waiting.join().unwrap().ok();
    let mut names: Vec<_> = (0..3).map(|_| follower.next()).collect();
    names.retain(|(name, _, _)| name == "waits");
    assert_eq!(names[0].2, json!({"open": 0}));
    assert_eq!(emulator.waits(), []);
}

#[test]
fn a_foreign_page_cannot_follow() {
    let emulator = Emulator::start();
    let origin = [("Origin", "https://shop.example".to_owned())];
    let answer = crate::support::send(emulator.base_url(), "GET", "/_emulator/events", &origin, "");
    assert_eq!(answer.unwrap().refusal(), "403 origin_not_allowed");
}
