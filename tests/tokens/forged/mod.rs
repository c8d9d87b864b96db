//! Forged and malformed tokens: one table, and the verdict each must get.
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

use loginid_emulator::Emulator;
use serde_json::{Value, json};

use embedded::Attacker;

use crate::capi::{Client, Outcome};
use crate::support::service::{Signer, login_claims, with};
use crate::support::{CLIENT_ID, online, serve_key};

pub const MALFORMED: &str = "LID_ERROR_TOKEN_INVALID malformed_token";
pub const ALGORITHM: &str = "LID_ERROR_TOKEN_INVALID unexpected_algorithm";
pub const SIGNATURE: &str = "LID_ERROR_TOKEN_INVALID invalid_signature";
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
    pub service: Signer,
    pub claims: Value,
    attacker: Attacker,
    rows: Vec<Row>,
}

impl Table {
    fn new() -> Table {
        Table {
            service: Signer::new("k"),
            claims: login_claims(CLIENT_ID),
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

fn ask(client: &Client, row: &Row, token: &str) -> Outcome {
    match row.asked {
        Asked::Login { username } => client.verify_token_for(token, username),
        Asked::Transaction { payload, nonce } => client.verify_transaction(token, payload, nonce),
    }
}

/// Verifies one row with a client in a given state, then a good token. Returns what
/// went wrong, if anything.
fn judge(
    client: &Client,
    row: &Row,
    twin: &str,
    emulator: &Emulator,
    may_ask: u64,
) -> Option<String> {
    let before = emulator.request_count();
    let outcome = ask(client, row, &row.token);
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
    let emulator = Emulator::start();
    serve_key(&emulator, table.service.pem());
    let keys = json!({"k": table.service.pem(), "": table.service.pem()});
    // Good under every configuration of the table.
    let twin = table.good();
    let mut problems = Vec::new();
    for row in &table.rows {
        let cold = with(&online(&emulator), row.config.clone());
        let warm = with(&cold, json!({"public_keys": keys}));
        // Only a token that needs the key may cause a request, and only one.
        let may_ask = u64::from([SIGNATURE, GOOD].contains(&row.verdict));
        problems.extend(judge(&Client::new(&cold), row, &twin, &emulator, may_ask));
        problems.extend(judge(&Client::new(&warm), row, &twin, &emulator, 0));
        let remembering = Client::new(&with(&warm, json!({"verified_tokens": 16})));
        remembering.verify_token(&twin).ok();
        problems.extend(judge(&remembering, row, &twin, &emulator, 0));
        // Again: what it remembers of this token changes nothing.
        problems.extend(judge(&remembering, row, &twin, &emulator, 0));
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert_eq!(
        table.attacker.visits(),
        0,
        "a key was fetched from its forger"
    );
    // The forger's server was reachable, and has still received only this request.
    let place = json!({"base_url": table.attacker.jwks_url()});
    Client::new(&with(&online(&emulator), place)).verify_token(&twin);
    assert_eq!(table.attacker.visits(), 1);
}

#[test]
fn forged_tokens_are_refused_with_their_status() {
    let mut table = Table::new();
    header::rows(&mut table);
    embedded::rows(&mut table);
    json::rows(&mut table);
    signature::rows(&mut table);
    encoding::rows(&mut table);
    claims::rows(&mut table);
    transaction::rows(&mut table);
    assert!(table.rows.iter().all(|row| row.verdict != GOOD));
    assert!(table.rows.len() >= 150, "{}", table.rows.len());
    judge_all(&table);
    println!("{} forged or malformed tokens refused", table.rows.len());
}

#[test]
fn unusual_but_legal_tokens_are_accepted() {
    let mut table = Table::new();
    header::legal(&mut table);
    embedded::legal(&mut table);
    json::legal(&mut table);
    signature::legal(&mut table);
    claims::legal(&mut table);
    transaction::legal(&mut table);
    assert!(table.rows.iter().all(|row| row.verdict == GOOD));
    assert!(table.rows.len() >= 50, "{}", table.rows.len());
    judge_all(&table);
    println!("{} legal variants accepted", table.rows.len());
}
