//! Claims of the wrong type, about another time, application or user. All these
//! tokens are properly signed.

use serde_json::{Value, json};

use super::{
    AUDIENCE, Asked, EXPIRED, GOOD, ISSUER, KIND, MALFORMED, NOT_YET, TOO_OLD, Table, USERNAME,
};
use crate::support::service::{now, with};
use crate::support::{CLIENT_ID, Version};

pub fn rows(table: &mut Table) {
    mistyped_times(table);
    other_times(table);
    configured_times(table);
    audiences(table);
    usernames(table);
    mistyped_texts(table);
    transactions(table);
    if table.version == Version::V1 {
        what_v1_need_not_have(table);
        two_claims_with_the_user(table);
    }
}

/// Claims that are strings in RFC 7519 or at the service, and that another program may
/// read differently.
fn mistyped_texts(table: &mut Table) {
    let own = match table.version {
        Version::V1 => "udata",
        Version::V2 => "tokenType",
    };
    for name in ["iss", "sub", "jti", "username", own] {
        for value in [
            "7",
            "1.5",
            "null",
            "true",
            "[]",
            r#"["u1"]"#,
            "{}",
            r#"{"id":"u1"}"#,
        ] {
            let claims = table.claims_with(&[(name, value)]);
            table.claims_text(format!("{name} {value}"), claims.as_bytes(), MALFORMED);
        }
    }
}

/// Good tokens of confirmed transactions, used as a login.
fn transactions(table: &mut Table) {
    // The last name is tx_hash, escaped.
    for name in ["tx_hash", "txHash", r"tx\u005fhash"] {
        for value in [
            json!("47DEQpj8HBSa-_TImW"),
            json!(""),
            json!(null),
            json!(7),
            json!({}),
        ] {
            let claims = table.claims_with(&[(name, &value.to_string())]);
            table.claims_text(format!("{name} {value}"), claims.as_bytes(), KIND);
        }
    }
}

fn mistyped_times(table: &mut Table) {
    for name in ["exp", "nbf", "iat"] {
        for value in [
            "\"9999999999\"",
            "\"\"",
            "null",
            "true",
            "[]",
            "{}",
            "1e400",
            "-1e400",
            "9223372036854775808",
            "18446744073709551616",
            "9007199254740992",
            "1e308",
            "-1",
            "-0.5",
            "-1e-3",
        ] {
            let claims = table.claims_with(&[(name, value)]);
            table.claims_text(format!("{name} {value}"), claims.as_bytes(), MALFORMED);
        }
    }
}

fn other_times(table: &mut Table) {
    table.claims("expired an hour ago", json!({"exp": now() - 3600}), EXPIRED);
    table.claims(
        "expired past the leeway",
        json!({"exp": now() - 61}),
        EXPIRED,
    );
    table.claims("expired in 1970", json!({"exp": 0}), EXPIRED);
    table.claims("expired, a fraction", json!({"exp": 1e9 + 0.5}), EXPIRED);
    // Generous, because time may pass on a slow machine before the token is verified.
    table.claims("valid in two hours", json!({"nbf": now() + 7200}), NOT_YET);
    table.claims("issued in two hours", json!({"iat": now() + 7200}), NOT_YET);
    table.claims(
        "milliseconds for seconds",
        json!({"iat": now() * 1000}),
        NOT_YET,
    );
    let both = json!({"exp": now() - 3600, "nbf": now() + 7200});
    table.claims("never valid", both, EXPIRED);
}

/// The good claims, verified by a client with a stricter configuration.
fn configured(table: &mut Table, name: &str, changes: Value, config: Value, verdict: &'static str) {
    let token = table.service.token(&with(&table.claims, changes));
    table.asked(
        name,
        token,
        verdict,
        Asked::Login { username: None },
        config,
    );
}

fn configured_times(table: &mut Table) {
    let no_leeway = json!({"leeway_s": 0});
    let second_ago = json!({"exp": now() - 1});
    configured(
        table,
        "expired a second ago, no leeway",
        second_ago,
        no_leeway,
        EXPIRED,
    );
    let age = json!({"max_token_age_s": 300});
    let old = json!({"iat": now() - 400});
    configured(table, "too old", old, age.clone(), TOO_OLD);
    // The leeway is for clocks that differ, not for a longer age.
    let old = json!({"iat": now() - 310});
    configured(table, "too old by ten seconds", old, age.clone(), TOO_OLD);
    configured(table, "of no age", json!({"iat": null}), age, MALFORMED);
}

