//! The tables that the tests of all bindings read: they are complete, and each call sends what they say.

use std::collections::BTreeSet;

use loginid_emulator::Emulator;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::common::compiler::run;
use crate::common::root;
use crate::{against, compile, read};

/// The tables that the tests of all bindings read.
#[test]
fn the_tables_of_requests_have_every_function_that_sends_one() {
    let local = [
        "lid_with_options",
        "lid_generate_service_token",
        "lid_generate_tx_auth_token",
        "lid_verify_token",
        "lid_verify_transaction",
        "lid_v2_with_options",
        "lid_v2_verify_token",
        "lid_v2_verify_transaction",
    ];
    let header = read("include/loginid_ffi.h");
    for (client, table) in [("lid_client", "wire"), ("lid_v2_client", "wire-v2")] {
        let first = format!("const {client} *");
        let declared = header.lines().filter_map(|line| {
            let (name, parameters) = line.strip_prefix("lid_status ")?.split_once('(')?;
            parameters.starts_with(&first).then_some(name)
        });
        let sending: BTreeSet<&str> = declared.filter(|name| !local.contains(name)).collect();
        assert!(sending.len() > 20, "{sending:?}");
        let calls = table_of_calls(table);
        let listed = calls
            .iter()
            .map(|call| call["function"].as_str().expect("a name"));
        assert_eq!(listed.collect::<BTreeSet<_>>(), sending);
    }
}

fn table_of_calls(name: &str) -> Vec<Value> {
    serde_json::from_str(&read(&format!("bindings/{name}.json"))).expect("JSON")
}

/// The columns of C++ in the tables of errors.md are methods of the header.
#[test]
fn the_tables_of_errors_and_attempts_have_their_methods() {
    let header = read("include/loginid.hpp");
    let page = read("docs/errors.md");
    for (class, first, column, count) in [
        ("class error ", "| type |", 2, 10),
        ("class attempt ", "| `event` |", 2, 11),
    ] {
        let (_, declared) = header.split_once(class).expect("the class");
        let (declared, _) = declared.split_once("\nprivate:").expect("its members");
        let (_, table) = page.split_once(first).expect("its table");
        let (table, _) = table.split_once("\n\n").expect("its end");
        let cells = table.lines().filter_map(|row| row.split('|').nth(column));
        let methods: Vec<_> = cells
            .flat_map(|cell| cell.split('`').filter(|name| name.ends_with("()")))
            .collect();
        assert!(methods.len() >= count, "{methods:?}");
        for method in methods {
            let forms = [" ", "&", "*"].map(|before| format!("{before}{method} const"));
            assert!(forms.iter().any(|form| declared.contains(form)), "{method}");
        }
    }
}

/// The table that the tests of all bindings compare errors with.
#[test]
fn the_table_of_errors_has_every_status() {
    let header = read("include/loginid.h");
    let declared = header.lines().filter_map(|line| {
        let (name, number) = line.trim().split_once(" = ")?;
        let number: i64 = number.trim_end_matches(',').parse().ok()?;
        name.starts_with("LID_ERROR_")
            .then(|| (name.to_owned(), number))
    });
    let table: Value = serde_json::from_str(&read("bindings/errors.json")).expect("JSON");
    let listed = table["statuses"].as_array().expect("a list").iter();
    let listed = listed.map(|row| {
        let name = row["status"].as_str().expect("a name");
        (name.to_owned(), row["number"].as_i64().expect("a number"))
    });
    let declared: BTreeSet<_> = declared.collect();
    assert!(declared.len() >= 14, "{declared:?}");
    assert_eq!(listed.collect::<BTreeSet<_>>(), declared);
}

#[test]
fn each_call_sends_what_its_function_is_for_in_both_forms() {
    let folder = TempDir::new().expect("a folder");
    let program = compile(folder.path(), "wire", &["tests/cpp/wire.cpp"]);
    let emulator = Emulator::start();
    run(against(&emulator, &program).arg(root().join("bindings/wire.json")));
    assert_eq!(emulator.resent_token_count(), 0);

    let calls = table_of_calls("wire");
    let mut requests = emulator.requests();
    requests.retain(|request| request.path != "/certs");
    assert_eq!(requests.len(), 2 * calls.len());
    for (call, both) in calls.iter().zip(requests.chunks(2)) {
        for request in both {
            let mut body = request.body.clone().unwrap_or_default();
            if let Some(members) = body.as_object_mut() {
                members.remove("client_id");
                if members.is_empty() {
                    body = Value::Null;
                }
            }
            assert_eq!(
                (request.method.as_str(), request.path.as_str(), &body),
                (
                    call["method"].as_str().unwrap(),
                    call["path"].as_str().unwrap(),
                    &call["body"]
                ),
                "{}",
                call["function"]
            );
        }
    }
}

#[test]
fn each_call_of_the_current_service_sends_what_its_function_is_for_in_both_forms() {
    const GRANT: &str = "/fido2/v2/mgmt/grant";
    let folder = TempDir::new().expect("a folder");
    let program = compile(folder.path(), "wire", &["tests/cpp/v2_wire.cpp"]);
    let emulator = Emulator::start();
    let v2 = emulator.v2();
    // A grant is for a user that there is.
    v2.login("the-username").expect("a login");
    emulator.clear_requests();
    run(against(&emulator, &program).arg(root().join("bindings/wire-v2.json")));

    let key_set = "/fido2/v2/.well-known/jwks.json";
    let requests = emulator.requests();
    let mut requests = requests.iter().filter(|request| request.path != key_set);
    for call in table_of_calls("wire-v2") {
        let function = &call["function"];
        for _ in 0..2 {
            let grant = match call["authorization"].as_str() {
                None | Some("api_key" | "token") => None,
                Some(scope) => {
                    let asked = requests.next().expect("the request of a grant");
                    let body = json!({"username": "the-username", "grants": [scope]});
                    assert_eq!(
                        (asked.path.as_str(), asked.body.as_ref()),
                        (GRANT, Some(&body))
                    );
                    Some(scope)
                }
            };
            let request = requests.next().expect("a request");
            let mut body = call["body"].clone();
            if let Some(application) = body.get_mut("app") {
                *application = json!({"id": v2.application_id()});
            }
            assert_eq!(
                (request.method.as_str(), request.path.as_str()),
                (
                    call["method"].as_str().unwrap(),
                    call["path"].as_str().unwrap()
                ),
                "{function}"
            );
            assert_eq!(request.body.clone().unwrap_or_default(), body, "{function}");
            let authorization = request.headers.iter().find(|one| one.0 == "authorization");
            let authorization = authorization.map(|(_, value)| value.as_str());
            match (call["authorization"].as_str(), grant) {
                (_, Some(scope)) => {
                    let token = request.token.as_ref().expect("a grant");
                    assert_eq!(token.claims["scopes"], json!([scope]), "{function}");
                }
                (Some("api_key"), _) => {
                    assert!(authorization.unwrap().starts_with("Basic "), "{function}");
                }
                (Some(_), _) => assert_eq!(authorization, Some("Bearer the-token"), "{function}"),
                (None, _) => assert_eq!(authorization, None, "{function}"),
            }
        }
    }
    assert_eq!(requests.count(), 0);
}
