//! The files of the console, and who may load them. What its buttons do is tested in a browser: tests/console.

use loginid_emulator::Emulator;
use serde_json::json;

use crate::support::{Answer, control_api, get, send};
use crate::tls::over_tls;

/// What a browser accepts that shows a page.
const PAGE: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

fn load(emulator: &Emulator, path: &str, headers: &[(&str, &str)]) -> Answer {
    let headers: Vec<_> = headers
        .iter()
        .map(|(name, value)| (*name, (*value).to_owned()))
        .collect();
    let base_url = emulator.base_url().replace("localhost", "127.0.0.1");
    send(&base_url, "GET", path, &headers, "").unwrap()
}

/// The page of a path, as a browser asks for it.
fn page(emulator: &Emulator, path: &str) -> Answer {
    load(emulator, path, &[("Accept", PAGE)])
}

#[test]
fn a_browser_gets_a_page_and_everyone_else_json() {
    let emulator = Emulator::start();
    for path in ["/_emulator/", "/_emulator", "/_emulator/tx/any-id"] {
        let page = page(&emulator, path);
        assert_eq!(page.status, 200, "{path}");
        assert!(
            page.headers
                .contains("content-type: text/html; charset=utf-8"),
            "{page:?}"
        );
        assert!(page.headers.contains("vary: accept"), "{page:?}");
        let policy = "content-security-policy: default-src 'self'; frame-ancestors 'none';";
        assert!(page.headers.contains(policy), "{page:?}");
        assert!(!page.headers.contains("access-control"), "{page:?}");
    }
    for accept in [
        "*/*",
        "application/json",
        "text/*",
        "application/json, text/plain",
        "application/json, text/html;q=0.9",
        "text/html, application/json",
        "text/html;q=0, */*",
        "text/html; q=no, */*",
        // Java's HttpURLConnection.
        "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2",
        "text/html",
        "text/html, application/xhtml+xml;q=0, */*",
        "application/xhtml+xml, application/json",
    ] {
        let info = load(&emulator, "/_emulator/", &[("Accept", accept)]);
        assert_eq!(info.ok()["base_url"], emulator.base_url(), "{accept}");
        assert!(info.headers.contains("vary: accept"), "{info:?}");
    }
    // The answer of every path that has a page depends on the header, also if it is an error.
    for path in ["/_emulator", "/_emulator/tx/any-id"] {
        let answer = get(emulator.base_url(), path);
        assert!(answer.headers.contains("vary: accept"), "{answer:?}");
    }
    let users = get(emulator.base_url(), "/_emulator/users");
    assert!(!users.headers.contains("vary: accept"), "{users:?}");
    assert_eq!(
        get(emulator.base_url(), "/_emulator/").ok()["now"],
        emulator.now()
    );
    let transaction = get(emulator.base_url(), "/_emulator/tx/any-id");
    assert_eq!(transaction.refusal(), "404 transaction_not_found");
    // All else is JSON for browsers too.
    for (path, refusal) in [
        ("/_emulator/tx/a/confirm", "405 method_not_allowed"),
        ("/_emulator/console/", "404 not_found"),
        ("/_emulator/console/..%2fopenapi.json", "404 not_found"),
        ("/_emulator/console/index.html", "404 not_found"),
    ] {
        assert_eq!(page(&emulator, path).refusal(), refusal, "{path}");
    }
    page(&emulator, "/_emulator/users").ok();
    let posted = control_api(&emulator, "POST", "/", json!({}));
    assert_eq!(posted.refusal(), "405 method_not_allowed");
}

#[test]
fn the_pages_load_files_of_the_emulator_only() {
    let emulator = Emulator::start();
    for path in ["/_emulator/", "/_emulator/tx/any-id"] {
        let page = page(&emulator, path).body;
        let loaded: Vec<_> = page
            .split(['"'])
            .filter(|text| text.starts_with("/_emulator/console/"))
            .collect();
        assert_eq!(loaded.len(), 3, "{page}");
        for part in loaded {
            let part = load(&emulator, part, &[]);
            assert_eq!(part.status, 200);
            assert!(
                part.headers.contains("x-content-type-options: nosniff"),
                "{part:?}"
            );
        }
        for foreign in ["http://", "https://", "<style", "onclick", "<script>"] {
            assert!(!page.contains(foreign), "{foreign} in {page}");
        }
    }
}

