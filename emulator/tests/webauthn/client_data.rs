use crate::forge::*;
use loginid_emulator::webauthn::Refusal;

/// Both ceremonies, with these client data.
fn refused(data: impl Fn(&str) -> Vec<u8>) -> [Refusal; 2] {
    [
        refused_registration(|answer| answer.client_data = data("webauthn.create")),
        refused_assertion(|answer| answer.client_data = data("webauthn.get")),
    ]
}

#[test]
fn the_types_are_not_interchangeable() {
    let create: Vec<u8> = client_data("webauthn.create", CHALLENGE, ORIGIN).into();
    let get: Vec<u8> = client_data("webauthn.get", CHALLENGE, ORIGIN).into();
    assert_eq!(
        refused_registration(|answer| answer.client_data = get),
        Refusal::ClientDataType {
            expected: "webauthn.create",
            found: "webauthn.get".into()
        }
    );
    assert_eq!(
        refused_assertion(|answer| answer.client_data = create),
        Refusal::ClientDataType {
            expected: "webauthn.get",
            found: "webauthn.create".into()
        }
    );
}

#[test]
fn another_challenge_is_refused() {
    // A replaced one, a prefix, another spelling of the same bytes.
    for challenge in ["AAAAAAAAAAA", "q83vEjRWeJ", "q83vEjRWeJA=", ""] {
        for refusal in refused(|ceremony| client_data(ceremony, challenge, ORIGIN).into()) {
            assert_eq!(refusal, Refusal::Challenge, "{challenge:?}");
        }
    }
}

#[test]
fn another_origin_is_refused() {
    for origin in [
        "https://evil.example",
        "https://sub.login.example.com",
        "https://login.example.com.evil.example",
        "https://login.example.com/",
        "https://login.example.com:8443",
        "http://login.example.com",
        "HTTPS://login.example.com",
        "",
    ] {
        for refusal in refused(|ceremony| client_data(ceremony, CHALLENGE, origin).into()) {
            assert_eq!(refusal, Refusal::Origin(origin.into()));
        }
    }
}

#[test]
fn a_frame_of_another_origin_is_refused() {
    let framed = |members: &str| {
        let right = client_data("TYPE", CHALLENGE, ORIGIN);
        let framed = right.replace(r#""crossOrigin":false"#, members);
        move |ceremony: &str| framed.replace("TYPE", ceremony).into_bytes()
    };
    for members in [
        r#""crossOrigin":true"#,
        r#""crossOrigin":true,"topOrigin":"https://example.com""#,
        r#""crossOrigin":false,"topOrigin":"https://example.com""#,
    ] {
        for refusal in refused(framed(members)) {
            assert_eq!(refusal, Refusal::CrossOrigin, "{members}");
        }
    }
    for refusal in refused(framed(r#""crossOrigin":"false""#)) {
        assert!(matches!(refusal, Refusal::ClientData(_)), "{refusal}");
    }
}

#[test]
fn unknown_members_are_no_matter() {
    let mut answer = Answer::registration();
    answer.client_data = format!(
        r#"{{"type":"webauthn.create","challenge":"{CHALLENGE}","origin":"{ORIGIN}","new":[1]}}"#
    )
    .into();
    answer.register().unwrap();
}

#[test]
fn other_json_is_refused() {
    for json in [
        r#"["TYPE","q83vEjRWeJA","https://login.example.com",false,null]"#,
        r#"{"type":"TYPE","challenge":"q83vEjRWeJA"}"#,
        r#"{"type":"TYPE","challenge":"q83vEjRWeJA","origin":"https://login.example.com"} x"#,
        r#"{"type":"TYPE","challenge":"q83vEjRWeJA","origin":["https://login.example.com"]}"#,
        r#"{"type":"x","type":"TYPE","challenge":"q83vEjRWeJA","origin":"https://login.example.com"}"#,
        r#"{"type":"TYPE","ch\u0061llenge":"x","challenge":"q83vEjRWeJA","origin":"https://login.example.com"}"#,
        r#"{"type":"TYPE","challenge":"q83vEjRWeJA","origin":"https://login.example.com","crossOrigin":true,"crossOrigin":false}"#,
        "",
    ] {
        for refusal in refused(|ceremony| json.replace("TYPE", ceremony).into()) {
            assert!(
                matches!(refusal, Refusal::ClientData(_)),
                "{json}: {refusal}"
            );
        }
    }
    for refusal in refused(|ceremony| {
        let mut json = client_data(ceremony, CHALLENGE, ORIGIN).into_bytes();
        let end = json.len() - 1;
        json.splice(end..end, *b",\"\xff\":0");
        json
    }) {
        assert!(matches!(refusal, Refusal::ClientData(_)), "{refusal}");
    }
}
