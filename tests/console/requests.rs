//! The received requests.

use std::process::Command;

use loginid_emulator::{Emulator, Fault, FaultKind};
use serde_json::{Value, json};

use crate::page::Page;

#[test]
fn requests_are_shown_live_with_the_reason_of_a_refusal() {
    let Some(page) = Page::open(Emulator::builder()) else {
        return;
    };
    page.section("requests");
    page.sees("No requests yet.");
    page.request("POST", "/manage/users", json!({"username": "ada"}));
    page.sees("unauthorized: X-Client-ID or client_id must name an application");
    page.sees("add_user_without_credentials");
    page.send("GET", "/certs", Value::Null);
    page.sees("2 of 2 requests");

    // The filters.
    let refused = "const box = document.querySelector('[name=refused]'); box.click();";
    page.run(refused, json!([]));
    page.sees("1 of 2 requests");
    page.run(refused, json!([]));
    let filter = "const input = document.querySelector('[name=filter]');
        input.value = arguments[0];
        input.dispatchEvent(new Event('input'));";
    page.run(filter, json!(["CERTS"]));
    page.sees("1 of 2 requests");
    page.run(filter, json!(["nothing has this"]));
    page.sees("No request passes the filter.");
    page.run(filter, json!([""]));
    page.emulator
        .inject(Fault::new(FaultKind::CloseIdle {}).times(1));
    page.send("GET", "/certs?kid=undefined", Value::Null);
    page.sees("fault close_idle");
    page.run(
        "document.querySelector('[name=faulty]').click();",
        json!([]),
    );
    page.sees("1 of 3 requests");
    page.run(
        "document.querySelector('[name=faulty]').click();",
        json!([]),
    );

    // Recording.
    page.click("Pause: the recording");
    assert!(!page.emulator.info().recording);
    page.send("GET", "/certs", Value::Null);
    page.click("Record: the recording");
    assert!(page.emulator.info().recording);
    page.click("Clear: the requests");
    assert_eq!(page.emulator.request_count(), 0);
    page.sees("No requests yet.");
    page.send("GET", "/certs", Value::Null);
    page.sees("1 of 1 requests");

    assert_eq!(page.not_clicked("requests"), []);
    assert_eq!(page.complaints(), [""; 0]);
}

#[test]
fn a_request_is_copied_as_a_command_that_repeats_it() {
    let Some(page) = Page::open(Emulator::builder()) else {
        return;
    };
    page.section("requests");
    page.catch_copies();
    // Quotes of a shell, and what it would replace.
    let name = "o'hara $HOME `id` \"x\"";
    page.request(
        "POST",
        "/manage/users?x=1",
        json!({"username": name, "client_id": page.emulator.client_id()}),
    );
    page.sees("The operation requires a service token");
    let open = "(await until('a request', () => document.querySelector('.requests details'))).open = true;";
    page.run(open, json!([]));
    page.press("Copy as curl: request 1");
    let command = page.copied();
    let repeated = Command::new("sh").arg("-c").arg(&command).output();
    let repeated = repeated.expect("a shell");
    assert!(repeated.status.success(), "{command}");
    let answer = String::from_utf8_lossy(&repeated.stdout);
    assert!(
        answer.contains("The operation requires a service token"),
        "{command}: {answer}"
    );
    let requests = page.emulator.requests();
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[0].body, requests[1].body);
    assert_eq!(requests[0].query, requests[1].query);
    assert_eq!(
        requests[0].body.as_ref().expect("its body")["username"],
        name
    );
}

/// A method may have characters of a shell, and curl has its own for addresses.
#[test]
fn a_strange_request_is_copied_as_a_command_that_repeats_it() {
    let Some(page) = Page::open(Emulator::builder()) else {
        return;
    };
    page.section("requests");
    page.catch_copies();
    let strange = [
        ("`id`", "/tx"),
        ("A|B&C", "/tx"),
        ("HEAD", "/certs"),
        ("GET", "/a/../tx?x[]=1&y={a,b}&z=[1-3]"),
    ];
    for (index, (method, target)) in strange.into_iter().enumerate() {
        let number = 2 * index + 1;
        let first = Command::new("curl")
            .args([
                "-g",
                "--path-as-is",
                "-s",
                "-o",
                "/dev/null",
                "-m",
                "1",
                "-X",
                method,
            ])
            .arg(page.url(target))
            .status();
        first.expect("curl");
        let open = "(await until('the request', () => document.querySelector(`details[data-name=\"${arguments[0]}\"]`))).open = true;";
        page.run(open, json!([number.to_string()]));
        page.press(&format!("Copy as curl: request {number}"));
        let command = page.copied();
        let repeated = Command::new("sh").arg("-c").arg(&command).output();
        assert!(repeated.expect("a shell").status.success(), "{command}");
        let requests = page.emulator.requests();
        assert_eq!(requests.len(), number + 1, "{command}");
        let of = |index: usize| {
            (
                &requests[index].method,
                &requests[index].path,
                &requests[index].query,
            )
        };
        assert_eq!(of(number - 1), of(number), "{command}");
    }
}

/// The token of a request is decoded, and its times are dates.
#[test]
fn the_token_of_a_request_is_decoded() {
    let Some(page) = Page::open(Emulator::builder()) else {
        return;
    };
    page.section("requests");
    let token = page.control(
        "POST",
        "/tokens",
        json!({"claims": {"client_id": "x", "iat": 0}}),
    );
    let token = token["token"].as_str().expect("a token");
    let script = "await fetch('/manage/users', { method: 'POST', body: '{}', headers: {
        'Content-Type': 'application/json', Authorization: 'Bearer ' + arguments[0] } });";
    page.run(script, json!([token]));
    let open = "(await until('a request', () => document.querySelector('.requests details'))).open = true;";
    page.run(open, json!([]));
    page.sees("Token, decoded");
    page.sees("\"client_id\": \"x\"");
    page.sees("iat Thu, 01 Jan 1970 00:00:00 GMT");
    page.size(1280, 900);
    page.picture("requests");
}

#[test]
fn the_filter_is_one_row_and_its_result_is_said_plainly() {
    let Some(page) = Page::open(Emulator::builder()) else {
        return;
    };
    page.section("requests");
    let middles = "return ['[name=filter]', '[name=refused]', '[name=faulty]'].map(one => {
        const { top, bottom } = document.querySelector(one).getBoundingClientRect();
        return (top + bottom) / 2;
    });";
    let middles = page.run(middles, json!([]));
    let middle = |index: usize| middles[index].as_f64().expect("a number");
    for index in [1, 2] {
        assert!((middle(0) - middle(index)).abs() < 2.0, "{middles}");
    }

    for _ in 0..301 {
        page.send("GET", "/certs", Value::Null);
    }
    page.sees("The latest 300 of 301 requests");
    page.run(
        "document.querySelector('[name=refused]').click();",
        json!([]),
    );
    page.sees("0 of the latest 300 requests. There are 301.");
    assert_eq!(page.complaints(), [""; 0]);
}
