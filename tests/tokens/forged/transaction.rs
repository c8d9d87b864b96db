//! Transaction tokens: which payload they confirm, and for which nonce. All are
//! properly signed.

use aws_lc_rs::digest::{SHA256, digest};
use serde_json::{Value, json};

use super::{AUDIENCE, Asked, EXPIRED, GOOD, MALFORMED, Table};
use crate::support::Version;
use crate::support::service::{encode, now, with};

pub const HASH: &str = "LID_ERROR_CLAIM_MISMATCH transaction_hash_mismatch";
pub const NO_HASH: &str = "LID_ERROR_CLAIM_MISMATCH transaction_hash_missing";
pub const NONCE: &str = "LID_ERROR_CLAIM_MISMATCH nonce_mismatch";
const EMPTY: &str = "LID_ERROR_INVALID_ARGUMENT empty_argument";

const PAYLOAD: &str = "Pay 10 € to Bob";
/// The hash of `PAYLOAD`, `n1` and `s1`.
const ASKED: Asked = Asked::Transaction {
    payload: PAYLOAD,
    nonce: Some("n1"),
};

pub fn hash(text: &str) -> String {
    encode(digest(&SHA256, text.as_bytes()))
}

fn good_hash() -> String {
    hash(&format!("{PAYLOAD}n1s1"))
}

/// The claims of a service's transaction tokens.
struct Names {
    hash: &'static str,
    /// The other service's name.
    other_hash: &'static str,
    server_nonce: &'static str,
}

fn names(table: &Table) -> Names {
    match table.version {
        Version::V1 => Names {
            hash: "tx_hash",
            other_hash: "txHash",
            server_nonce: "server_nonce",
        },
        Version::V2 => Names {
            hash: "txHash",
            other_hash: "tx_hash",
            server_nonce: "lNonce",
        },
    }
}

fn row(table: &mut Table, name: &str, changes: Value, asked: Asked, verdict: &'static str) {
    let Names {
        hash, server_nonce, ..
    } = names(table);
    let usual = json!({hash: good_hash(), "nonce": "n1", server_nonce: "s1"});
    let claims = with(&with(&table.claims, usual), changes);
    let token = table.service.token(&claims);
    table.asked(
        format!("transaction: {name}"),
        token,
        verdict,
        asked,
        json!({}),
    );
}

fn asked(payload: &'static str, nonce: Option<&'static str>) -> Asked {
    Asked::Transaction { payload, nonce }
}

pub fn rows(table: &mut Table) {
    // Only v1's may be left out.
    let nonce = match table.version {
        Version::V1 => None,
        Version::V2 => Some("n1"),
    };
    for (name, payload) in [
        ("another payload", "Pay 1000 € to Bob"),
        ("other case", "pay 10 € to Bob"),
        ("a space after", "Pay 10 € to Bob "),
        ("the payload with the nonce", "Pay 10 € to Bobn1"),
        ("the payload with both nonces", "Pay 10 € to Bobn1s1"),
    ] {
        row(table, name, json!({}), asked(payload, nonce), HASH);
    }
    row(table, "no payload", json!({}), asked("", nonce), EMPTY);
    for (name, nonce, verdict) in [
        ("another nonce", "n2", NONCE),
        ("the server's nonce", "s1", NONCE),
        ("the nonce in upper case", "N1", NONCE),
        ("an empty nonce", "", EMPTY),
    ] {
        let asked = asked(PAYLOAD, Some(nonce));
        row(table, name, json!({}), asked, verdict);
    }
    hashes(table);
    nonces(table);
    if table.version == Version::V1 {
        other_names_of_nonces(table);
    }
    row(
        table,
        "for another application",
        json!({"aud": "app-2"}),
        ASKED,
        AUDIENCE,
    );
    row(
        table,
        "expired",
        json!({"exp": now() - 3600}),
        ASKED,
        EXPIRED,
    );
}

