//! The types of a key lookup.

use std::sync::Arc;

use crate::budget::Budget;
use crate::error::Result;
use crate::token::key_set::KeySet;

/// What one request to the service fetched.
pub(crate) type Keys = Arc<KeySet>;

/// What the service answers a request for keys with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Request {
    /// The one key with the id in the request, or its current key.
    OneKey,
    /// All its keys. They replace those of the previous answer.
    WholeSet,
}

/// Where a token comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Origin {
    /// A program passed it to be verified: it may be forged.
    Presented,
    /// It is in an answer of the service.
    Answer,
}

/// Fetches the key with this id from the service. The empty id is its current key, or the
/// whole set. The last argument is called before each retry, and tells whether it is allowed.
pub(crate) type Fetch<'a> = &'a dyn Fn(&str, &Budget, &dyn Fn() -> bool) -> Result<Keys>;

/// How to look up a key for a verification.
#[derive(Clone, Copy)]
pub(crate) struct Lookup<'a> {
    pub(crate) origin: Origin,
    pub(crate) budget: &'a Budget,
    pub(crate) fetch: Fetch<'a>,
}
