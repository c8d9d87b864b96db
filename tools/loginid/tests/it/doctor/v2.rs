//! The current service.

use std::io::Write;

use loginid_emulator::{Certificate, Emulator, Fault, FaultKind, NewV2Application};
use serde_json::{Value, json};

use super::{Doctor, Findings, closed_port};
use crate::support::get;

/// The doctor with a good configuration for the current service alone.
fn doctor(emulator: &Emulator) -> Doctor {
    Doctor::without_settings()
        .set("LOGINID_V2_BASE_URL", emulator.v2().base_url())
        .set("LOGINID_V2_API_KEY", emulator.v2().api_key())
}

/// The findings, which do not show the API key.
fn findings(emulator: &Emulator, doctor: Doctor) -> Findings {
    let findings = doctor.findings();
    let service = emulator.v2();
    assert!(
        !findings.text.contains(service.api_key()),
        "{}",
        findings.text
    );
    findings
}

#[test]
fn a_good_configuration_passes_over_http_and_https() {
    let plain = Emulator::start();
    let all = findings(&plain, doctor(&plain));
    assert!(all.well, "{}", all.text);
    for (subject, words) in [
        ("v2 base URL", ".localhost:"),
        ("v2 application id", plain.v2().application_id()),
        ("v2 issuer", "the base URL"),
        ("v2 API key", "from LOGINID_V2_API_KEY"),
        ("v2 proxy", "none"),
        ("v2 name", "::1, 127.0.0.1"),
        ("v2 connection", ""),
        ("v2 clock", ""),
        ("v2 service", ""),
        ("v2 key set", "usable: "),
        ("v2 grant", "accepts the API key"),
    ] {
        all.has("ok", subject, words);
    }
    assert!(!all.text.contains("client id"), "{}", all.text);
    assert_eq!(
        plain.requests().len(),
        2,
        "the key set, and a grant for nobody"
    );

    let secure = Emulator::builder().tls().start();
    let doctor = doctor(&secure).set("LOGINID_CA_PEM", secure.ca_pem().unwrap());
    let all = findings(&secure, doctor);
    assert!(all.well, "{}", all.text);
    all.has("ok", "v2 certificate", "issued by");
}

#[test]
fn both_services_are_checked_if_both_are_configured() {
    let emulator = Emulator::start();
    let both = Doctor::of(&emulator)
        .set("LOGINID_V2_BASE_URL", emulator.v2().base_url())
        .findings();
    assert!(both.well, "{}", both.text);
    both.has("ok", "service token", "")
        .has("ok", "v2 key set", "")
        .has("note", "v2 API key", "none");
    assert!(!both.text.contains("v2 grant"), "{}", both.text);
    // The settings of one are enough.
    let none = Doctor::without_settings().set("LOGINID_BASE_URL", emulator.base_url());
    none.findings()
        .has("problem", "client id", "LOGINID_CLIENT_ID is not set");
}

#[test]
fn an_unusable_setting_is_explained() {
    let emulator = Emulator::start();
    let with = |name: &str, value: &str| findings(&emulator, doctor(&emulator).set(name, value));
    let base_url = |value: &str| with("LOGINID_V2_BASE_URL", value);
    base_url("").only("v2 base URL", "LOGINID_V2_BASE_URL is not set");
    base_url("app.example").only(
        "v2 base URL",
        "LOGINID_V2_BASE_URL must start with https://",
    );
    base_url("http://192.0.2.1").only("v2 base URL", "plain http to another machine");
    base_url(&format!("{}/fido2/v2", emulator.v2().base_url()))
        .only("v2 base URL", "must have no path");
    base_url("https://no-such-host.invalid").only("v2 name", "no-such-host.invalid");
    base_url(&format!(
        "http://app.localhost:{}",
        closed_port().split(':').nth(1).unwrap()
    ))
    .only("v2 connection", "does not take connections");
    base_url(&emulator.v2().base_url().replace("http:", "https:"))
        .only("v2 certificate", "LOGINID_V2_BASE_URL speak https");
    base_url(&emulator.v2().base_url().replace("http://", "http://no"))
        .only("v2 service", "was refused (404)");
    base_url(emulator.base_url())
        .only("v2 application id", "LOGINID_V2_APPLICATION_ID is required");
    with("LOGINID_V2_APPLICATION_ID", "a b").only(
        "v2 application id",
        "LOGINID_V2_APPLICATION_ID must be visible ASCII characters without spaces",
    );
    with("LOGINID_V2_APPLICATON_ID", "a").only(
        "settings",
        "there is no variable 'LOGINID_V2_APPLICATON_ID': did you mean LOGINID_V2_APPLICATION_ID?",
    );
    let all = with("LOGINID_V2_ISSUER", "https://id.example");
    all.only(
        "v2 issuer",
        "https://id.example, from LOGINID_V2_ISSUER, but a grant of the service is from http://",
    );
    let own = || {
        doctor(&emulator)
            .set("LOGINID_V2_BASE_URL", emulator.base_url())
            .set("LOGINID_V2_APPLICATION_ID", emulator.v2().application_id())
    };
    // Its tokens name another issuer than this base URL.
    let found = findings(&emulator, own());
    found.only(
        "v2 issuer",
        "the base URL, but a grant of the service is from",
    );
    assert!(found.text.contains("To do: correct LOGINID_V2_BASE_URL"));
    let all = own().set("LOGINID_V2_ISSUER", emulator.v2().base_url());
    let all = findings(&emulator, all);
    assert!(all.well, "{}", all.text);
}

