//! Login with a key pair: the user signs the challenge in a token.

use std::time::Duration;

use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use loginid_emulator::{Emulator, NewApplication};
use serde_json::{Value, json};

use crate::support::{Answer, App, control_api};

/// A user's key pair.
struct Keys {
    public: String,
    private: String,
}

impl Keys {
    /// The emulator generates key pairs for applications; here a user has one.
    fn new(emulator: &Emulator) -> Self {
        let added = emulator.add_application(NewApplication::default()).unwrap();
        Self {
            public: added.public_key.unwrap(),
            private: added.private_key.unwrap(),
        }
    }

    fn sign(&self, header: &Header, claims: &Value) -> String {
        encode(
            header,
            claims,
            &EncodingKey::from_ec_pem(self.private.as_bytes()).unwrap(),
        )
        .unwrap()
    }
}

fn add(app: &App, username: &str, keys: &Keys) -> Answer {
    let body = json!({"username": username, "publickey_alg": "ES256", "publickey": keys.public, "options": {"credential_name": "laptop"}});
    app.post("/credentials/publickey", "credentials.force_add", body)
}

fn init(app: &App, username: &str, keys: &Keys) -> Answer {
    let body = json!({"username": username, "publickey": keys.public});
    app.post("/authenticate/publickey/init", "auth.login", body)
}

fn claims(app: &App, init_answer: &Value) -> Value {
    json!({"challenge_id": init_answer["challenge_id"], "server_nonce": init_answer["server_nonce"], "username": "alice", "iat": app.control.now()})
}

fn complete(app: &App, username: &str, init_answer: &Value, assertion: &str) -> Answer {
    let body = json!({"username": username, "challenge_id": init_answer["challenge_id"], "assertion": assertion});
    app.post("/authenticate/publickey/complete", "auth.login", body)
}

fn es256() -> Header {
    Header::new(Algorithm::ES256)
}

fn alice(emulator: &Emulator) -> (App, Keys) {
    let app = App::of(emulator);
    app.add_user("alice");
    let keys = Keys::new(emulator);
    add(&app, "alice", &keys).ok();
    (app, keys)
}

#[test]
fn a_user_logs_in_by_signing_the_challenge() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    app.add_user("alice");
    let keys = Keys::new(&emulator);
    let added = add(&app, "alice", &keys).ok();
    assert_eq!(
        (&added["credential"]["type"], &added["credential"]["name"]),
        (&json!("public_key"), &json!("laptop"))
    );
    assert_eq!(
        app.verified(added["jwt"].as_str().unwrap())["action"],
        "add_credential"
    );

    let init_answer = init(&app, "alice", &keys).ok();
    let response = complete(
        &app,
        "alice",
        &init_answer,
        &keys.sign(&es256(), &claims(&app, &init_answer)),
    )
    .ok();
    assert_eq!(response["credential"], added["credential"]);
    assert_eq!(
        app.verified(response["jwt"].as_str().unwrap())["udata"],
        "alice"
    );
}

#[test]
fn only_the_right_claims_signed_with_the_right_key_are_accepted() {
    let emulator = Emulator::start();
    let (app, keys) = alice(&emulator);
    let outcome = |header: &Header, signer: &Keys, change: Value| {
        let init_answer = init(&app, "alice", &keys).ok();
        let mut claims = claims(&app, &init_answer);
        for (name, value) in change.as_object().unwrap() {
            claims[name] = value.clone();
        }
        let answer = complete(&app, "alice", &init_answer, &signer.sign(header, &claims));
        if answer.status == 200 {
            "200".to_owned()
        } else {
            answer.refusal()
        }
    };
    assert_eq!(outcome(&es256(), &keys, json!({})), "200");
    assert_eq!(
        outcome(&es256(), &Keys::new(&emulator), json!({})),
        "401 failed_to_authenticate",
        "another key"
    );
    for change in [
        json!({"challenge_id": "x"}),
        json!({"server_nonce": "x"}),
        json!({"server_nonce": null}),
        json!({"username": "bob"}),
        json!({"iat": emulator.now() - 400}),
        json!({"iat": "now"}),
    ] {
        assert_eq!(
            outcome(&es256(), &keys, change.clone()),
            "401 failed_to_authenticate",
            "{change}"
        );
    }
    let mut critical = es256();
    critical.extras.insert("crit".to_owned(), json!(["b64"]));
    assert_eq!(
        outcome(&critical, &keys, json!({})),
        "401 failed_to_authenticate"
    );
    let other_type = Header {
        typ: Some("dpop+jwt".to_owned()),
        ..es256()
    };
    assert_eq!(
        outcome(&other_type, &keys, json!({})),
        "401 failed_to_authenticate"
    );
}

