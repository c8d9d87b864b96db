//! The description of the control API, and what the routes really take and answer.

use std::collections::BTreeSet;

use loginid_emulator::Emulator;
use serde_json::{Value, json};

use crate::support::{Answer, App, control_api, get, send};

/// What is wrong with a value, by a subset of JSON Schema: the keywords that the description uses.
fn faults(description: &Value, schema: &Value, value: &Value, place: &str) -> Vec<String> {
    if let Some(reference) = schema["$ref"].as_str() {
        let pointer = reference.strip_prefix('#').expect("a local reference");
        let target = description.pointer(pointer).expect("what it points to");
        return faults(description, target, value, place);
    }
    if let Some(forms) = schema["oneOf"].as_array() {
        let fits = |form: &&Value| faults(description, form, value, place).is_empty();
        let count = forms.iter().filter(fits).count();
        return if count == 1 {
            Vec::new()
        } else {
            vec![format!("{place}: {count} forms fit {value}")]
        };
    }
    let mut found = Vec::new();
    if !schema["type"].is_null() && !has_type(&schema["type"], value) {
        found.push(format!(
            "{place}: {value} is not of type {}",
            schema["type"]
        ));
    }
    if let Some(allowed) = schema["enum"].as_array()
        && !allowed.contains(value)
    {
        found.push(format!("{place}: {value} is not one of {allowed:?}"));
    }
    if let Some(items) = value.as_array() {
        for (index, item) in items.iter().enumerate() {
            found.extend(faults(
                description,
                &schema["items"],
                item,
                &format!("{place}[{index}]"),
            ));
        }
    }
    if let (Some(members), Some(known)) = (value.as_object(), schema["properties"].as_object()) {
        for (name, member) in members {
            match known.get(name) {
                Some(schema) => {
                    found.extend(faults(
                        description,
                        schema,
                        member,
                        &format!("{place}.{name}"),
                    ));
                }
                None if schema["additionalProperties"] == false => {
                    found.push(format!("{place}.{name} is not described"));
                }
                None => {}
            }
        }
        for name in schema["required"].as_array().into_iter().flatten() {
            if !members.contains_key(name.as_str().unwrap()) {
                found.push(format!("{place} lacks {name}"));
            }
        }
    }
    found
}

fn has_type(types: &Value, value: &Value) -> bool {
    let is = |name: &Value| match name.as_str().unwrap_or_default() {
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "object" => value.is_object(),
        "array" => value.is_array(),
        "null" => value.is_null(),
        other => panic!("the type {other}"),
    };
    match types.as_array() {
        Some(types) => types.iter().any(is),
        None => is(types),
    }
}

#[test]
fn the_checks_of_this_test_find_what_is_wrong() {
    let description =
        json!({"components": {"schemas": {"Name": {"type": "string", "enum": ["ada"]}}}});
    let schema = json!({
        "type": "object",
        "properties": {"name": {"$ref": "#/components/schemas/Name"}, "ages": {"type": "array", "items": {"type": "integer"}}},
        "required": ["name"],
        "additionalProperties": false,
    });
    let wrong = |value: Value| !faults(&description, &schema, &value, "").is_empty();
    assert!(!wrong(json!({"name": "ada", "ages": [1, 2]})));
    for value in [
        json!([]),
        json!({}),
        json!({"name": "eve"}),
        json!({"name": null}),
        json!({"name": "ada", "ages": [1, "2"]}),
        json!({"name": "ada", "more": 1}),
    ] {
        assert!(wrong(value.clone()), "{value}");
    }
}

/// Calls operations by their names in the description.
struct Caller {
    emulator: Emulator,
    description: Value,
    called: BTreeSet<String>,
}

impl Caller {
    fn new() -> Self {
        let emulator = Emulator::start();
        let description = get(emulator.base_url(), "/_emulator/openapi.json").ok();
        Self {
            emulator,
            description,
            called: BTreeSet::new(),
        }
    }

    /// Sends the body to the operation's path with these values of its parameters. Body and answer must be
    /// those of the description.
    fn call(&mut self, operation: &str, parameters: &[&str], body: Value) -> Value {
        let (_, path, _) = self.operation(operation);
        self.call_at(operation, &filled(&path, parameters), body)
    }

