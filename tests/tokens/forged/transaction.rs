//! Transaction tokens: which payload they confirm, and for which nonce. All are
//! properly signed.

use aws_lc_rs::digest::{SHA256, digest};
use serde_json::{Value, json};

use super::{AUDIENCE, Asked, EXPIRED, GOOD, MALFORMED, Table};
use crate::support::service::{encode, now, with};

const HASH: &str = "LID_ERROR_CLAIM_MISMATCH transaction_hash_mismatch";
const NO_HASH: &str = "LID_ERROR_CLAIM_MISMATCH transaction_hash_missing";
const NONCE: &str = "LID_ERROR_CLAIM_MISMATCH nonce_mismatch";
const EMPTY: &str = "LID_ERROR_INVALID_ARGUMENT empty_argument";

const PAYLOAD: &str = "Pay 10 € to Bob";
/// The hash of `PAYLOAD`, `n1` and `s1`.
const ASKED: Asked = Asked::Transaction {
    payload: PAYLOAD,
    nonce: Some("n1"),
};

fn hash(text: &str) -> String {
    encode(digest(&SHA256, text.as_bytes()))
}

fn good_hash() -> String {
    hash(&format!("{PAYLOAD}n1s1"))
}

fn row(table: &mut Table, name: &str, changes: Value, asked: Asked, verdict: &'static str) {
    let usual = json!({"tx_hash": good_hash(), "nonce": "n1", "server_nonce": "s1"});
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
    for (name, payload) in [
        ("another payload", "Pay 1000 € to Bob"),
        ("other case", "pay 10 € to Bob"),
        ("a space after", "Pay 10 € to Bob "),
        ("the payload with the nonce", "Pay 10 € to Bobn1"),
        ("the payload with both nonces", "Pay 10 € to Bobn1s1"),
    ] {
        row(table, name, json!({}), asked(payload, None), HASH);
    }
    row(table, "no payload", json!({}), asked("", None), EMPTY);
    row(
        table,
        "another nonce",
        json!({}),
        asked(PAYLOAD, Some("n2")),
        NONCE,
    );
    row(
        table,
        "the server's nonce",
        json!({}),
        asked(PAYLOAD, Some("s1")),
        NONCE,
    );
    row(
        table,
        "the nonce in upper case",
        json!({}),
        asked(PAYLOAD, Some("N1")),
        NONCE,
    );
    row(
        table,
        "an empty nonce",
        json!({}),
        asked(PAYLOAD, Some("")),
        EMPTY,
    );
    let hashes = [
        ("no hash, a login token", json!({"tx_hash": null}), NO_HASH),
        ("an empty hash", json!({"tx_hash": ""}), HASH),
        (
            "a hash of the payload alone",
            json!({"tx_hash": hash(PAYLOAD)}),
            HASH,
        ),
        (
            "a padded hash",
            json!({"tx_hash": format!("{}=", good_hash())}),
            HASH,
        ),
        (
            "a hash in hexadecimal",
            json!({"tx_hash": "00".repeat(32)}),
            HASH,
        ),
        (
            "a hash in other letters",
            json!({"tx_hash": good_hash().to_lowercase()}),
            HASH,
        ),
        ("tx_hash a number", json!({"tx_hash": 1}), MALFORMED),
        (
            "tx_hash an array",
            json!({"tx_hash": [good_hash()]}),
            MALFORMED,
        ),
        ("txHash a number", json!({"txHash": 1}), MALFORMED),
        (
            "txHash another hash",
            json!({"txHash": hash("other")}),
            MALFORMED,
        ),
        (
            "tx_hash another hash",
            json!({"tx_hash": hash("other"), "txHash": good_hash()}),
            MALFORMED,
        ),
        (
            "txHash alone, another one",
            json!({"tx_hash": null, "txHash": hash("other")}),
            HASH,
        ),
    ];
    for (name, changes, verdict) in hashes {
        row(table, name, changes, ASKED, verdict);
    }
    let nonces = [
        ("no nonce in it", json!({"nonce": null}), HASH),
        ("no server nonce in it", json!({"server_nonce": null}), HASH),
        (
            "nonces exchanged",
            json!({"nonce": "s1", "server_nonce": "n1"}),
            HASH,
        ),
        (
            "the nonces' border moved",
            json!({"nonce": "n1s", "server_nonce": "1"}),
            NONCE,
        ),
        ("nonce a number", json!({"nonce": 1}), MALFORMED),
        (
            "server_nonce an object",
            json!({"server_nonce": {}}),
            MALFORMED,
        ),
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
    ];
    for (name, changes, verdict) in nonces {
        row(table, name, changes, ASKED, verdict);
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

pub fn legal(table: &mut Table) {
    let without_nonces = json!({"tx_hash": hash(PAYLOAD), "nonce": null, "server_nonce": null});
    row(
        table,
        "no nonces",
        without_nonces,
        asked(PAYLOAD, None),
        GOOD,
    );
    for (name, changes) in [
        ("usual", json!({})),
        ("txHash", json!({"tx_hash": null, "txHash": good_hash()})),
        ("both hashes", json!({"txHash": good_hash()})),
        (
            "lNonce for server_nonce",
            json!({"server_nonce": null, "lNonce": "s1"}),
        ),
        ("lNonce for nonce", json!({"nonce": null, "lNonce": "n1"})),
        ("lNonce with both, the client's", json!({"lNonce": "n1"})),
        ("lNonce with both, the server's", json!({"lNonce": "s1"})),
    ] {
        row(table, name, changes.clone(), ASKED, GOOD);
        row(
            table,
            &format!("{name}, nonce not checked"),
            changes,
            asked(PAYLOAD, None),
            GOOD,
        );
    }
    let only = json!({"tx_hash": hash(&format!("{PAYLOAD}n1")), "server_nonce": null});
    row(table, "no server nonce", only, ASKED, GOOD);
}