fn audiences(table: &mut Table) {
    table.claims("no aud", json!({"aud": null}), AUDIENCE);
    for aud in [
        json!(""),
        json!("app-2"),
        json!("APP-1"),
        json!("app-1 "),
        json!("app-10"),
        json!("app-1\u{0}"),
        json!("app-1,app-2"),
        json!([]),
        json!(["app-2", "app-3"]),
        json!([""]),
    ] {
        table.claims(format!("aud {aud}"), json!({"aud": aud}), AUDIENCE);
    }
    for aud in [
        json!(1),
        json!(true),
        json!({"app-1": 1}),
        json!([1]),
        json!(["app-1", 1]),
        json!([["app-1"]]),
        json!(["app-1", Value::Null]),
    ] {
        table.claims(format!("aud {aud}"), json!({"aud": aud}), MALFORMED);
    }
    table.claims_text("aud null", br#"{"aud":null}"#, MALFORMED);
}

/// Of tokens of the current service these are required, see `v2.rs`.
fn what_v1_need_not_have(table: &mut Table) {
    let config = json!({"issuer": "loginid.io"});
    for (iss, verdict) in [
        (json!("evil.example"), ISSUER),
        (json!("LoginID.io"), ISSUER),
        (json!("loginid.io/"), ISSUER),
        (json!("https://loginid.io"), ISSUER),
        (json!(""), ISSUER),
        (Value::Null, ISSUER),
        (json!(1), MALFORMED),
        (json!(["loginid.io"]), MALFORMED),
    ] {
        let name = format!("iss {iss} where one is configured");
        configured(table, &name, json!({"iss": iss}), config.clone(), verdict);
    }
    let require = json!({"require_exp": true});
    let none = json!({"exp": null});
    configured(table, "no exp where required", none, require, MALFORMED);
}

fn user(table: &mut Table, name: &str, changes: Value, verdict: &'static str) {
    let token = table.service.token(&with(&table.claims, changes));
    let asked = Asked::Login {
        username: Some("José"),
    };
    table.asked(format!("user: {name}"), token, verdict, asked, json!({}));
}

fn usernames(table: &mut Table) {
    let claim = table.version.user();
    for (name, value, verdict) in [
        ("another user", json!("mallory"), USERNAME),
        ("other case", json!("josé"), USERNAME),
        ("a space after", json!("José "), USERNAME),
        ("other normalization", json!("Jose\u{301}"), USERNAME),
        ("a NUL after", json!("José\u{0}"), USERNAME),
        ("nobody", json!(null), USERNAME),
        ("the empty name", json!(""), USERNAME),
        ("an object", json!({"José": 1}), MALFORMED),
    ] {
        user(table, name, json!({claim: value}), verdict);
    }
}

fn two_claims_with_the_user(table: &mut Table) {
    for (name, changes, verdict) in [
        (
            "another udata next to username",
            json!({"udata": "mallory", "username": "José"}),
            USERNAME,
        ),
        (
            "udata a number",
            json!({"udata": 1, "username": "José"}),
            MALFORMED,
        ),
        (
            "username an array",
            json!({"udata": "José", "username": ["José"]}),
            MALFORMED,
        ),
    ] {
        user(table, name, changes, verdict);
    }
}

pub fn legal(table: &mut Table) {
    table.claims(
        "a fraction of a second",
        json!({"exp": now() as f64 + 99.5, "nbf": 0.25}),
        GOOD,
    );
    let exponent = table.claims_with(&[("exp", "9e9"), ("nbf", "1E0")]);
    table.claims_text("an exponent", exponent.as_bytes(), GOOD);
    let last = table.claims_with(&[("exp", "9007199254740991")]);
    table.claims_text("the last time", last.as_bytes(), GOOD);
    table.claims("expired within the leeway", json!({"exp": now() - 2}), GOOD);
    table.claims("issued within the leeway", json!({"iat": now() + 30}), GOOD);
    table.claims("valid within the leeway", json!({"nbf": now() + 30}), GOOD);
    table.claims("no iat", json!({"iat": null}), GOOD);
    table.claims("aud an array of us", json!({"aud": [CLIENT_ID]}), GOOD);
    table.claims(
        "aud an array with us",
        json!({"aud": ["app-2", CLIENT_ID]}),
        GOOD,
    );
    table.claims(
        "aud an array with us twice",
        json!({"aud": [CLIENT_ID, CLIENT_ID]}),
        GOOD,
    );
    let config = json!({"issuer": table.claims["iss"], "max_token_age_s": 300});
    configured(
        table,
        "everything configured",
        json!({}),
        config.clone(),
        GOOD,
    );
    let ahead = json!({"iat": now() + 30});
    configured(
        table,
        "of an age, by a clock that is ahead",
        ahead,
        config.clone(),
        GOOD,
    );
    configured(
        table,
        "young enough",
        json!({"iat": now() - 150}),
        config,
        GOOD,
    );
    table.claims("sub and jti", json!({"sub": "", "jti": "é"}), GOOD);
    table.claims(
        "claims with similar names",
        json!({"Tx_Hash": "x", "txhash": 1}),
        GOOD,
    );
    user(table, "named", json!({table.version.user(): "José"}), GOOD);
    if table.version == Version::V1 {
        legal_in_v1(table);
    }
}

fn legal_in_v1(table: &mut Table) {
    table.claims("no time at all", json!({"exp": null, "iat": null}), GOOD);
    table.claims("no iss", json!({"iss": null}), GOOD);
    let config = json!({"require_exp": true});
    configured(table, "an exp where required", json!({}), config, GOOD);
    for (name, changes) in [
        ("by username", json!({"udata": null, "username": "José"})),
        (
            "udata before username",
            json!({"udata": "José", "username": "mallory"}),
        ),
    ] {
        user(table, name, changes, GOOD);
    }
}