#[test]
fn a_challenge_is_valid_once_for_its_user_and_expires() {
    let emulator = Emulator::start();
    let (app, keys) = alice(&emulator);
    app.add_user("bob");
    let init_answer = init(&app, "alice", &keys).ok();
    let assertion = keys.sign(&es256(), &claims(&app, &init_answer));
    complete(&app, "alice", &init_answer, &assertion).ok();
    assert_eq!(
        complete(&app, "alice", &init_answer, &assertion).refusal(),
        "400 invalid_challenge",
        "replayed"
    );

    let init_answer = init(&app, "alice", &keys).ok();
    assert_eq!(
        complete(&app, "alice", &init_answer, "a.b.c").refusal(),
        "401 failed_to_authenticate"
    );
    let assertion = keys.sign(&es256(), &claims(&app, &init_answer));
    assert_eq!(
        complete(&app, "alice", &init_answer, &assertion).refusal(),
        "400 invalid_challenge",
        "used up by the attempt"
    );

    let init_answer = init(&app, "alice", &keys).ok();
    let assertion = keys.sign(&es256(), &claims(&app, &init_answer));
    assert_eq!(
        complete(&app, "bob", &init_answer, &assertion).refusal(),
        "400 invalid_challenge",
        "another user"
    );

    let init_answer = init(&app, "alice", &keys).ok();
    emulator.advance_clock(Duration::from_secs(121));
    let assertion = keys.sign(&es256(), &claims(&app, &init_answer));
    assert_eq!(
        complete(&app, "alice", &init_answer, &assertion).refusal(),
        "400 invalid_challenge",
        "too late"
    );
}

#[test]
fn only_an_active_key_gets_a_challenge() {
    let emulator = Emulator::start();
    let (app, keys) = alice(&emulator);
    app.add_user("bob");
    assert_eq!(
        init(&app, "bob", &keys).refusal(),
        "404 credential_not_found"
    );
    assert_eq!(
        init(&app, "alice", &Keys::new(&emulator)).refusal(),
        "404 credential_not_found"
    );
    assert_eq!(
        add(&app, "alice", &keys).refusal(),
        "400 credential_already_exists"
    );

    let init_answer = init(&app, "alice", &keys).ok();
    let list = app
        .post(
            "/credentials/list",
            "credentials.list",
            json!({"username": "alice"}),
        )
        .ok();
    let body = json!({"username": "alice", "credential": {"uuid": list["credentials"][0]["uuid"]}});
    app.post("/credentials/revoke", "credentials.revoke", body)
        .ok();
    let assertion = keys.sign(&es256(), &claims(&app, &init_answer));
    assert_eq!(
        complete(&app, "alice", &init_answer, &assertion).refusal(),
        "404 credential_not_found",
        "revoked in between"
    );
    assert_eq!(
        init(&app, "alice", &keys).refusal(),
        "404 credential_not_found"
    );
}

#[test]
fn only_p256_public_keys_are_taken() {
    let emulator = Emulator::start();
    let (app, keys) = alice(&emulator);
    let add = |change: Value| {
        let mut body = json!({"username": "alice", "publickey": Keys::new(&emulator).public});
        for (name, value) in change.as_object().unwrap() {
            body[name] = value.clone();
        }
        app.post("/credentials/publickey", "credentials.force_add", body)
    };
    assert_eq!(add(json!({})).status, 200, "ES256 is the default");
    let ed25519 = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n";
    for change in [
        json!({"publickey_alg": "RS256"}),
        json!({"publickey": keys.private}),
        json!({"publickey": ed25519}),
        json!({"publickey": "x"}),
    ] {
        let answer = add(change.clone());
        assert_eq!(answer.refusal(), "400 bad_request", "{change}");
        let sent = change["publickey"].as_str().unwrap_or_default();
        for line in sent
            .lines()
            .filter(|line| line.len() > 20 && !line.starts_with('-'))
        {
            assert!(!answer.body.contains(line), "{answer:?}");
        }
    }
}

#[test]
fn the_control_api_signs_with_the_users_key() {
    let emulator = Emulator::start();
    let (app, keys) = alice(&emulator);
    let init_answer = init(&app, "alice", &keys).ok();
    let sign = |key: &str| {
        let body =
            json!({"key_pair": {"private_key": key, "public_key": "x"}, "challenge": init_answer});
        control_api(&emulator, "POST", "/users/alice/sign-assertion", body)
    };
    assert_eq!(sign(&keys.public).refusal(), "400 bad_request");
    let assertion = sign(&keys.private).ok()["assertion"].clone();
    complete(&app, "alice", &init_answer, assertion.as_str().unwrap()).ok();
}
