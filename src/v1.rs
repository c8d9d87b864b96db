//! The client and its calls, in the groups of LoginID's documentation.
//!
//! Every call to the service returns the service's JSON object unchanged, so that
//! unknown fields are kept.

mod answer;
mod authentication;
mod client;
mod codes;
mod credentials;
mod diagnosis;
mod forms;
mod keys;
mod operations;
mod registration;
mod service_token;
mod tokens;
mod transaction_token;
mod transactions;
mod users;
mod wait;

pub use client::Client;
