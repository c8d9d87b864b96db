//! Every call against the emulator, which is written from the protocol and shares no code with
//! the library.

use loginid::Status;
use loginid::v2::{Client, Config};
use loginid_emulator::{Emulator, V2};
use loginid_test_authenticator::SoftAuthenticator;
use serde_json::{Value, json};

const ORIGIN: &str = "http://localhost";

struct App {
    _emulator: Emulator,
    service: V2,
    client: Client,
}

impl App {
    fn start() -> App {
        let emulator = Emulator::start();
        let service = emulator.v2();
        let client = Client::new(service.base_url(), Some(service.api_key()));
        App {
            service,
            client: client.expect("a client"),
            _emulator: emulator,
        }
    }

    /// Signs a user up with a passkey, and returns the authentication answer.
    fn sign_up(&self, username: &str, device: &mut SoftAuthenticator) -> Value {
        let begun = json_of(self.client.register_init(username, None, None));
        let created = device.created(&begun["registrationRequestOptions"], ORIGIN);
        let created = created.expect("a passkey").to_string();
        let session = text(&begun, "/session");
        json_of(
            self.client
                .register_complete(session, &created, Some("Laptop")),
        )
    }
}

#[track_caller]
fn json_of(result: loginid::Result<String>) -> Value {
    let text = result.unwrap_or_else(|error| panic!("{}", error.to_json()));
    serde_json::from_str(&text).expect("JSON")
}

#[track_caller]
fn code_of(result: loginid::Result<String>) -> String {
    result.expect_err("a refusal").code().to_owned()
}

#[track_caller]
fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    let text = value.pointer(pointer).and_then(Value::as_str);
    text.unwrap_or_else(|| panic!("no {pointer} in {value}"))
}

#[test]
fn a_user_signs_up_and_logs_in_with_a_passkey() {
    let app = App::start();
    let mut device = SoftAuthenticator::platform();
    let signed_up = app.sign_up("ann@example.com", &mut device);
    assert_eq!(text(&signed_up, "/claims/username"), "ann@example.com");
    for username in [Some("ann@example.com"), None] {
        let begun = json_of(app.client.authenticate_init(username, None));
        let signed = device
            .signed(&begun["assertionOptions"], ORIGIN)
            .expect("an assertion");
        let session = text(&begun, "/session");
        let login = app
            .client
            .authenticate_complete(session, &signed.to_string());
        let login = json_of(login);
        assert_eq!(login["claims"]["sub"], signed_up["userId"]);
        let token = text(&login, "/jwtAccess");
        let verified = app.client.verify_token(token, Some("ann@example.com"));
        assert_eq!(json_of(verified)["claims"], login["claims"]);
        assert_eq!(json_of(app.client.verify_token_remote(token)), json!({}));
        let list = json_of(app.client.list_passkeys(None, Some(token)));
        assert_eq!(list["passkeys"][0]["name"], "Laptop");
    }
    assert_eq!(
        code_of(app.client.verify_token_remote("a.b.c")),
        "unauthorized"
    );
}

#[test]
fn passkeys_are_listed_renamed_and_deleted_by_name_and_by_token() {
    let app = App::start();
    let login = app.service.login("ann@example.com").expect("a login");
    let ann = Some("ann@example.com");
    let token = Some(text(&login, "/jwtAccess"));
    let list = json_of(app.client.list_passkeys(ann, None));
    let id = text(&list, "/passkeys/0/id").to_owned();
    json_of(app.client.rename_passkey(&id, "Phone", ann, None));
    let list = json_of(app.client.list_passkeys(None, token));
    assert_eq!(list["passkeys"][0]["name"], "Phone");
    json_of(app.client.rename_passkey(&id, "Tablet", None, token));
    if let Some(aaguid) = list["passkeys"][0]["aaguid"].as_str() {
        let shown = app.client.get_authenticator(aaguid, ann, None);
        assert!(shown.is_ok() || code_of(shown) == "not_found");
    }
    json_of(app.client.delete_passkey(&id, ann, None));
    assert_eq!(
        json_of(app.client.list_passkeys(ann, None)),
        json!({"passkeys": []})
    );
    assert_eq!(
        code_of(app.client.delete_passkey(&id, ann, None)),
        "not_found"
    );
    let limited = app
        .service
        .add_api_key(None, &["profile:read"])
        .expect("a key");
    let limited = Client::new(app.service.base_url(), Some(&limited)).expect("a client");
    let error = limited.list_passkeys(ann, None).expect_err("no scope");
    assert_eq!(
        (error.status(), error.code()),
        (Status::LID_ERROR_API, "forbidden")
    );
    assert_eq!(error.operation(), Some("v2_create_grant"));
}

