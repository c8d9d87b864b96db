//! Tokens: the ones we make for the service, and the service's own, which we
//! verify.

mod certs;
mod claims;
mod header;
mod keys;
mod parts;
pub(crate) mod service;
mod transaction;
mod verify;

pub(crate) use claims::Claims;
pub(crate) use keys::{KeyCache, Origin};
pub(crate) use transaction::check_transaction;
