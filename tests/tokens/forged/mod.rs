//! Forged and malformed tokens: one table, and the verdict each must get. Most rows are of
//! both services; `v2.rs` and `v2_transaction.rs` have those of the current one only.
//!
//! Every row is verified by three clients. One without a key must refuse tokens without a
//! request if they are wrong without the key, and with exactly one request if the key
//! is needed. One with the key, and one with the key that remembers good signatures
//! (`verified_tokens`) and has accepted the good token, must give the same verdict. After
//! each, the same client must accept a good token.

mod claims;
mod embedded;
mod encoding;
mod header;
mod json;
mod signature;
mod transaction;
mod v2;
mod v2_transaction;

use loginid_emulator::Emulator;
use serde_json::{Value, json};

use embedded::Attacker;

use crate::capi::Outcome;
use crate::support::service::{Signer, with};
use crate::support::{Verifier, Version, both, emulator};

pub const MALFORMED: &str = "LID_ERROR_TOKEN_INVALID malformed_token";
pub const ALGORITHM: &str = "LID_ERROR_TOKEN_INVALID unexpected_algorithm";
pub const SIGNATURE: &str = "LID_ERROR_TOKEN_INVALID invalid_signature";
pub const UNKNOWN: &str = "LID_ERROR_TOKEN_INVALID unknown_key";
pub const EXPIRED: &str = "LID_ERROR_TOKEN_EXPIRED token_expired";
pub const NOT_YET: &str = "LID_ERROR_TOKEN_EXPIRED token_not_yet_valid";
pub const TOO_OLD: &str = "LID_ERROR_TOKEN_EXPIRED token_too_old";
pub const AUDIENCE: &str = "LID_ERROR_CLAIM_MISMATCH audience_mismatch";
pub const ISSUER: &str = "LID_ERROR_CLAIM_MISMATCH issuer_mismatch";
pub const USERNAME: &str = "LID_ERROR_CLAIM_MISMATCH username_mismatch";
pub const KIND: &str = "LID_ERROR_CLAIM_MISMATCH token_kind_mismatch";
pub const GOOD: &str = "LID_OK";

/// The call that verifies a token.
#[derive(Clone)]
pub enum Asked {
    Login {
        username: Option<&'static str>,
    },
    Transaction {
        payload: &'static str,
        nonce: Option<&'static str>,
    },
    /// Of the current service.
    TransactionOf {
        username: &'static str,
    },
}

pub struct Row {
    name: String,
    token: String,
    verdict: &'static str,
    asked: Asked,
    /// Fields of the client's configuration for this row.
    config: Value,
}

/// The rows, and the key of the service they are made with.
pub struct Table {
    pub version: Version,
    pub emulator: Emulator,
    pub service: Signer,
    pub claims: Value,
    attacker: Attacker,
    rows: Vec<Row>,
}

impl Table {
    fn new(version: Version) -> Table {
        let emulator = emulator();
        Table {
            version,
            claims: version.claims_at(&emulator),
            emulator,
            service: Signer::new("k"),
            attacker: Attacker::new(),
            rows: Vec::new(),
        }
    }

    /// This token, used as a login.
    pub fn row(&mut self, name: impl Into<String>, token: String, verdict: &'static str) {
        self.asked(
            name,
            token,
            verdict,
            Asked::Login { username: None },
            json!({}),
        );
    }

    pub fn asked(
        &mut self,
        name: impl Into<String>,
        token: String,
        verdict: &'static str,
        asked: Asked,
        config: Value,
    ) {
        let name = name.into();
        self.rows.push(Row {
            name,
            token,
            verdict,
            asked,
            config,
        });
    }

    /// The good token with this change of the header, properly signed.
    pub fn header(&mut self, name: impl Into<String>, changes: Value, verdict: &'static str) {
        let header = with(&self.service.header(), changes);
        let token = self.service.sign(&header, &self.claims);
        self.row(name, token, verdict);
    }

    /// The good token with this change of the claims, properly signed.
    pub fn claims(&mut self, name: impl Into<String>, changes: Value, verdict: &'static str) {
        let token = self.service.token(&with(&self.claims, changes));
        self.row(name, token, verdict);
    }

