//! A value made once per process that a fork cannot leave half-made.
//!
//! `std::sync::OnceLock` blocks while another thread initialises it. If a fork
//! happens in that moment, the child has the lock but not the thread, and waits
//! for ever. Here several threads may race to make the value; the first one
//! stored is used by all.

use std::sync::Arc;

use arc_swap::ArcSwapOption;

use crate::error::Result;

pub(crate) struct RaceOnce<T>(ArcSwapOption<T>);

impl<T> RaceOnce<T> {
    pub(crate) const fn new() -> RaceOnce<T> {
        RaceOnce(ArcSwapOption::const_empty())
    }

    pub(crate) fn get_or_try_init(&self, make: impl FnOnce() -> Result<T>) -> Result<Arc<T>> {
        if let Some(value) = self.0.load_full() {
            return Ok(value);
        }
        let made = Arc::new(make()?);
        let none: Option<Arc<T>> = None;
        let before = self.0.compare_and_swap(&none, Some(made.clone()));
        Ok(match &*before {
            Some(first) => first.clone(),
            None => made,
        })
    }
}
