//! Turning whatever went wrong with an attempt into an error, and into what that
//! says about repeating it.

use std::time::Duration;

use serde_json::value::RawValue;

use super::connector::was_sent;
use super::failure::Failure;
use super::redact::Secrets;
use super::retry::Repeat;
use crate::error::{Error, Status};
use crate::json;

/// The longest message of the service that is passed on, in characters.
const MAX_MESSAGE: usize = 500;

/// How much of a message is searched for secrets, in bytes: a secret that begins
/// in the part that is passed on ends in here.
const MAX_LOOKED_AT: usize = 64 * 1024;

/// An attempt that failed, and what that says about repeating it.
pub(super) struct Failed {
    pub(super) error: Error,
    pub(super) repeat: Repeat,
    pub(super) retry_after: Option<Duration>,
}

impl Failed {
    pub(super) fn with_status(mut self, status: u16) -> Failed {
        self.error = self.error.with_http_status(status);
        self
    }

    /// The error, unless another request failed: the one for the key that the
    /// answer to this attempt has to be verified with. That one has a request id,
    /// and was logged as an attempt of its own.
    pub(super) fn of_this_attempt(&self) -> Option<&Error> {
        Some(&self.error).filter(|error| error.request_id().is_none())
    }
}

/// An answer that arrived, and was refused when it was looked at.
pub(super) fn judged(error: Error, status: u16) -> Failed {
    let failed = Failed {
        retry_after: error.retry_after(),
        error,
        // The call itself was carried out, whatever may be said of fetching a key.
        repeat: Repeat::Never,
    };
    match failed.of_this_attempt() {
        Some(_) => failed.with_status(status),
        None => failed,
    }
}

pub(super) fn internal(message: &str) -> Failed {
    Failed {
        error: Error::internal(message),
        repeat: Repeat::Never,
        retry_after: None,
    }
}

/// The answer is there, and is not what the protocol promises.
pub(super) fn unexpected(code: &'static str, message: impl Into<String>) -> Failed {
    Failed {
        error: Error::new(Status::Response, code, message),
        repeat: Repeat::Never,
        retry_after: None,
    }
}

/// No answer, or half of one.
pub(super) fn failed(error: ureq::Error) -> Failed {
    let sent = was_sent();
    let (status, code, message) = match error {
        ureq::Error::Other(other) => match other.downcast::<Failure>() {
            Ok(failure) => return from_connector(*failure, sent),
            Err(other) => (Status::Network, "connection_lost", other.to_string()),
        },
        ureq::Error::Timeout(ureq::Timeout::Connect | ureq::Timeout::Resolve) => (
            Status::Timeout,
            "connect_timeout",
            "no connection could be made in time".to_owned(),
        ),
        ureq::Error::Timeout(_) => (
            Status::Timeout,
            "timeout",
            "the deadline passed before the service had answered".to_owned(),
        ),
        ureq::Error::Io(error) if !sent => (
            Status::Network,
            "connect_failed",
            format!("no connection could be made: {error}"),
        ),
        ureq::Error::Io(error) => (
            Status::Network,
            "connection_lost",
            format!("the connection broke before the answer was complete: {error}"),
        ),
        ureq::Error::BodyExceedsLimit(limit) => {
            return unexpected(
                "response_too_large",
                format!("the service's answer is larger than {limit} bytes (max_response_bytes)"),
            );
        }
        ureq::Error::LargeResponseHeader(_, limit) => {
            return unexpected(
                "response_too_large",
                format!("the headers of the service's answer are larger than {limit} bytes"),
            );
        }
        other => {
            return unexpected(
                "invalid_response",
                format!("the service's answer is not valid HTTP: {other}"),
            );
        }
    };
    Failed {
        error: Error::new(status, code, message),
        repeat: if sent { Repeat::IfSafe } else { Repeat::Always },
        retry_after: None,
    }
}

fn from_connector(failure: Failure, sent: bool) -> Failed {
    let again = if sent { Repeat::IfSafe } else { Repeat::Always };
    let (status, code, repeat) = match failure {
        Failure::Cancelled => {
            return Failed {
                error: Error::cancelled(),
                repeat: Repeat::Never,
                retry_after: None,
            };
        }
        Failure::Internal(error) => {
            return Failed {
                error,
                repeat: Repeat::Never,
                retry_after: None,
            };
        }
        Failure::Dns(_) => (Status::Network, "dns_failed", again),
        Failure::Connect(_) => (Status::Network, "connect_failed", again),
        Failure::Certificate(_) => (Status::Tls, "certificate_invalid", Repeat::Never),
        Failure::Tls(_) => (Status::Tls, "tls_failed", again),
        Failure::Lost(_) if sent => (Status::Network, "connection_lost", again),
        Failure::Lost(_) => (Status::Network, "connect_failed", again),
        Failure::Proxy(_) => (Status::Network, "proxy_failed", again),
        // Repeated, a wrong password may lock the account.
        Failure::ProxyLogin(_) => (Status::Network, "proxy_failed", Repeat::Never),
    };
    Failed {
        error: Error::new(status, code, failure.to_string()),
        repeat,
        retry_after: None,
    }
}

/// The service said no: `{"code","message"}`, or anything at all with a 5xx.
pub(super) fn refused(
    status: u16,
    answer: &[u8],
    retry_after: Option<Duration>,
    secrets: &Secrets<'_>,
) -> Failed {
    let text = std::str::from_utf8(answer).unwrap_or_default();
    let [code, message] = json::wanted(text, ["code", "message"]).unwrap_or_default();
    let said = |value: &RawValue| json::beginning(value.get());
    let code = code.filter(|code| code.get() != "null");
    let allowed = code.and_then(said).filter(|code| secrets.allow_code(code));
    let message = message.and_then(said);
    let from_service = allowed.is_some() && message.is_some();
    let message = match (code, &allowed) {
        (Some(_), None) => format!(
            "the service answered {status}; its code is not a short name in small letters, \
             or may repeat a secret, so code and message are left out"
        ),
        _ => shown(message, status, secrets),
    };
    let (kind, default_code) = match status {
        429 => (Status::RateLimited, "rate_limited"),
        _ => (Status::Api, "http_error"),
    };
    let error = match allowed {
        Some(code) => Error::new(kind, code, message),
        None => Error::new(kind, default_code, message),
    };
    let repeat = match status {
        429 => Repeat::UnlessCode,
        // A 503 too, with `Retry-After` or without: a gateway may say it after the
        // service has carried the call out.
        500.. => Repeat::IfSafe,
        _ => Repeat::Never,
    };
    Failed {
        error: error
            .with_http_status(status)
            .with_from_service(from_service),
        repeat,
        retry_after,
    }
}

/// The service's message, or what stands in its place.
fn shown(message: Option<String>, status: u16, secrets: &Secrets<'_>) -> String {
    let Some(mut message) = message.filter(|message| !message.is_empty()) else {
        return format!("the service answered {status} without saying why");
    };
    message.truncate(message.floor_char_boundary(MAX_LOOKED_AT));
    if secrets.may_be_in(&message) {
        return format!(
            "the service answered {status}; its message is left out, since it may repeat a secret"
        );
    }
    if let Some((end, _)) = message.char_indices().nth(MAX_MESSAGE) {
        message.truncate(end);
        message.push('…');
    }
    message
}
