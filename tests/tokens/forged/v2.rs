//! What only the current service's logins have: an issuer and a time that are required, kinds
//! of tokens, an application that the host names.

use serde_json::{Value, json};

use super::{AUDIENCE, Asked, EXPIRED, GOOD, ISSUER, KIND, MALFORMED, Table, UNKNOWN, USERNAME};
use crate::support::CLIENT_ID;
use crate::support::service::{now, with};

pub fn rows(table: &mut Table) {
    issuers(table);
    applications(table);
    application_of_the_host(table);
    kinds(table);
    users(table);
    keys(table);
    table.claims("no exp", json!({"exp": null}), MALFORMED);
    table.claims(
        "expired, of another service",
        json!({"exp": now() - 3600, "iss": "https://evil.example"}),
        ISSUER,
    );
}

/// The base URL of the application's service, and its port.
fn base_url(table: &Table) -> (String, String) {
    let url = table.claims["iss"].as_str().expect("a URL");
    let (_, port) = url.rsplit_once(':').expect("a port");
    (url.to_owned(), port.to_owned())
}

fn issuers(table: &mut Table) {
    let (url, port) = base_url(table);
    for iss in [
        String::new(),
        format!("https://app-1.localhost:{port}"),
        format!("HTTP://app-1.localhost:{port}"),
        format!("app-1.localhost:{port}"),
        "http://app-1.localhost".to_owned(),
        "http://app-1.localhost:1".to_owned(),
        format!("http://app-2.localhost:{port}"),
        format!("http://app-1.localhost.evil.example:{port}"),
        format!("http://app-1.localhost.:{port}"),
        format!("http://user@app-1.localhost:{port}"),
        format!("http://127.0.0.1:{port}"),
        format!("{url}/"),
        format!("{url}/fido2/v2"),
        format!("{url}?"),
        format!("{url}#"),
        format!(" {url}"),
        format!("{url}\u{0}"),
        format!("{url},{url}"),
        "https://app-1.api.loginid.io".to_owned(),
        "loginid.io".to_owned(),
    ] {
        table.claims(format!("iss {iss:?}"), json!({"iss": iss}), ISSUER);
    }
    table.claims("no iss", json!({"iss": null}), ISSUER);
    table.claims("iss an array", json!({"iss": [url]}), MALFORMED);
}

/// The applications of one service may share its key.
fn applications(table: &mut Table) {
    let (_, port) = base_url(table);
    let other = format!("http://app-2.localhost:{port}");
    for (name, changes, verdict) in [
        (
            "aud and iss",
            json!({"aud": "app-2", "iss": other}),
            AUDIENCE,
        ),
        ("aud", json!({"aud": "app-2"}), AUDIENCE),
        ("iss", json!({"iss": other}), ISSUER),
        (
            "iss, for both applications",
            json!({"aud": ["app-2", CLIENT_ID], "iss": other}),
            ISSUER,
        ),
    ] {
        table.claims(format!("another application's {name}"), changes, verdict);
    }
}

/// A client whose application is the first label of its host.
fn derived(table: &mut Table, aud: Value, verdict: &'static str) {
    let (_, port) = base_url(table);
    let config = json!({
        "application_id": null, "base_url": format!("http://APP-1.localhost:{port}/"),
    });
    let token = table
        .service
        .token(&with(&table.claims, json!({"aud": aud})));
    let asked = Asked::Login { username: None };
    let name = format!("aud {aud} where the host has the id");
    table.asked(name, token, verdict, asked, config);
}

fn application_of_the_host(table: &mut Table) {
    for aud in [
        json!("app-2"),
        json!("app-1.localhost"),
        json!("app-1 "),
        json!("ａpp-1"),
        json!(["app-2"]),
        json!([]),
    ] {
        derived(table, aud, AUDIENCE);
    }
    derived(table, json!(["APP-1", 1]), MALFORMED);
}

/// A grant, with the claims that are known or likely, is signed by the same key.
fn grant() -> Value {
    json!({
        "tokenType": "grant", "jti": "g1", "scopes": ["passkey:read"], "exp": now() + 5,
        "credID": null, "rpId": null, "verify": null,
    })
}

fn kinds(table: &mut Table) {
    table.claims("a grant", grant(), KIND);
    let nameless = with(&grant(), json!({"tokenType": null}));
    let nameless = with(&nameless, json!({"username": null}));
    let removed = json!({"tokenType": null, "credID": null, "rpId": null, "verify": null});
    let claims = with(&with(&table.claims, removed), nameless);
    table.row(
        "a grant without kind or user",
        table.service.token(&claims),
        KIND,
    );
    table.claims("no tokenType", json!({"tokenType": null}), KIND);
    for kind in [
        "",
        "grant",
        "jwtaccess",
        "JWTACCESS",
        "jwtAccess ",
        "jwtAccess\u{0}",
        "idToken",
        "refresh",
        "tx",
    ] {
        table.claims(
            format!("tokenType {kind:?}"),
            json!({"tokenType": kind}),
            KIND,
        );
    }
    let expired = json!({"tokenType": "grant", "exp": now() - 3600});
    table.claims("an expired grant", expired, EXPIRED);
}

fn users(table: &mut Table) {
    // v1 reads it, and so would who moves from there.
    let asked = || Asked::Login {
        username: Some("José"),
    };
    for (name, changes) in [
        ("another username next to udata", json!({"udata": "José"})),
        (
            "udata instead of username",
            json!({"udata": "José", "username": null}),
        ),
        ("sub is the name", json!({"sub": "José", "username": null})),
    ] {
        let token = table.service.token(&with(&table.claims, changes));
        table.asked(format!("user: {name}"), token, USERNAME, asked(), json!({}));
    }
}

fn keys(table: &mut Table) {
    for kid in ["K", "k ", "other", "https://evil.example/jwks.json#k", "é"] {
        table.header(format!("kid {kid:?}"), json!({"kid": kid}), UNKNOWN);
    }
}

pub fn legal(table: &mut Table) {
    let (url, port) = base_url(table);
    for iss in [
        format!("http://APP-1.localhost:{port}"),
        format!("http://app-1.LOCALHOST:{port}"),
    ] {
        table.claims(format!("iss {iss}"), json!({"iss": iss}), GOOD);
    }
    for aud in [
        json!("app-1"),
        json!("APP-1"),
        json!("App-1"),
        json!(["app-2", "aPP-1"]),
    ] {
        derived(table, aud, GOOD);
    }
    let slash = json!({"issuer": format!("{url}/")});
    let token = table.good();
    let asked = Asked::Login { username: None };
    table.asked("an issuer with a slash", token, GOOD, asked, slash);
    // It is passed on, and nothing is sent there.
    let elsewhere = format!("{}/verify", table.attacker.base_url());
    for verify in [
        json!(elsewhere),
        json!("//evil.example/"),
        json!(1),
        json!({}),
    ] {
        table.claims(format!("verify {verify}"), json!({"verify": verify}), GOOD);
    }
    for (name, changes) in [
        ("udata a number", json!({"udata": 1})),
        (
            "no user and no subject",
            json!({"username": null, "sub": null}),
        ),
        (
            "no scopes",
            json!({"scopes": null, "credID": null, "rpId": null}),
        ),
        ("lNonce and nonce", json!({"lNonce": "s1", "nonce": 7})),
    ] {
        table.claims(name, changes, GOOD);
    }
}
