//! A stream of bytes with a time limit, plain or over TLS.

use std::io::{Read, Write};

use crate::budget::Budget;

/// A stream of bytes that keeps to a budget. Its errors carry [`super::Error`].
pub(crate) trait Stream: Read + Write + Send + Sync + 'static {
    /// For all that is read and written from now on.
    fn set_budget(&mut self, budget: Budget);

    /// Whether the other side is still there and has sent nothing that is unread.
    fn is_open(&mut self) -> bool;
}

impl Stream for Box<dyn Stream> {
    fn set_budget(&mut self, budget: Budget) {
        (**self).set_budget(budget);
    }

    fn is_open(&mut self) -> bool {
        (**self).is_open()
    }
}
