//! New passkeys, with real keys of an authenticator.

use std::time::Duration;

use loginid_emulator::Emulator;
use loginid_test_authenticator::{Algorithm, SoftAuthenticator};
use serde_json::{Value, json};

use super::tokens::verified;
use super::{ORIGIN, V2App, control_v2, refusal, reg_complete, text, token};

fn passkeys(app: &V2App, username: &str) -> Vec<Value> {
    let grant = app.grant(username, &["passkey:read"]);
    let list = app.with_token(&grant, "GET", "/passkeys", Value::Null).ok();
    list.as_array().unwrap().clone()
}

#[test]
fn a_user_signs_up_with_a_passkey() {
    let emulator = Emulator::start();
    let app = V2App::of(&emulator);
    let begun = app.reg_init("alice");
    let options = &begun["registrationRequestOptions"];
    assert_eq!(begun["action"], "proceed");
    assert!(text(&begun, "session").len() >= 16);
    assert_eq!(options["rp"]["id"], "localhost");
    let offered = options["pubKeyCredParams"].as_array().unwrap();
    assert_eq!(
        offered.iter().map(|key| &key["alg"]).collect::<Vec<_>>(),
        [-7, -257]
    );
    let mut body = reg_complete(&begun, &mut SoftAuthenticator::platform());
    body["passkeyName"] = json!("Phone");
    let answer = app.post("/reg/complete", body.clone()).ok();
    let claims = verified(&app, &token(&answer));
    assert_eq!(claims["username"], "alice");
    assert_eq!(
        claims["sub"], options["user"]["id"],
        "the id is the text of the options"
    );
    assert_eq!(claims["sub"], answer["userId"]);
    assert_eq!(claims["credID"], answer["passkeyId"]);
    let [passkey] = passkeys(&app, "alice").try_into().unwrap();
    assert_eq!(
        (&passkey["id"], &passkey["name"]),
        (&answer["passkeyId"], &json!("Phone"))
    );
    assert_eq!(
        passkey["credentialId"],
        body["creationResult"]["credentialId"]
    );
    // The session is answered once, whichever device answers.
    let body = reg_complete(&begun, &mut SoftAuthenticator::platform());
    assert_eq!(refusal(&app.post("/reg/complete", body)), "400 bad_request");
}

#[test]
fn keys_of_the_offered_algorithms_are_taken() {
    let emulator = Emulator::start();
    let app = V2App::of(&emulator);
    for (name, algorithm) in [("es", Algorithm::ES256), ("rs", Algorithm::RS256)] {
        let mut device = SoftAuthenticator::platform().only(algorithm);
        app.sign_up(name, &mut device);
        app.log_in(name, &mut device).ok();
    }
    // A device that makes another one all the same.
    let mut begun = app.reg_init("ed");
    let offered = begun["registrationRequestOptions"]["pubKeyCredParams"]
        .as_array_mut()
        .unwrap();
    offered.push(json!({"type": "public-key", "alg": -8}));
    let mut device = SoftAuthenticator::platform().only(Algorithm::EdDSA);
    let body = reg_complete(&begun, &mut device);
    assert_eq!(refusal(&app.post("/reg/complete", body)), "400 bad_request");
}

#[test]
fn a_further_passkey_needs_the_user() {
    let emulator = Emulator::start();
    let app = V2App::of(&emulator);
    let alice = token(&app.sign_up("alice", &mut SoftAuthenticator::platform()));
    let bob = token(&app.sign_up("bob", &mut SoftAuthenticator::platform()));
    let init = |token: &str| app.reg_init_with("alice", Some(token));
    assert_eq!(
        refusal(&app.reg_init_with("alice", None)),
        "401 unauthorized"
    );
    assert_eq!(refusal(&init("x.y.z")), "401 unauthorized");
    assert_eq!(refusal(&init(&bob)), "403 forbidden");
    assert_eq!(
        refusal(&init(&app.grant("bob", &["reg:write"]))),
        "403 forbidden"
    );
    assert_eq!(
        refusal(&init(&app.grant("alice", &["passkey:write"]))),
        "403 forbidden"
    );
    init(&app.grant("alice", &["reg:write"])).ok();
    // The browser SDK sends the user's own token, which has no reg:write.
    let begun = init(&alice).ok();
    let excluded = &begun["registrationRequestOptions"]["excludeCredentials"];
    assert_eq!(excluded.as_array().unwrap().len(), 1);
    let body = reg_complete(&begun, &mut SoftAuthenticator::platform());
    app.post("/reg/complete", body).ok();
    assert_eq!(passkeys(&app, "alice").len(), 2);
}

