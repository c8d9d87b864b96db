//! Tokens: the ones we make for the service, and the service's own, which we
//! verify.

mod claims;
mod header;
mod keys;
mod parts;
pub(crate) mod service;
mod transaction;
mod verify;

pub(crate) use keys::KeyCache;
pub(crate) use transaction::check_transaction;