fn hashes(table: &mut Table) {
    let Names {
        hash: name,
        other_hash: other,
        ..
    } = names(table);
    for (what, changes, verdict) in [
        ("no hash, a login token", json!({name: null}), NO_HASH),
        ("an empty hash", json!({name: ""}), HASH),
        (
            "a hash of the payload alone",
            json!({name: hash(PAYLOAD)}),
            HASH,
        ),
        (
            "a padded hash",
            json!({name: format!("{}=", good_hash())}),
            HASH,
        ),
        (
            "a hash in hexadecimal",
            json!({name: "00".repeat(32)}),
            HASH,
        ),
        (
            "a hash in other letters",
            json!({name: good_hash().to_lowercase()}),
            HASH,
        ),
        ("the hash a number", json!({name: 1}), MALFORMED),
        ("the hash an array", json!({name: [good_hash()]}), MALFORMED),
        ("the other name a number", json!({other: 1}), MALFORMED),
        (
            "the other name with another hash",
            json!({other: hash("other")}),
            MALFORMED,
        ),
        (
            "the name with another hash",
            json!({name: hash("other"), other: good_hash()}),
            MALFORMED,
        ),
        (
            "the other name alone, another hash",
            json!({name: null, other: hash("other")}),
            HASH,
        ),
    ] {
        row(table, what, changes, ASKED, verdict);
    }
}

fn nonces(table: &mut Table) {
    let server = names(table).server_nonce;
    // v1 compares the hash first.
    let exchanged = match table.version {
        Version::V1 => HASH,
        Version::V2 => NONCE,
    };
    for (name, changes, verdict) in [
        ("no server nonce in it", json!({server: null}), HASH),
        (
            "nonces exchanged",
            json!({"nonce": "s1", server: "n1"}),
            exchanged,
        ),
        (
            "the nonces' border moved",
            json!({"nonce": "n1s", server: "1"}),
            NONCE,
        ),
        ("nonce a number", json!({"nonce": 1}), MALFORMED),
        (
            "the server's nonce an object",
            json!({server: {}}),
            MALFORMED,
        ),
        ("the server's nonce a number", json!({server: 1}), MALFORMED),
    ] {
        row(table, name, changes, ASKED, verdict);
    }
}

fn other_names_of_nonces(table: &mut Table) {
    for (name, changes, verdict) in [
        ("no nonce in it", json!({"nonce": null}), HASH),
        ("lNonce a number", json!({"lNonce": 1}), MALFORMED),
        (
            "lNonce with both, another one",
            json!({"lNonce": "x"}),
            MALFORMED,
        ),
        (
            "lNonce for server_nonce, another one",
            json!({"server_nonce": null, "lNonce": "x"}),
            HASH,
        ),
        (
            "lNonce for nonce, another one",
            json!({"nonce": null, "lNonce": "x"}),
            HASH,
        ),
    ] {
        row(table, name, changes, ASKED, verdict);
    }
}

pub fn legal(table: &mut Table) {
    let Names {
        hash: name,
        other_hash: other,
        server_nonce,
    } = names(table);
    for (what, changes) in [
        ("usual", json!({})),
        (
            "the other name of the hash",
            json!({name: null, other: good_hash()}),
        ),
        ("both names of the hash", json!({other: good_hash()})),
        (
            "no server nonce",
            json!({name: hash(&format!("{PAYLOAD}n1")), server_nonce: null}),
        ),
    ] {
        row(table, what, changes, ASKED, GOOD);
    }
    if table.version == Version::V1 {
        legal_in_v1(table);
    }
}

fn legal_in_v1(table: &mut Table) {
    let unchecked = asked(PAYLOAD, None);
    let without_nonces = json!({"tx_hash": hash(PAYLOAD), "nonce": null, "server_nonce": null});
    row(table, "no nonces", without_nonces, unchecked.clone(), GOOD);
    for (name, changes) in [
        ("usual", json!({})),
        (
            "lNonce for server_nonce",
            json!({"server_nonce": null, "lNonce": "s1"}),
        ),
        ("lNonce for nonce", json!({"nonce": null, "lNonce": "n1"})),
        ("lNonce with both, the client's", json!({"lNonce": "n1"})),
        ("lNonce with both, the server's", json!({"lNonce": "s1"})),
    ] {
        row(table, name, changes.clone(), ASKED, GOOD);
        let name = format!("{name}, nonce not checked");
        row(table, &name, changes, unchecked.clone(), GOOD);
    }
}