#[test]
fn a_deleted_user_does_not_come_back_with_a_further_passkey() {
    let emulator = Emulator::start();
    let app = V2App::of(&emulator);
    let answer = app.sign_up("alice", &mut SoftAuthenticator::platform());
    let begun = app.reg_init_with("alice", Some(&token(&answer))).ok();
    let path = format!("/profile/{}", text(&answer, "userId"));
    assert_eq!(app.backend("DELETE", &path, Value::Null).status, 204);
    let body = reg_complete(&begun, &mut SoftAuthenticator::platform());
    assert_eq!(refusal(&app.post("/reg/complete", body)), "404 not_found");
    // Nor does a second sign-up take the name.
    let (first, second) = (app.reg_init("alice"), app.reg_init("alice"));
    let body = reg_complete(&first, &mut SoftAuthenticator::platform());
    app.post("/reg/complete", body).ok();
    let body = reg_complete(&second, &mut SoftAuthenticator::platform());
    assert_eq!(refusal(&app.post("/reg/complete", body)), "400 bad_request");
}

#[test]
fn a_protected_application_needs_a_grant_for_the_first_passkey() {
    let emulator = Emulator::start();
    let app = V2App::added(&emulator, json!({"protected": true}));
    assert_eq!(
        refusal(&app.reg_init_with("alice", None)),
        "401 unauthorized"
    );
    let grant = app.grant("alice", &["reg:write"]);
    assert_eq!(
        refusal(&app.reg_init_with("bob", Some(&grant))),
        "403 forbidden"
    );
    let begun = app.reg_init_with("alice", Some(&grant)).ok();
    let body = reg_complete(&begun, &mut SoftAuthenticator::platform());
    app.post("/reg/complete", body).ok();
}

#[test]
fn a_bad_answer_stores_nothing() {
    let emulator = Emulator::start();
    let app = V2App::of(&emulator);
    let answers: [(&str, Value); 4] = [
        ("credentialId", json!("AAAA")),
        ("clientDataJSON", json!("e30")),
        ("attestationObject", json!("oA")),
        ("attestationObject", json!("not base64url!")),
    ];
    for (member, value) in answers {
        let begun = app.reg_init("alice");
        let mut body = reg_complete(&begun, &mut SoftAuthenticator::platform());
        body["creationResult"][member] = value;
        assert_eq!(
            refusal(&app.post("/reg/complete", body)),
            "400 bad_request",
            "{member}"
        );
    }
    let other = app.reg_init("bob");
    let mut body = reg_complete(&app.reg_init("alice"), &mut SoftAuthenticator::platform());
    body["session"] = other["session"].clone();
    assert_eq!(
        refusal(&app.post("/reg/complete", body)),
        "400 bad_request",
        "another session"
    );
    let late = reg_complete(&app.reg_init("alice"), &mut SoftAuthenticator::platform());
    emulator.advance_clock(Duration::from_secs(301));
    assert_eq!(
        refusal(&app.post("/reg/complete", late)),
        "400 bad_request",
        "too late"
    );
    let grant = app.grant("alice", &["passkey:read"]);
    let list = app.with_token(&grant, "GET", "/passkeys", Value::Null);
    assert_eq!(refusal(&list), "404 not_found", "there is no user");
}

#[test]
fn the_relying_party_is_the_applications() {
    let emulator = Emulator::start();
    let settings = json!({"rp_id": "shop.example", "origins": ["https://www.shop.example"]});
    let app = V2App::added(&emulator, settings);
    let begun = app.reg_init("alice");
    let options = &begun["registrationRequestOptions"];
    assert_eq!(options["rp"]["id"], "shop.example");
    let mut device = SoftAuthenticator::platform();
    assert!(
        device.created(options, ORIGIN).is_err(),
        "a page of another origin"
    );
    let created = device.created(options, "https://www.shop.example").unwrap();
    let result = json!({
        "credentialId": created["id"],
        "clientDataJSON": created["response"]["clientDataJSON"],
        "attestationObject": created["response"]["attestationObject"],
    });
    let body = json!({"session": begun["session"], "creationResult": result});
    let answer = app.post("/reg/complete", body).ok();
    assert_eq!(verified(&app, &token(&answer))["rpId"], "shop.example");
    let refused = control_v2(&emulator, "POST", "/applications", json!({"rp_id": "A b"}));
    assert_eq!(refused.refusal(), "400 invalid_rp_id");
}
