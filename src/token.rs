//! The service's tokens: reading and verifying them, and the keys for that.
//!
//! A request for a key is made by a function that the caller passes in: nothing here
//! knows how the service is reached.

mod claims;
mod header;
mod keys;
mod parts;
mod subject;
#[cfg(test)]
mod testing;
mod verify;

pub(crate) use claims::{Claims, Expected, Rules, now, text};
pub(crate) use keys::{Key, KeyCache, KeySettings, Lookup, Origin};
pub(crate) use parts::malformed;
pub(crate) use subject::Subject;
pub(crate) use verify::{Verified, verify};
