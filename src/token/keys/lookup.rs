//! The types of a key lookup.

use std::sync::Arc;

use crate::budget::Budget;
use crate::error::Result;
use crate::key::VerifyingKey;

/// A public key of the service.
pub(crate) type Key = Arc<VerifyingKey>;

/// Where a token comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Origin {
    /// A program passed it to be verified: it may be forged.
    Presented,
    /// It is in an answer of the service.
    Answer,
}

/// Fetches the key with this id from the service. The empty id is its current key. The last
/// argument is called before each retry, and tells whether it is allowed.
pub(crate) type Fetch<'a> = &'a dyn Fn(&str, &Budget, &dyn Fn() -> bool) -> Result<Key>;

/// How to look up a key for a verification.
#[derive(Clone, Copy)]
pub(crate) struct Lookup<'a> {
    pub(crate) origin: Origin,
    pub(crate) budget: &'a Budget,
    pub(crate) fetch: Fetch<'a>,
}
