//! Any bytes as the whole HTTP answer of the current service: to each kind of call, to the
//! request for a grant inside a call, and to the request for the key set. The deadline must hold
//! for every answer, and no login may come without a token of this application.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use loginid_fuzz::answering::{answer_with, base_url, in_time};
use loginid_fuzz::capi::{By, V2Client, lid_status};
use loginid_fuzz::service::v2_login_claims;
use loginid_fuzz::{CLIENT_ID, V2_BASE_URL, names_us, signer, v2_offline};
use serde_json::{Value, json};

static TOKEN: LazyLock<String> =
    LazyLock::new(|| signer().token(&v2_login_claims(V2_BASE_URL, CLIENT_ID)));
const CONFIRMATION: &str =
    r#"{"keyHandle":"aWQ","clientData":"e30","authenticatorData":"ZGF0YQ","signature":"c2ln"}"#;

/// The configuration of a client of the server here, whose tokens are those of the signer.
fn config() -> Value {
    let mut config = v2_offline();
    config["base_url"] = json!(base_url());
    config["issuer"] = json!(V2_BASE_URL);
    config["request_timeout_ms"] = json!(1000);
    config
}

fuzz_target!(|data: &[u8]| {
    answer_with(data);
    let mut config = config();
    let known = V2Client::new(&config);
    let login = in_time(|| known.verify_otp("alice@example.com", "123456"));
    if login.status == lid_status::LID_OK {
        let claims = &login.json()["claims"];
        assert!(names_us(claims), "a login for another application");
        assert_eq!(claims["tokenType"], "jwtAccess");
    }
    let passkeys = in_time(|| known.list_passkeys(By::Token("user.token")));
    if passkeys.status == lid_status::LID_OK {
        assert!(passkeys.json()["passkeys"].is_array());
    }
    in_time(|| known.list_passkeys(By::Name("alice")));
    in_time(|| known.authenticate_init("alice"));
    in_time(|| known.init_tx("alice", "pay"));
    in_time(|| known.complete_tx("session", CONFIRMATION));
    in_time(|| known.verify_token_remote(&TOKEN));
    let members = config.as_object_mut().expect("an object");
    members.retain(|name, _| !["jwks", "fetch_keys"].contains(&name.as_str()));
    let fetching = V2Client::new(&config);
    in_time(|| fetching.verify_token(&*TOKEN, None));
});
