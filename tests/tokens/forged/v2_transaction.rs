//! Transaction tokens of the current service: their kind, user and lifetime.

use serde_json::{Value, json};

use super::transaction::{HASH, NO_HASH, NONCE as OTHER_NONCE, hash};
use super::{AUDIENCE, Asked, EXPIRED, GOOD, ISSUER, KIND, MALFORMED, NOT_YET, Table, USERNAME};
use crate::support::service::{now, with};

pub const PAYLOAD: &str = "Pay 10 € to Bob";
pub const NONCE: &str = "n1";

/// The claims that the documentation names, and those without which no token is checked.
fn transaction(table: &Table, changes: Value) -> String {
    let claims = json!({
        "iss": table.claims["iss"], "aud": table.claims["aud"], "iat": now(),
        "txHash": hash(&format!("{PAYLOAD}{NONCE}s1")), "nonce": NONCE, "lNonce": "s1",
    });
    table.service.token(&with(&claims, changes))
}

fn ask(table: &mut Table, name: &str, changes: Value, asked: Asked, verdict: &'static str) {
    let token = transaction(table, changes);
    table.asked(
        format!("confirmed: {name}"),
        token,
        verdict,
        asked,
        json!({}),
    );
}

fn usual() -> Asked {
    with_nonce(PAYLOAD, NONCE)
}

fn with_nonce(payload: &'static str, nonce: &'static str) -> Asked {
    let nonce = Some(nonce);
    Asked::Transaction { payload, nonce }
}

pub fn rows(table: &mut Table) {
    for (name, changes, verdict) in [
        (
            "of another service",
            json!({"iss": "https://evil.example"}),
            ISSUER,
        ),
        ("of no service", json!({"iss": null}), ISSUER),
        (
            "of another application",
            json!({"aud": ["app-2"]}),
            AUDIENCE,
        ),
        ("of no application", json!({"aud": null}), AUDIENCE),
        ("expired", json!({"exp": now() - 3600}), EXPIRED),
        ("not valid yet", json!({"nbf": now() + 7200}), NOT_YET),
        ("issued later", json!({"iat": now() + 7200}), NOT_YET),
        (
            "a tokenType that is no text",
            json!({"tokenType": ["tx"]}),
            MALFORMED,
        ),
        (
            "a username that is no text",
            json!({"username": 1}),
            MALFORMED,
        ),
        ("a subject that is no text", json!({"sub": {}}), MALFORMED),
        ("a lifetime that is none", json!({"exp": "soon"}), MALFORMED),
        (
            "a grant",
            json!({"tokenType": "grant", "txHash": null}),
            NO_HASH,
        ),
        (
            "a login",
            json!({"tokenType": "jwtAccess", "txHash": null}),
            NO_HASH,
        ),
        (
            "v1's name of the server's nonce",
            json!({"lNonce": null, "server_nonce": "s1"}),
            HASH,
        ),
    ] {
        ask(table, name, changes, usual(), verdict);
    }
    as_login(table);
    users(table);
    borders(table);
}

/// A confirmation logs nobody in, whatever else it says.
fn as_login(table: &mut Table) {
    for (name, changes) in [
        ("as the service makes it", json!({})),
        ("with a lifetime", json!({"exp": now() + 600})),
        ("with all claims of a login", table.claims.clone()),
        ("of no hash", with(&table.claims, json!({"txHash": ""}))),
    ] {
        let asked = Asked::Login { username: None };
        ask(table, &format!("login: {name}"), changes, asked, KIND);
    }
}

fn users(table: &mut Table) {
    let asked = || Asked::TransactionOf { username: "José" };
    for name in ["mallory", "josé", "José ", "Jose\u{301}", ""] {
        let title = format!("by {name:?}");
        ask(table, &title, json!({"username": name}), asked(), USERNAME);
    }
}

/// The same text, divided in another place. A nonce in the token tells them apart.
fn borders(table: &mut Table) {
    for (name, payload, nonce) in [
        ("the payload ends later", "Pay 10 € to Bobn", "1"),
        ("the payload ends earlier", "Pay 10 € to Bo", "bn1"),
        ("the nonce ends later", PAYLOAD, "n1s"),
        ("the nonce has all", "P", "ay 10 € to Bobn1"),
    ] {
        let asked = with_nonce(payload, nonce);
        ask(table, name, json!({}), asked, OTHER_NONCE);
    }
    // The nonce of the token is the caller's, and the hash of another division.
    let moved = json!({"lNonce": "1", "txHash": hash(&format!("{PAYLOAD}n1s1"))});
    ask(
        table,
        "the server's nonce begins later",
        moved,
        usual(),
        HASH,
    );
    let none = || json!({"nonce": null});
    for (name, payload, nonce) in [
        ("another nonce", PAYLOAD, "n2"),
        ("another payload", "Pay 99 € to Bob", NONCE),
        ("the nonce ends later", PAYLOAD, "n1s"),
    ] {
        let name = format!("no nonce in it: {name}");
        ask(table, &name, none(), with_nonce(payload, nonce), HASH);
    }
}

pub fn legal(table: &mut Table) {
    for (name, changes) in [
        ("no time, kind or user", json!({"iat": null})),
        ("a lifetime", json!({"exp": now() + 60, "nbf": now()})),
        ("a kind", json!({"tokenType": "transaction"})),
        ("the kind of a login", json!({"tokenType": "jwtAccess"})),
        ("no nonce in it", json!({"nonce": null})),
        (
            "no server nonce",
            json!({"lNonce": null, "txHash": hash(&format!("{PAYLOAD}{NONCE}"))}),
        ),
    ] {
        ask(table, name, changes, usual(), GOOD);
    }
    // The hash does not tell where the payload ends: nonces must all be equally long, or be
    // in the token.
    let divided = with_nonce("Pay 10 € to Bo", "bn1");
    let none = json!({"nonce": null});
    ask(
        table,
        "no nonce in it, divided elsewhere",
        none,
        divided,
        GOOD,
    );
    for (name, changes) in [
        ("its user", json!({"username": "José"})),
        ("no user", json!({})),
    ] {
        let asked = Asked::TransactionOf { username: "José" };
        ask(table, name, changes, asked, GOOD);
    }
}
