//! The client of LoginID's current service ("FIDO2 v2"), and its calls.
//!
//! Every call to the service returns the service's JSON unchanged, so that unknown fields are
//! kept; only what this library adds is said at the call.

mod answer;
mod authentication;
mod claims;
mod client;
mod codes;
mod diagnosis;
mod forms;
mod grants;
mod keys;
mod operations;
mod options;
mod passkeys;
mod profile;
mod registration;
mod tokens;
mod transactions;
mod user;

pub use crate::config::V2Config as Config;
pub use client::Client;
