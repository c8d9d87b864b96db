//! What happened, for clients that follow it.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard};

use tokio::sync::Notify;

use super::lock::lock;
use crate::encoding::random_text;

/// This many of the latest events are kept for clients that connect again.
const KEEP: usize = 1000;

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Counts from 1.
    pub number: u64,
    pub name: &'static str,
    /// JSON.
    pub data: String,
}

/// The latest events.
pub struct Events {
    /// New at each start, so that the id of an earlier run is not taken for one of this.
    run: String,
    latest: Mutex<Latest>,
    /// Notified of each event.
    pub added: Notify,
}

#[derive(Default)]
struct Latest {
    events: VecDeque<Event>,
    last: u64,
}

impl Default for Events {
    fn default() -> Self {
        Self {
            run: random_text(8),
            latest: Mutex::default(),
            added: Notify::new(),
        }
    }
}

impl Events {
    pub fn add(&self, name: &'static str, data: String) {
        let mut latest = self.latest();
        latest.last += 1;
        let number = latest.last;
        if latest.events.len() == KEEP {
            latest.events.pop_front();
        }
        latest.events.push_back(Event { number, name, data });
        drop(latest);
        self.added.notify_waiters();
    }

    /// The number of the latest event.
    pub fn last(&self) -> u64 {
        self.latest().last
    }

    /// The events after this one; `None` if some of them are no longer kept.
    pub fn after(&self, number: u64) -> Option<Vec<Event>> {
        let latest = self.latest();
        let missing = usize::try_from(latest.last.checked_sub(number)?).ok()?;
        let first = latest.events.len().checked_sub(missing)?;
        Some(latest.events.iter().skip(first).cloned().collect())
    }

    /// The id of an event, unique across runs.
    pub fn id(&self, number: u64) -> String {
        format!("{}-{number}", self.run)
    }

    /// The number in an id of this run.
    pub fn number(&self, id: &str) -> Option<u64> {
        id.strip_prefix(&self.run)?.strip_prefix('-')?.parse().ok()
    }

    fn latest(&self) -> MutexGuard<'_, Latest> {
        lock(&self.latest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_counted_and_the_oldest_leave() {
        let events = Events::default();
        assert_eq!(events.after(0), Some(Vec::new()));
        for _ in 0..=KEEP {
            events.add("request", "{}".to_owned());
        }
        let last = KEEP as u64 + 1;
        assert_eq!(events.last(), last);
        assert_eq!(events.after(0), None, "the first is no longer kept");
        assert_eq!(events.after(1).unwrap().len(), KEEP);
        assert_eq!(events.after(last - 1).unwrap()[0].number, last);
        assert_eq!(events.after(last), Some(Vec::new()));
        assert_eq!(events.after(last + 1), None, "of another run");
    }

    #[test]
    fn an_id_of_another_run_is_not_taken() {
        let (one, other) = (Events::default(), Events::default());
        assert_eq!(one.number(&one.id(7)), Some(7));
        assert_eq!(one.number(&other.id(7)), None);
        assert_eq!(one.number("7"), None);
    }
}
