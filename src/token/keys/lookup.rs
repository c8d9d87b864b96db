//! What a verification that looks for a key brings along.

use std::sync::Arc;

use crate::budget::Budget;
use crate::error::Result;
use crate::key::VerifyingKey;

/// A public key of the service.
pub(crate) type Key = Arc<VerifyingKey>;

/// Where a token comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Origin {
    /// Somebody presents it, and may have made it up.
    Presented,
    /// It is in an answer of the service.
    Answer,
}

/// Asks the service for the key with this id (the empty one is its current key). A request
/// that fails may be repeated if the last argument says so when it is asked.
pub(crate) type Fetch<'a> = &'a dyn Fn(&str, &Budget, &dyn Fn() -> bool) -> Result<Key>;

/// What a verification that looks for a key brings along.
#[derive(Clone, Copy)]
pub(crate) struct Lookup<'a> {
    pub(crate) origin: Origin,
    pub(crate) budget: &'a Budget,
    pub(crate) fetch: Fetch<'a>,
}
