//! One answered request in one line of the log, and in one event of the control API.

use std::borrow::Cow;
use std::fmt;

use axum::http::request::Parts;
use axum::response::Response;
use serde::Serialize;

use crate::error::ServiceError;
use crate::route::Operation;
use crate::state::clock::{Millis, timestamp};

#[derive(Serialize)]
pub struct Summary {
    received_at_ms: Millis,
    method: String,
    path: String,
    /// Its number in the list of requests; none if it is not there.
    pub number: Option<u64>,
    operation: Option<&'static str>,
    /// The status that the client got; none if a fault took the connection.
    status: Option<u16>,
    code: Option<&'static str>,
    reason: Option<Cow<'static, str>>,
    pub fault: Option<&'static str>,
}

impl Summary {
    /// A request that is not answered yet. The query is left out: it may name a user.
    pub fn new(head: &Parts, now: Millis) -> Self {
        Self {
            received_at_ms: now,
            method: head.method.to_string(),
            path: head.uri.path().to_owned(),
            number: None,
            operation: None,
            status: None,
            code: None,
            reason: None,
            fault: None,
        }
    }

    /// What the service answered, even if a fault keeps it from the client.
    pub fn carried_out(&mut self, answer: &Response) {
        if let Some(Operation(name)) = answer.extensions().get() {
            self.operation = Some(name);
        }
        if let Some(error) = answer.extensions().get::<ServiceError>() {
            self.code = Some(error.code);
            self.reason = Some(error.message.clone());
        }
    }

    /// What the client gets.
    pub fn answered(&mut self, answer: &Response) {
        self.carried_out(answer);
        self.status = Some(answer.status().as_u16());
    }

    /// Whether the control API was asked to change something, and did.
    pub fn has_changed(&self) -> bool {
        !matches!(self.method.as_str(), "GET" | "HEAD") && self.status == Some(200)
    }
}

/// `2026-01-02T03:04:05.678Z POST /tx 401 create_tx unauthorized: The service token's signature is not valid`
impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = timestamp(self.received_at_ms);
        write!(f, "{at} {} ", self.method)?;
        // A terminal obeys some characters, such as U+009B, or shows what follows in another order.
        for byte in self.path.bytes() {
            match byte.is_ascii_graphic() {
                true => write!(f, "{}", char::from(byte))?,
                false => write!(f, "%{byte:02X}")?,
            }
        }
        match self.status {
            Some(status) => write!(f, " {status}")?,
            None => f.write_str(" -")?,
        }
        write!(f, " {}", self.operation.unwrap_or("-"))?;
        if let (Some(code), Some(reason)) = (self.code, &self.reason) {
            write!(f, " {code}: {reason}")?;
        }
        match self.fault {
            Some(fault) => write!(f, " (fault {fault})"),
            None => Ok(()),
        }
    }
}
