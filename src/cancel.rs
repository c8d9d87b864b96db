//! Cancels calls from another thread.

use std::io::Result;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering, fence};

use crate::fork::PerProcess;
use crate::sys::Event;

/// A switch that cancels calls. Once triggered, it stays on. Any number of calls may
/// share it.
///
/// In a forked child it is a copy: triggering it there cancels the child's calls only.
#[derive(Debug)]
pub struct Cancel {
    triggered: AtomicBool,
    /// Wakes all waiting calls when the switch is triggered. It is made when a call first waits.
    /// A forked child makes its own, since the inherited one is shared with the parent.
    signal: PerProcess<Event>,
}

impl Cancel {
    /// A new switch. It needs a file descriptor when a call first waits.
    pub const fn new() -> Cancel {
        Cancel {
            triggered: AtomicBool::new(false),
            signal: PerProcess::new(),
        }
    }

    /// Cancels the calls that use this switch, now and later. May be called from any
    /// thread, any number of times.
    pub fn trigger(&self) {
        if self.triggered.swap(true, Ordering::SeqCst) {
            return;
        }
        // Either this sees the signal of a call that begins to wait, or that call, which has
        // the same fence, sees that it is cancelled.
        fence(Ordering::SeqCst);
        if let Some(signal) = self.signal.made() {
            signal.set();
        }
    }

    /// Whether it was triggered.
    pub fn is_triggered(&self) -> bool {
        self.triggered.load(Ordering::SeqCst)
    }

    /// An event that is set when triggered later. A call that waits for it
    /// must check [`Cancel::is_triggered`] after it got it.
    pub(crate) fn signal(&self) -> Result<Arc<Event>> {
        let signal = self.signal.get_or_try(|_| Event::new())?;
        fence(Ordering::SeqCst);
        Ok(signal)
    }
}

impl Default for Cancel {
    fn default() -> Cancel {
        Cancel::new()
    }
}

/// The switches of a call: each of them cancels it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cancels(Option<Arc<[Arc<Cancel>]>>);

impl Cancels {
    /// These switches and one more.
    pub(crate) fn and(&self, cancel: Option<Arc<Cancel>>) -> Cancels {
        match cancel {
            Some(cancel) if !self.iter().any(|one| Arc::ptr_eq(one, &cancel)) => {
                Cancels(Some(self.iter().cloned().chain([cancel]).collect()))
            }
            _ => self.clone(),
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<Cancel>> {
        self.0.iter().flat_map(|cancels| cancels.iter())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    pub(crate) fn is_triggered(&self) -> bool {
        self.iter().any(|cancel| cancel.is_triggered())
    }
}

impl From<Arc<Cancel>> for Cancels {
    fn from(cancel: Arc<Cancel>) -> Cancels {
        Cancels::default().and(Some(cancel))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_switch_cancels_and_counts_once() {
        let [first, second] = [(); 2].map(|()| Arc::new(Cancel::new()));
        let both = Cancels::from(first.clone()).and(Some(second.clone()));
        let again = both.and(Some(first)).and(None);
        assert_eq!(again.iter().count(), 2);
        assert!(!again.is_triggered() && !Cancels::default().is_triggered());
        second.trigger();
        assert!(again.is_triggered());
    }

    #[test]
    fn a_descriptor_is_made_once_and_only_for_a_wait() {
        let cancel = Cancel::new();
        assert!(cancel.signal.made().is_none());
        let signal = cancel.signal().unwrap();
        assert!(Arc::ptr_eq(&signal, &cancel.signal().unwrap()));
        let unused = Cancel::new();
        unused.trigger();
        assert!(unused.signal.made().is_none() && unused.is_triggered());
    }
}