    /// [`Caller::call`] with the whole path, and a query if it has one.
    fn call_at(&mut self, operation: &str, path: &str, body: Value) -> Value {
        let (method, _, call) = self.operation(operation);
        let described = &call["requestBody"]["content"]["application/json"]["schema"];
        if !body.is_null() {
            assert!(described.is_object(), "{operation} takes a body");
            let wrong = faults(&self.description, described, &body, operation);
            assert!(wrong.is_empty(), "{wrong:#?}");
            self.refuses_unknown_members(operation, &method, path);
        }
        let answer = control_api(&self.emulator, &method.to_ascii_uppercase(), path, body);
        assert_eq!(answer.status, 200, "{operation}: {answer:?}");
        let answer = answer.json();
        let described = &call["responses"]["200"]["content"]["application/json"]["schema"];
        let wrong = faults(&self.description, described, &answer, operation);
        assert!(wrong.is_empty(), "{wrong:#?}");
        self.called.insert(operation.to_owned());
        answer
    }

    fn operation(&self, operation: &str) -> (String, String, Value) {
        let paths = self.description["paths"].as_object().unwrap();
        for (path, methods) in paths {
            for (method, call) in methods.as_object().unwrap() {
                if call["operationId"] == operation {
                    return (method.clone(), path.clone(), call.clone());
                }
            }
        }
        panic!("{operation} is not described");
    }

    /// A typo in a member's name is found. The refusal is that of the description.
    fn refuses_unknown_members(&self, operation: &str, method: &str, path: &str) {
        let body = json!({"no_such_member": 1});
        let answer = control_api(&self.emulator, &method.to_ascii_uppercase(), path, body);
        assert_eq!(answer.status, 400, "{operation}: {answer:?}");
        self.is_refusal(&answer);
    }

