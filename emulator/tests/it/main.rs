//! The emulator over its port, as SDKs and tests use it.

mod support;

mod adding;
mod browser_transactions;
mod callers;
mod certs;
mod changes;
mod codes;
mod connections;
mod control;
mod control_access;
mod cors;
mod credentials;
mod doc_scans;
mod doctor;
mod events;
mod faults;
mod fido2;
mod health;
mod http;
mod modules;
mod openapi;
mod passwords;
mod program;
mod public_keys;
mod relying_parties;
mod resent_tokens;
mod routes;
mod scan_pages;
mod self_codes;
mod service_tokens;
mod signed_transactions;
mod snapshots;
mod tls;
mod transactions;
mod users;
