//! The current LoginID service, version 2 of its API under `/fido2/v2`: its routes and their handlers.
//!
//! [`routes::table`] lists the operations. [`call`] checks each request before its handler runs. What LoginID does
//! not document is marked in the comments, and listed in the README.

pub mod answer;
mod assertion;
mod authentication;
pub mod authenticators;
mod authorization;
mod bearer;
mod call;
pub mod error;
mod events;
mod keys;
mod management;
mod mfa;
mod one_time_codes;
mod options;
mod passkeys;
mod profile;
mod registration;
pub mod routes;
pub mod token;
pub mod transactions;
mod version;