#[test]
fn codes_log_a_user_in() {
    let app = App::start();
    app.service.login("ann@example.com").expect("a login");
    let made = json_of(app.client.create_otp(Some("ann@example.com"), None));
    let code = text(&made, "/code");
    let login = json_of(app.client.verify_otp("ann@example.com", code, None));
    assert_eq!(text(&login, "/claims/username"), "ann@example.com");
    app.client
        .verify_otp("ann@example.com", code, None)
        .expect_err("used up");
    json_of(app.client.send_otp_email("nobody@example.com", None));
}

#[test]
fn a_profile_is_changed_and_deleted() {
    let app = App::start();
    let login = app.service.login("ann@example.com").expect("a login");
    let (client, id) = (&app.client, text(&login, "/userId"));
    json_of(client.set_email(id, "ann@example.org", true));
    let sent = app
        .service
        .sent_code(None, "ann@example.com")
        .expect("a code");
    json_of(client.verify_email("ann@example.com", &sent.code));
    json_of(client.send_otp_email("ann@example.com", None));
    let sent = app
        .service
        .sent_code(None, "ann@example.com")
        .expect("a code");
    json_of(client.verify_otp("ann@example.com", &sent.code, None));
    json_of(client.remove_email(id, "ann@example.org"));
    json_of(client.set_phone(id, "+4915112345678", true, true));
    let sent = app
        .service
        .sent_code(None, "ann@example.com")
        .expect("a code");
    json_of(client.verify_phone("ann@example.com", &sent.code));
    json_of(client.send_otp_sms("ann@example.com", None));
    json_of(client.remove_phone(id));
    let refused = client.set_phone(id, "+4915112345678", false, true);
    assert_eq!(code_of(refused), "bad_request");
    json_of(client.delete_user(id));
    assert_eq!(code_of(client.delete_user(id)), "not_found");
}

#[test]
fn a_transaction_is_confirmed_and_verified() {
    let app = App::start();
    let mut device = SoftAuthenticator::platform();
    app.sign_up("ann@example.com", &mut device);
    let begun = json_of(app.client.init_tx("ann@example.com", "pay 10", None));
    let signed = device
        .signed(&begun["assertionOptions"], ORIGIN)
        .expect("an assertion");
    let session = text(&begun, "/session");
    let confirmed = json_of(app.client.complete_tx(session, &signed.to_string()));
    let (token, nonce) = (text(&confirmed, "/token"), text(&begun, "/nonce"));
    let verify = |payload: &str, nonce: &str, username: &str| {
        app.client
            .verify_transaction(token, payload, nonce, Some(username))
    };
    json_of(verify("pay 10", nonce, "ann@example.com"));
    assert_eq!(
        code_of(verify("pay 99", nonce, "ann@example.com")),
        "transaction_hash_mismatch"
    );
    assert_eq!(
        code_of(verify("pay 10", "other", "ann@example.com")),
        "nonce_mismatch"
    );
    assert_eq!(
        code_of(verify("pay 10", nonce, "bob@example.com")),
        "username_mismatch"
    );
    assert_eq!(
        code_of(app.client.verify_token(token, None)),
        "token_kind_mismatch"
    );
    let device = app
        .service
        .confirm_transaction(None, "bob", "pay 1", "n-1")
        .expect("a token");
    json_of(
        app.client
            .verify_transaction(&device, "pay 1", "n-1", Some("bob")),
    );
}

#[test]
fn keys_rotate_and_other_kinds_of_tokens_are_no_logins() {
    let app = App::start();
    let token = |app: &App| {
        let login = app.service.login("ann@example.com").expect("a login");
        text(&login, "/jwtAccess").to_owned()
    };
    let old = token(&app);
    json_of(app.client.verify_token(&old, None));
    app.service.rotate_keys();
    json_of(app.client.verify_token(&token(&app), None));
    json_of(app.client.verify_token(&old, None));
    app.service.rotate_and_retire_keys();
    json_of(app.client.verify_token(&token(&app), None));
    assert_eq!(code_of(app.client.verify_token(&old, None)), "unknown_key");
    let grant = json_of(app.client.create_grant("ann@example.com", "passkey:read"));
    let refused = app.client.verify_token(text(&grant, "/token"), None);
    let code = code_of(refused);
    assert!(
        ["token_kind_mismatch", "malformed_token"].contains(&code.as_str()),
        "{code}"
    );
    json_of(app.client.create_external_auth("ann@example.com"));
    assert!(json_of(app.client.get_version())["version"].is_string());
}

#[test]
fn a_protected_application_needs_a_grant_to_sign_up() {
    let emulator = Emulator::start();
    let new = loginid_emulator::NewV2Application {
        protected: true,
        ..Default::default()
    };
    let added = emulator.v2().add_application(new).expect("an application");
    let config = json!({"base_url": added.base_url, "api_key": added.api_key});
    let config = Config::from_json(&config.to_string()).expect("a configuration");
    let client = Client::with_config(config).expect("a client");
    assert_eq!(
        code_of(client.register_init("ann", None, None)),
        "unauthorized"
    );
    let grant = json_of(client.create_grant("ann", "reg:write"));
    json_of(client.register_init("ann", None, Some(text(&grant, "/token"))));
}
