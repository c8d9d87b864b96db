//! One event for each HTTP attempt, for those who ask for it.

use std::fmt;
use std::time::Duration;

use crate::error::Error;
use crate::json::ObjectWriter;
use crate::operation::Operation;

/// Receives one JSON event per HTTP attempt, on the thread that made the call.
pub struct Logger(Box<dyn Fn(&str) + Send + Sync>);

impl Logger {
    /// A logger that passes each event to a function.
    pub fn new(log: impl Fn(&str) + Send + Sync + 'static) -> Logger {
        Logger(Box::new(log))
    }

    pub(crate) fn log(&self, attempt: &Attempt<'_>) {
        (self.0)(&attempt.to_json());
    }
}

impl fmt::Debug for Logger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Logger")
    }
}

/// What is told about an attempt: nothing that was sent or received but the
/// status, so nothing secret.
pub(crate) struct Attempt<'a> {
    pub(crate) operation: &'static Operation,
    pub(crate) number: u32,
    pub(crate) request_id: &'a str,
    pub(crate) http_status: Option<u16>,
    pub(crate) error: Option<&'a Error>,
    pub(crate) duration: Duration,
    pub(crate) retry_in: Option<Duration>,
}

impl Attempt<'_> {
    fn to_json(&self) -> String {
        let mut event = ObjectWriter::new();
        event.text("event", "http_attempt");
        event.text("operation", self.operation.name);
        event.text("method", self.operation.method.as_str());
        event.text("path", self.operation.path);
        event.integer("attempt", self.number.into());
        event.text("request_id", self.request_id);
        match self.http_status {
            Some(status) => event.integer("http_status", status.into()),
            None => event.raw("http_status", "null"),
        }
        event.optional_text("status", self.error.map(|error| error.status().name()));
        event.optional_text("code", self.error.map(Error::code));
        event.integer("duration_us", self.duration.as_micros() as u64);
        match self.retry_in {
            Some(wait) => event.integer("retry_in_ms", wait.as_millis() as u64),
            None => event.raw("retry_in_ms", "null"),
        }
        event.finish()
    }
}
