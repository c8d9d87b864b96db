//! The LoginID service, version 1 of its API: its routes and their handlers.
//!
//! [`routes::table`] lists the operations. [`call`] checks each request before its handler runs.

mod add_credential;
pub mod answer;
mod assertion;
mod attestation;
mod authenticate;
pub mod call;
mod caller;
mod certs;
mod codes;
mod credentials;
pub mod doc_scan;
mod fido2;
pub mod passwords;
mod public_key;
mod register;
pub mod routes;
mod scan_page;
mod self_code;
mod service_token;
pub mod token;
pub mod transactions;
mod users;