    /// The text of the good claims with these members: a name is what stands between its
    /// quotes, a value any JSON.
    pub fn claims_with(&self, members: &[(&str, &str)]) -> String {
        let names = members.iter().map(|(name, _)| (*name).to_owned());
        let removed = names.map(|name| (name, Value::Null)).collect();
        let claims = with(&self.claims, Value::Object(removed)).to_string();
        let rest = claims.strip_suffix('}').expect("an object");
        let added = members
            .iter()
            .map(|(name, value)| format!(r#","{name}":{value}"#));
        format!("{rest}{}}}", added.collect::<String>())
    }

    /// The good token with this text as claims, properly signed.
    pub fn claims_text(&mut self, name: impl Into<String>, text: &[u8], verdict: &'static str) {
        let token = self
            .service
            .sign_text(self.service.header().to_string(), text);
        self.row(name, token, verdict);
    }

    /// The good token.
    pub fn good(&self) -> String {
        self.service.token(&self.claims)
    }
}

fn ask(client: &Verifier, row: &Row) -> Outcome {
    let token = &row.token;
    match (&row.asked, client) {
        (Asked::Login { username }, _) => client.verify_token_for(token, *username),
        (Asked::Transaction { payload, nonce }, _) => {
            client.verify_transaction(token, payload, *nonce)
        }
        (Asked::TransactionOf { username }, Verifier::V2(client)) => {
            let (payload, nonce) = (v2_transaction::PAYLOAD, v2_transaction::NONCE);
            client.verify_transaction_for(token, payload, nonce, Some(username))
        }
        (Asked::TransactionOf { .. }, Verifier::V1(_)) => panic!("a row of the current service"),
    }
}

/// Verifies one row with a client in a given state, then a good token. Returns what
/// went wrong, if anything.
fn judge(
    client: &Verifier,
    row: &Row,
    twin: &str,
    emulator: &Emulator,
    may_ask: u64,
) -> Option<String> {
    let before = emulator.request_count();
    let outcome = ask(client, row);
    let sent = emulator.request_count() - before;
    let good = client.verify_token(twin);
    if outcome.verdict() != row.verdict {
        return Some(format!(
            "{}: {} for {}",
            row.name, outcome.text, row.verdict
        ));
    }
    if sent != may_ask {
        return Some(format!("{}: {sent} requests for {may_ask}", row.name));
    }
    (good.verdict() != GOOD).then(|| format!("after {}: {}", row.name, good.text))
}

fn judge_all(table: &Table) {
    let (version, emulator) = (table.version, &table.emulator);
    version.serve(emulator, version.key_answer(&table.service));
    // Good under every configuration of the table.
    let twin = table.good();
    let mut problems = Vec::new();
    for row in &table.rows {
        let cold = with(&version.online(emulator), row.config.clone());
        let warm = with(&cold, version.knowing(&table.service));
        let warm = with(&warm, json!({"fetch_keys": false}));
        // Only a token that needs the key may cause a request, and only one.
        let may_ask = u64::from([SIGNATURE, UNKNOWN, GOOD].contains(&row.verdict));
        let client = |config| version.client(config);
        problems.extend(judge(&client(&cold), row, &twin, emulator, may_ask));
        problems.extend(judge(&client(&warm), row, &twin, emulator, 0));
        let remembering = client(&with(&warm, json!({"verified_tokens": 16})));
        remembering.verify_token(&twin).ok();
        problems.extend(judge(&remembering, row, &twin, emulator, 0));
        // Again: what it remembers of this token changes nothing.
        problems.extend(judge(&remembering, row, &twin, emulator, 0));
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert_eq!(
        table.attacker.visits(),
        0,
        "a key was fetched from its forger"
    );
    // The forger's server was reachable, and has still received only this request.
    let place = json!({"base_url": table.attacker.base_url()});
    let visitor = version.client(&with(&version.online(emulator), place));
    let claims = with(&table.claims, json!({"iss": table.attacker.base_url()}));
    visitor.verify_token(table.service.token(&claims));
    assert_eq!(table.attacker.visits(), 1);
}

#[test]
fn forged_tokens_are_refused_with_their_status() {
    both(|version| {
        let mut table = Table::new(version);
        header::rows(&mut table);
        embedded::rows(&mut table);
        json::rows(&mut table);
        signature::rows(&mut table);
        encoding::rows(&mut table);
        claims::rows(&mut table);
        transaction::rows(&mut table);
        if version == Version::V2 {
            v2::rows(&mut table);
            v2_transaction::rows(&mut table);
        }
        let rows = table.rows.len();
        assert!(table.rows.iter().all(|row| row.verdict != GOOD));
        assert!(rows >= 450, "{rows}");
        judge_all(&table);
        println!("{version:?}: {rows} forged or malformed tokens refused");
    });
}

#[test]
fn unusual_but_legal_tokens_are_accepted() {
    both(|version| {
        let mut table = Table::new(version);
        header::legal(&mut table);
        embedded::legal(&mut table);
        json::legal(&mut table);
        signature::legal(&mut table);
        claims::legal(&mut table);
        transaction::legal(&mut table);
        if version == Version::V2 {
            v2::legal(&mut table);
            v2_transaction::legal(&mut table);
        }
        let rows = table.rows.len();
        assert!(table.rows.iter().all(|row| row.verdict == GOOD));
        assert!(rows >= 50, "{rows}");
        judge_all(&table);
        println!("{version:?}: {rows} legal variants accepted");
    });
}