#[test]
fn a_wrong_application_id_is_never_said_to_be_well() {
    let emulator = Emulator::start();
    let with = |api_key: &str, base_url: &str| {
        let doctor = doctor(&emulator)
            .set("LOGINID_V2_APPLICATION_ID", "another")
            .set("LOGINID_V2_API_KEY", api_key)
            .set("LOGINID_V2_BASE_URL", base_url);
        findings(&emulator, doctor)
    };
    let (own, any) = (emulator.v2().base_url().to_owned(), emulator.base_url());
    for base_url in [&own, any] {
        with(emulator.v2().api_key(), base_url).only(
            "v2 application id",
            &format!(
                "another, but a grant of the API key is for {}",
                emulator.v2().application_id()
            ),
        );
        // Without a grant nothing shows it.
        let all = with("", base_url);
        all.has("note", "v2 application id", "another: not checked");
    }
    // The case of a host says nothing.
    let id = emulator.v2().application_id().to_owned();
    let doctor_of = |id: &str| {
        let doctor = doctor(&emulator)
            .set("LOGINID_V2_APPLICATION_ID", id)
            .set("LOGINID_V2_API_KEY", "");
        findings(&emulator, doctor)
    };
    doctor_of(&id).has("ok", "v2 application id", "as the base URL begins with it");
    doctor_of(&id.to_lowercase()).has("note", "v2 application id", "except for case");
    // Except the host, if it is the service's own. The proxy keeps the test on this machine.
    let doctor = doctor(&emulator)
        .set("LOGINID_V2_BASE_URL", "https://app1.api.loginid.io")
        .set("LOGINID_V2_APPLICATION_ID", "another")
        .set("LOGINID_PROXY", &closed_port());
    findings(&emulator, doctor)
        .has("problem", "v2 connection", "does not take connections")
        .has(
            "problem",
            "v2 application id",
            "that of the application app1",
        );
}

#[test]
fn an_api_key_is_checked_and_never_shown() {
    let emulator = Emulator::start();
    let with = |name: &str, value: &str| {
        let doctor = doctor(&emulator).set("LOGINID_V2_API_KEY", "");
        let all = findings(&emulator, doctor.set(name, value));
        assert!(!all.text.contains("CANARY"), "{}", all.text);
        all
    };
    for wrong in ["CANARY:", "CAN CANARY", " CANARY", "CANARY\n\n", "CANARYé"] {
        with("LOGINID_V2_API_KEY", wrong).only("v2 API key", "visible ASCII");
    }
    with("LOGINID_V2_API_KEY_FILE", "/no/such/file").only("v2 API key", "cannot read");
    with("LOGINID_V2_API_KEY", "CANARY").only("v2 grant", "refuses the API key (401 unauthorized)");
    let other = emulator
        .v2()
        .add_application(NewV2Application::default())
        .unwrap();
    with("LOGINID_V2_API_KEY", &other.api_key).only("v2 grant", "another application's");
    let limited = emulator.v2().add_api_key(None, &["reg:write"]).unwrap();
    let all = with("LOGINID_V2_API_KEY", &limited);
    assert!(all.well, "{}", all.text);
    all.has("ok", "v2 grant", "does not have the scope passkey:read");

    let mut file = tempfile::NamedTempFile::new().unwrap();
    writeln!(file, "{}", emulator.v2().api_key()).unwrap();
    let path = file.path().to_str().unwrap();
    let all = with("LOGINID_V2_API_KEY_FILE", path);
    assert!(all.well, "{}", all.text);
    all.has("ok", "v2 API key", path);
    let both = findings(
        &emulator,
        doctor(&emulator).set("LOGINID_V2_API_KEY_FILE", path),
    );
    both.only(
        "v2 API key",
        "LOGINID_V2_API_KEY and LOGINID_V2_API_KEY_FILE are both given",
    );
}

/// Answers this once, instead of the service.
fn instead(emulator: &Emulator, method: &str, path: &str, code: u16, body: &str) {
    let kind = FaultKind::Status {
        code,
        body: body.to_owned(),
        content_type: None,
        headers: Vec::new(),
        carried_out: false,
    };
    emulator.inject(Fault::new(kind).on(method, path).times(1));
}

