//! The waits for codes that are going on now.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::http::StatusCode;
use serde::Serialize;
use serde_json::json;

use super::clock::Millis;
use super::code::CodeType;
use super::events::Events;
use super::lock::lock;
use crate::error::ServiceError;

/// More waits at a time are refused: each keeps a connection.
const MOST: usize = 1000;

/// A call that waits until a code is authorized.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Wait {
    /// The application that waits.
    pub client_id: String,
    /// The user who has the code.
    pub username: String,
    /// The type of the code.
    #[serde(rename = "type")]
    pub kind: CodeType,
    /// The code.
    pub code: String,
    /// When the wait began, in milliseconds on the emulator's clock.
    pub began_at_ms: Millis,
}

/// All open waits, oldest first.
pub struct Waits {
    open: Mutex<Open>,
    events: Arc<Events>,
}

#[derive(Default)]
struct Open {
    waits: BTreeMap<u64, Wait>,
    last: u64,
}

impl Waits {
    pub fn new(events: Arc<Events>) -> Self {
        Self {
            open: Mutex::default(),
            events,
        }
    }

    /// Begins a wait. It ends when the result is dropped.
    pub fn begin(self: &Arc<Self>, wait: Wait) -> Result<OpenWait, ServiceError> {
        let mut open = lock(&self.open);
        if open.waits.len() >= MOST {
            return Err(ServiceError::new(
                StatusCode::TOO_MANY_REQUESTS,
                "too_many_waits",
                "1000 calls wait for codes already",
            ));
        }
        open.last += 1;
        let number = open.last;
        open.waits.insert(number, wait);
        self.changed(open.waits.len());
        Ok(OpenWait {
            waits: Arc::clone(self),
            number,
        })
    }

    fn changed(&self, open: usize) {
        self.events.add("waits", json!({"open": open}).to_string());
    }

    pub fn list(&self) -> Vec<Wait> {
        lock(&self.open).waits.values().cloned().collect()
    }
}

/// A wait that goes on.
pub struct OpenWait {
    waits: Arc<Waits>,
    number: u64,
}

impl Drop for OpenWait {
    fn drop(&mut self) {
        let mut open = lock(&self.waits.open);
        open.waits.remove(&self.number);
        self.waits.changed(open.waits.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_are_limited_and_leave_when_they_end() {
        let waits = Arc::new(Waits::new(Arc::default()));
        let begin = || {
            waits.begin(Wait {
                client_id: "app".to_owned(),
                username: "ada".to_owned(),
                kind: CodeType::Short,
                code: "123456".to_owned(),
                began_at_ms: 0,
            })
        };
        let mut open: Vec<_> = (0..MOST).map(|_| begin().ok().unwrap()).collect();
        assert_eq!(begin().err().unwrap().code, "too_many_waits");
        open.pop();
        assert!(begin().is_ok());
        assert_eq!(waits.list().len(), MOST - 1);
    }
}