#[test]
fn pages_of_others_may_link_to_the_console_and_not_load_it() {
    let emulator = Emulator::start();
    let site = |site, mode, dest| {
        let headers = [
            ("Accept", PAGE),
            ("Sec-Fetch-Site", site),
            ("Sec-Fetch-Mode", mode),
            ("Sec-Fetch-Dest", dest),
        ];
        load(&emulator, "/_emulator/", &headers)
    };
    for (from, mode, dest) in [
        ("none", "navigate", "document"),
        ("same-origin", "navigate", "document"),
        ("cross-site", "navigate", "document"),
        ("same-site", "navigate", "document"),
        ("same-origin", "no-cors", "script"),
    ] {
        assert_eq!(site(from, mode, dest).status, 200, "{from} {mode} {dest}");
    }
    for (from, mode, dest) in [
        ("cross-site", "navigate", "iframe"),
        ("same-site", "navigate", "frame"),
        ("cross-site", "no-cors", "script"),
        ("same-site", "cors", "empty"),
    ] {
        let refused = site(from, mode, dest).refusal();
        assert_eq!(refused, "403 origin_not_allowed", "{from} {mode} {dest}");
    }
    // A link loads no JSON of the control API.
    let headers = [
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Mode", "navigate"),
        ("Sec-Fetch-Dest", "document"),
    ];
    let users = load(&emulator, "/_emulator/users", &headers);
    assert_eq!(users.refusal(), "403 origin_not_allowed");
    let rebound = load(
        &emulator,
        "/_emulator/",
        &[("Accept", PAGE), ("Host", "rebound.example")],
    );
    assert_eq!(rebound.refusal(), "403 host_not_allowed");
}

/// The files hold nothing of the emulator, so that a browser can load them: it sends no token with a page.
#[test]
fn the_files_need_no_token_and_the_calls_do() {
    let emulator = Emulator::builder().host("0.0.0.0").start();
    let token = emulator.control_token().unwrap();
    let shown = page(&emulator, "/_emulator/");
    assert_eq!(shown.status, 200);
    assert!(!shown.body.contains(token));
    assert_eq!(
        load(&emulator, "/_emulator/console/app.js", &[]).status,
        200
    );
    let info = load(&emulator, "/_emulator/", &[]);
    assert_eq!(info.refusal(), "401 control_token_required");
}

#[test]
fn the_environment_is_that_of_a_program() {
    let emulator = Emulator::builder().tls().start();
    let variables = emulator.environment();
    let value = |name: &str| {
        let mut found = variables.iter().filter(|(known, _)| *known == name);
        found.next().unwrap_or_else(|| panic!("{name}")).1.clone()
    };
    assert_eq!(value("LOGINID_BASE_URL"), emulator.base_url());
    assert_eq!(
        value("LOGINID_PRIVATE_KEY").replace("\\n", "\n"),
        emulator.private_key()
    );
    assert_eq!(value("LOGINID_V2_API_KEY"), emulator.v2().api_key());
    assert_eq!(variables.len(), 7);
    // Over HTTP it has the authority to trust as well: the reader may have no file of this machine.
    let shown =
        "GET /_emulator/environment HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let shown = over_tls(&emulator, shown).ok()["variables"].clone();
    assert_eq!(shown.as_object().unwrap().len(), 8);
    let authority = shown["LOGINID_CA_PEM"].as_str().unwrap();
    assert_eq!(authority.replace("\\n", "\n"), emulator.ca_pem().unwrap());
}

#[test]
fn requests_are_listed_from_a_number_on() {
    let emulator = Emulator::start();
    for _ in 0..5 {
        get(emulator.base_url(), "/certs");
    }
    let numbers = |query: &str| -> Vec<u64> {
        let list = get(emulator.base_url(), &format!("/_emulator/requests?{query}")).ok();
        assert_eq!(list["count"], 5);
        let requests = list["requests"].as_array().unwrap().iter();
        requests
            .map(|request| request["number"].as_u64().unwrap())
            .collect()
    };
    assert_eq!(numbers("after=3"), [4, 5]);
    assert_eq!(numbers("latest=2"), [4, 5]);
    assert_eq!(numbers("after=1&latest=1"), [5]);
    assert_eq!(numbers("after=9"), [0; 0]);
    assert_eq!(numbers("path=/tx&after=1"), [0; 0]);
    for query in ["after=x", "latest=-1", "latest="] {
        let refused = get(emulator.base_url(), &format!("/_emulator/requests?{query}"));
        assert_eq!(refused.refusal(), "400 bad_request", "{query}");
    }
}
