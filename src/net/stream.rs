//! A stream of bytes with a time limit, plain or over TLS.

use std::io::{Read, Write};

use crate::budget::Budget;

/// A stream of bytes that stays within a budget. Its errors wrap [`super::Error`].
pub(crate) trait Stream: Read + Write + Send + Sync + 'static {
    /// Sets the budget for all later reads and writes.
    fn set_budget(&mut self, budget: Budget);

    /// Whether the connection is still open and has no unread data.
    fn is_open(&mut self) -> bool;
}