#[test]
fn each_key_of_the_set_is_usable_or_skipped_with_a_reason() {
    let emulator = Emulator::start();
    let path = "/fido2/v2/.well-known/jwks.json";
    let good = get(emulator.base_url(), path)["keys"][0].clone();
    let with = |name: &str, value: Value| {
        let mut key = good.clone();
        key["kid"] = json!("changed");
        key[name] = value;
        key
    };
    let serve = |keys: Vec<Value>| {
        instead(
            &emulator,
            "GET",
            path,
            200,
            &json!({"keys": keys}).to_string(),
        );
        findings(&emulator, doctor(&emulator))
    };
    for (key, why) in [
        (with("kty", json!("RSA")), "its kty is \"RSA\", not \"EC\""),
        (with("crv", json!("P-384")), "its crv is"),
        (with("alg", json!("ES384")), "its alg is"),
        (with("use", json!("enc")), "its use is"),
        (with("key_ops", json!(["sign"])), "key_ops"),
        (with("d", json!("CANARY")), "it is a private key"),
        (with("x", good["y"].clone()), "no point of the curve"),
        (with("y", json!("AAAA")), "no point of the curve"),
        (json!(1), "its kty is absent"),
    ] {
        let all = serve(vec![key.clone(), good.clone()]);
        assert!(all.well && !all.text.contains("CANARY"), "{}", all.text);
        all.has("ok", "v2 key set", good["kid"].as_str().unwrap())
            .has("note", "v2 key set", why);
        serve(vec![key]).only("v2 key set", "no key is usable");
    }
    for body in ["<html>", "{}", "[]"] {
        instead(&emulator, "GET", path, 200, body);
        findings(&emulator, doctor(&emulator)).only("v2 service", "it ");
    }
    for (code, words) in [
        (302, "redirected"),
        (503, "cannot answer now"),
        (404, "refused (404)"),
    ] {
        instead(&emulator, "GET", path, code, "");
        findings(&emulator, doctor(&emulator)).only("v2 service", words);
    }
}

#[test]
fn an_answer_that_says_nothing_about_the_key_is_no_verdict() {
    let emulator = Emulator::start();
    let body = r#"{"msg":"username is required","msgCode":"bad_request"}"#;
    instead(&emulator, "POST", "/fido2/v2/mgmt/grant", 400, body);
    let all = findings(&emulator, doctor(&emulator));
    all.has("note", "v2 grant", "not known whether");
    instead(&emulator, "POST", "/fido2/v2/mgmt/grant", 500, "");
    findings(&emulator, doctor(&emulator)).only("v2 grant", "cannot answer now");
}

#[test]
fn a_grant_that_cannot_be_read_is_a_problem() {
    let emulator = Emulator::start();
    for (code, body, words) in [
        (200, "<html>", "POST /fido2/v2/mgmt/grant: "),
        (200, "{}", "POST /fido2/v2/mgmt/grant: "),
        (302, "", "redirected"),
    ] {
        instead(&emulator, "POST", "/fido2/v2/mgmt/grant", code, body);
        let all = findings(&emulator, doctor(&emulator));
        all.only("v2 grant", words);
        all.has("problem", "v2 grant", "check LOGINID_V2_BASE_URL");
    }
}

#[test]
fn certificates_and_the_clock_are_checked_for_this_service_too() {
    let expired = Emulator::builder()
        .certificate(Certificate::Expired)
        .start();
    let all = doctor(&expired).set("LOGINID_CA_PEM", expired.ca_pem().unwrap());
    findings(&expired, all).only("v2 certificate", "expired at");
    let emulator = Emulator::start();
    emulator.advance_clock(std::time::Duration::from_secs(3600));
    findings(&emulator, doctor(&emulator)).only("v2 clock", "behind the service's");
}

#[test]
fn a_public_key_is_for_the_other_service() {
    let emulator = Emulator::start();
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(emulator.public_key().as_bytes()).unwrap();
    for doctor in [
        doctor(&emulator).public_key(file.path()),
        doctor(&emulator).set("LOGINID_PUBLIC_KEY", &emulator.public_key()),
    ] {
        let findings = findings(&emulator, doctor);
        assert!(findings.well, "{}", findings.text);
        findings.has("note", "public key", "only v2 is configured");
        assert!(!findings.text.contains("client id"), "{}", findings.text);
    }
}

#[test]
fn what_is_wrong_on_this_machine_is_not_said_to_be_the_network_or_the_service() {
    let emulator = Emulator::start();
    let long = "x".repeat(100_000);
    for (name, subject) in [
        ("LOGINID_V2_API_KEY", "v2 grant"),
        ("LOGINID_USER_AGENT", "v2 service"),
    ] {
        let findings = doctor(&emulator).set(name, &long).findings();
        findings.only(subject, "too long for a request");
        let text = &findings.text;
        assert!(text.contains("To do: shorten "), "{text}");
    }
}