    fn is_refusal(&self, answer: &Answer) {
        let schema = &self.description["components"]["schemas"]["Error"];
        let wrong = faults(&self.description, schema, &answer.json(), "the error");
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}

/// The path with these values.
fn filled(path: &str, parameters: &[&str]) -> String {
    let mut values = parameters.iter();
    let segments = path
        .split('/')
        .map(|segment| match segment.starts_with('{') {
            true => *values.next().expect("a value for each parameter"),
            false => segment,
        });
    let path = segments.collect::<Vec<_>>().join("/");
    assert!(values.next().is_none(), "too many values for {path}");
    path
}

#[test]
fn every_route_takes_and_answers_what_is_described() {
    let mut to = Caller::new();
    let none = Value::Null;
    to.call("openapi", &[], none.clone());
    to.call("info", &[], none.clone());
    let environment = to.call("environment", &[], none.clone());
    let client_id = &environment["variables"]["LOGINID_CLIENT_ID"];
    assert_eq!(*client_id, to.emulator.client_id());

    // Users, contacts and credentials.
    to.call("add_user", &[], json!({"username": "ada"}));
    to.call("users", &[], none.clone());
    to.call(
        "add_contact",
        &["ada"],
        json!({"type": "email", "contact": "a@b.example"}),
    );
    to.call(
        "remove_contact",
        &["ada"],
        json!({"type": "email", "contact": "a@b.example"}),
    );
    let credential = to.call(
        "add_credential",
        &["ada"],
        json!({"type": "fido2", "name": "key"}),
    );
    let uuid = credential["uuid"].as_str().unwrap().to_owned();
    let login = to.call("login", &["ada"], json!({}));
    assert_eq!(login["credential"]["uuid"], uuid);
    let revoked = to.call("revoke_credential", &["ada", &uuid], none.clone());
    assert_eq!(revoked["credentials"][0]["status"], "revoked");
    let inactive = to.call("deactivate_user", &["ada"], none.clone());
    assert_eq!(inactive["status"], "inactive");
    assert_eq!(
        to.call("activate_user", &["ada"], none.clone())["status"],
        "active"
    );
    to.call("user", &["ada"], none.clone());

    // Codes.
    let code = json!({"type": "short", "purpose": "temporary_authentication"});
    let made = to.call("generate_code", &["ada"], code);
    let name =
        json!({"type": "short", "purpose": "temporary_authentication", "code": made["code"]});
    let authorized = to.call("authorize_code", &["ada"], name.clone());
    assert_eq!(authorized["is_authorized"], true);
    assert_eq!(to.call("codes", &[], none.clone())["codes"][0], authorized);
    to.call("expire_code", &["ada"], name);
    to.call("waits", &[], none.clone());

    // Transactions and scans.
    let app = App::of(&to.emulator);
    let (first, second) = (
        app.create_tx("pay 5", Some("ada")),
        app.create_tx("pay 6", None),
    );
    to.call("transactions", &[], none.clone());
    to.call("transaction", &[&first], none.clone());
    to.call("confirm", &[&first], json!({"username": "ada"}));
    to.call("deny", &[&second], none.clone());
    let scan = app.post(
        "/credentials/authid/init",
        "credentials.force_add",
        json!({"username": "ada"}),
    );
    let scan = scan.ok()["credential_uuid"].as_str().unwrap().to_owned();
    to.call("doc_scans", &[], none.clone());
    to.call("doc_scan", &[&scan], none.clone());
    to.call("decide_doc_scan", &[&scan], json!({"passed": true}));

    // Applications, origins and keys.
    let added = to.call(
        "add_application",
        &[],
        json!({"client_id": "other", "origins": ["https://a.example"]}),
    );
    to.call("applications", &[], none.clone());
    to.call("remove_application", &["other"], none.clone());
    to.call("set_rp_id", &[], json!({"rp_id": "shop.example"}));
    to.call("rp_id", &[], none.clone());
    to.call("reset_rp_id", &[], json!({}));
    to.call("add_origin", &[], json!({"origin": "https://a.example"}));
    to.call("origins", &[], none.clone());
    to.call("remove_origin", &[], json!({"origin": "https://a.example"}));
    let key = to.call("keys", &[], none.clone())["keys"][0]["kid"]
        .as_str()
        .unwrap()
        .to_owned();
    to.call("rotate_keys", &[], json!({"retire": false}));
    to.call("retire_key", &[&key], none.clone());
    let token = to.call("sign_token", &[], json!({"claims": {"aud": "x"}}));
    to.call("check_token", &[], token);
    let assertion = json!({
        "key_pair": {"private_key": added["private_key"]},
        "challenge": {"challenge_id": "c", "server_nonce": "n"},
    });
    to.call("sign_assertion", &["ada"], assertion);

    // The current service.
    to.call("v2_add_application", &[], json!({"protected": true}));
    let key = to.call("v2_add_api_key", &[], json!({"scopes": ["passkey:read"]}));
    to.call("v2_api_keys", &[], none.clone());
    to.call("v2_remove_api_key", &[], key);
    to.call("v2_add_api_key", &[], json!({"scopes": "passkey:read"}));
    let key = to.call("v2_keys", &[], none.clone())["keys"][0]["kid"]
        .as_str()
        .unwrap()
        .to_owned();
    to.call("v2_rotate_keys", &[], json!({"retire": false}));
    to.call("v2_retire_key", &[&key], none.clone());
    to.call("v2_add_user", &[], json!({"username": "eve"}));
    to.call("v2_login", &["eve"], json!({}));
    let users = to.call("v2_users", &[], none.clone());
    let passkey = users["users"][0]["passkeys"][0]["id"].as_str().unwrap();
    to.call("v2_remove_passkey", &["eve", passkey], json!({}));
    to.call("v2_remove_user", &["eve"], json!({}));
    to.call("v2_login", &["ada"], json!({}));
    let third = to.call("v2_add_application", &[], json!({}));
    let third = third["application_id"].as_str().unwrap();
    to.call("v2_remove_application", &[third], none.clone());
    let applications = to.call("v2_applications", &[], none.clone());
    assert_eq!(applications["applications"].as_array().unwrap().len(), 2);
    let users = to.call("v2_users", &[], none.clone());
    assert_eq!(users["users"][0]["username"], "ada");
    let transaction = json!({"username": "ada", "txPayload": "pay 5", "nonce": "n"});
    to.call("v2_confirm_transaction", &[], transaction);
    to.call("v2_sign_token", &[], json!({"claims": {"aud": "x"}}));
    let user = json!({"user": {"username": "ada"}}).to_string();
    let headers = [("Content-Type", "application/json".to_owned())];
    let path = "/fido2/v2/auth/otp/email";
    let sent = send(to.emulator.base_url(), "POST", path, &headers, &user).unwrap();
    assert_eq!(sent.status, 204);
    to.call_at("v2_sent_code", "/v2/otp?username=ada", Value::Null);
    let codes = to.call("v2_codes", &[], none.clone());
    assert_eq!(codes["codes"][0]["channel"], "email");

    // Time, faults, requests and everything.
    to.call("move_clock", &[], json!({"advance_s": 1.5}));
    to.call("move_clock", &[], json!({"now": 1_000_000_000}));
    let fault =
        json!({"match": {"path": "/certs"}, "times": 1, "fault": {"kind": "drop", "reset": true}});
    to.call("inject", &[], fault);
    to.call("faults", &[], none.clone());
    to.call("clear_faults", &[], none.clone());
    to.call("requests", &[], none.clone());
    to.call("set_recording", &[], json!({"recording": true}));
    to.call("clear_requests", &[], none.clone());
    let mut exported = to.call("export", &[], none.clone());
    let v2 = &exported["v2"];
    for members in ["applications", "api_keys", "users"] {
        assert!(!v2[members].as_array().unwrap().is_empty(), "{members}");
    }
    assert!(!v2["users"][0]["passkeys"][0].is_null());
    to.call("import", &[], exported.clone());
    // What is not described is refused too: the description has all members, at each depth.
    for place in [
        "/v2",
        "/v2/applications/0",
        "/v2/api_keys/0",
        "/v2/users/0",
        "/v2/users/0/passkeys/0",
    ] {
        exported.pointer_mut(place).unwrap()["typo"] = json!(1);
        let state = &to.description["components"]["schemas"]["State"];
        assert!(
            !faults(&to.description, state, &exported, "").is_empty(),
            "{place}"
        );
        let answer = control_api(&to.emulator, "PUT", "/state", exported.clone());
        assert_eq!(answer.refusal(), "400 invalid_seed", "{place}");
        exported
            .pointer_mut(place)
            .unwrap()
            .as_object_mut()
            .unwrap()
            .remove("typo");
    }
    to.call("remove_user", &["ada"], none.clone());
    to.call("reset", &[], none);

    // Its answer does not end: events.rs.
    to.called.insert("events".to_owned());
    let paths = to.description["paths"].as_object().unwrap().values();
    let calls = paths.flat_map(|methods| methods.as_object().unwrap().values());
    let described: BTreeSet<_> = calls
        .map(|call| call["operationId"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(to.called, described);
}

#[test]
fn every_kind_of_fault_is_described() {
    let to = Caller::new();
    let schema = &to.description["components"]["schemas"]["Fault"];
    for fault in [
        json!({"kind": "status", "code": 503, "body": "x", "content_type": "text/plain", "headers": [["Retry-After", "1"]]}),
        json!({"kind": "redirect", "code": 302, "location": "/"}),
        json!({"kind": "delay", "ms": 1}),
        json!({"kind": "drop", "reset": true, "carried_out": true}),
        json!({"kind": "truncate", "bytes": 1, "reset": true}),
        json!({"kind": "slow", "bytes_per_second": 1}),
        json!({"kind": "endless_headers", "carried_out": true}),
        json!({"kind": "oversize", "bytes": 1, "chunked": true, "code": 500}),
        json!({"kind": "raw", "base64": "", "hold_ms": 1}),
        json!({"kind": "bad_chunking"}),
        json!({"kind": "gzip", "mib": 1}),
        json!({"kind": "close_idle"}),
    ] {
        let fault = json!({"fault": fault});
        let wrong = faults(&to.description, schema, &fault, "fault");
        assert!(wrong.is_empty(), "{wrong:#?}");
        control_api(&to.emulator, "POST", "/faults", fault).ok();
    }
    let listed = control_api(&to.emulator, "GET", "/faults", Value::Null).ok();
    for fault in listed["faults"].as_array().unwrap() {
        let wrong = faults(&to.description, schema, fault, "fault");
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
    assert_eq!(listed["faults"].as_array().unwrap().len(), 12);
}
