//! Turning whatever went wrong with an attempt into an error, and into what that
//! says about repeating it.

use std::fmt;
use std::io;
use std::time::Duration;

use serde_json::value::RawValue;

use super::connector::{Stage, stage};
use super::failure::Failure;
use super::redact::Secrets;
use super::retry::Repeat;
use crate::codes::Code;
use crate::config::Config;
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

    /// Names the service in an error about its answer, which is worded to follow
    /// the name: "the service api.example.com:443: its answer is not UTF-8".
    pub(super) fn named(mut self, config: &Config) -> Failed {
        let own = self.of_this_attempt().is_some();
        if own && self.error.status() == Status::LID_ERROR_RESPONSE {
            let stage = Stage::Sent;
            self.error = self.error.prefixed(&Peer { stage, config });
        }
        self
    }

    /// The error, unless another request failed: the one for the key that the
    /// answer to this attempt has to be verified with. That one has a request id,
    /// and was logged as an attempt of its own. What it says about the token that
    /// is in this answer is an error of this answer.
    pub(super) fn of_this_attempt(&self) -> Option<&Error> {
        let is_own = |error: &&Error| {
            error.request_id().is_none() || error.status() == Status::LID_ERROR_TOKEN_INVALID
        };
        Some(&self.error).filter(is_own)
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
    if failed.of_this_attempt().is_none() {
        return failed;
    }
    Failed {
        error: failed.error.with_http_status(status).without_request_id(),
        ..failed
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
pub(super) fn unexpected(code: Code, message: impl Into<String>) -> Failed {
    Failed {
        error: Error::new(code, message),
        repeat: Repeat::Never,
        retry_after: None,
    }
}

/// No answer, or half of one. The message names the other side.
pub(super) fn failed(error: ureq::Error, config: &Config) -> Failed {
    use ureq::{Error as E, Timeout};
    let failure = match error {
        E::Other(other) => match other.downcast::<Failure>() {
            Ok(failure) => *failure,
            Err(other) => Failure::Internal(Error::internal(other.to_string())),
        },
        E::Timeout(Timeout::Connect | Timeout::Resolve) => Failure::ConnectTimeout,
        E::Timeout(_) => Failure::Timeout,
        E::Io(error) => Failure::Lost(error),
        // The connection ended within the line that says how long a chunk is.
        E::BodyStalled => Failure::Lost(io::ErrorKind::UnexpectedEof.into()),
        E::BodyExceedsLimit(limit) => {
            return unexpected(
                Code::ResponseTooLarge,
                format!("its answer is larger than {limit} bytes (max_response_bytes)"),
            );
        }
        E::LargeResponseHeader(_, limit) => {
            return unexpected(
                Code::ResponseTooLarge,
                format!("the headers of its answer are larger than {limit} bytes"),
            );
        }
        E::Protocol(why) => return unexpected(Code::InvalidResponse, not_http(&why.to_string())),
        // Nothing else happens with the way that the agent is configured.
        other => Failure::Internal(Error::internal(format!("the HTTP client failed: {other}"))),
    };
    without_answer(failure, &Peer::new(config))
}

fn without_answer(failure: Failure, peer: &Peer<'_>) -> Failed {
    let sent = peer.stage == Stage::Sent;
    let again = if sent { Repeat::IfSafe } else { Repeat::Always };
    let message = format!("{peer}: {failure}");
    let (error, repeat) = match failure {
        Failure::Cancelled => (Error::cancelled(), Repeat::Never),
        Failure::Internal(error) => (error, Repeat::Never),
        Failure::Dns(_) => (Error::new(Code::DnsFailed, message), again),
        Failure::Connect(_) => (Error::new(Code::ConnectFailed, message), again),
        Failure::Lost(_) if sent => (Error::new(Code::ConnectionLost, message), again),
        Failure::Lost(_) => (Error::new(Code::ConnectFailed, message), again),
        Failure::Proxy(_) => (Error::new(Code::ProxyFailed, message), again),
        // Repeated, a wrong password may lock the account.
        Failure::ProxyLogin(_) => (Error::new(Code::ProxyFailed, message), Repeat::Never),
        Failure::Certificate(_) => (Error::new(Code::CertificateInvalid, message), Repeat::Never),
        Failure::Tls(_) => (Error::new(Code::TlsFailed, message), again),
        Failure::LongLine => return unexpected(Code::InvalidResponse, failure.to_string()),
        Failure::ConnectTimeout => (Error::new(Code::ConnectTimeout, message), again),
        Failure::Timeout => (Error::new(Code::Timeout, message), again),
    };
    Failed {
        error,
        repeat,
        retry_after: None,
    }
}

/// The other side of the connection that failed.
struct Peer<'a> {
    stage: Stage,
    config: &'a Config,
}

impl Peer<'_> {
    fn new(config: &Config) -> Peer<'_> {
        let stage = stage();
        Peer { stage, config }
    }
}

impl fmt::Display for Peer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let service = &self.config.base_url;
        match (self.stage, self.config.proxy.as_deref()) {
            (Stage::Proxy, Some(proxy)) => write!(f, "the proxy {}:{}", proxy.host, proxy.port),
            (_, None) => write!(f, "the service {}:{}", service.host(), service.port()),
            (_, Some(proxy)) => write!(
                f,
                "the service {}:{} (through the proxy {}:{})",
                service.host(),
                service.port(),
                proxy.host,
                proxy.port
            ),
        }
    }
}

/// What of an answer cannot be read, in ureq's words.
fn not_http(why: &str) -> String {
    match why {
        "http parse resulted in too many headers" => {
            "its answer has more than 128 headers".to_owned()
        }
        "received headers with 100-continue response" => {
            "it sent a 100 Continue with headers, which is not supported".to_owned()
        }
        _ => format!("its answer is not valid HTTP: {why}; check the scheme and port of base_url"),
    }
}

/// The service said no: `{"code","message"}`, or anything at all with a 5xx.
pub(super) fn refused(
    status: u16,
    answer: &[u8],
    retry_after: Option<Duration>,
    secrets: &Secrets<'_>,
    config: &Config,
) -> Failed {
    let peer = Peer::new(config);
    let text = std::str::from_utf8(answer).unwrap_or_default();
    let [code, message] = json::select_members(text, ["code", "message"]).unwrap_or_default();
    let said = |value: &RawValue| json::string_prefix(value.get());
    let code = code.filter(|code| code.get() != "null");
    let allowed = code.and_then(said).filter(|code| secrets.allow_code(code));
    let message = message.and_then(said);
    let from_service = allowed.is_some() && message.is_some();
    let message = match (code, &allowed) {
        (Some(_), None) => format!(
            "{peer}: it answered {status}; the code is not a short name in small letters, \
             or may repeat a secret, so code and message are left out"
        ),
        _ => shown(message, status, secrets, &peer),
    };
    let without_code = match status {
        429 => Code::RateLimited,
        _ => Code::HttpError,
    };
    let error = match allowed {
        Some(code) => Error::of_service(without_code.status(), code, message),
        None => Error::new(without_code, message),
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
fn shown(message: Option<String>, status: u16, secrets: &Secrets<'_>, peer: &Peer<'_>) -> String {
    let Some(mut message) = message.filter(|message| !message.is_empty()) else {
        return format!("{peer}: it answered {status} without saying why");
    };
    message.truncate(message.floor_char_boundary(MAX_LOOKED_AT));
    if secrets.may_be_in(&message) {
        return format!(
            "{peer}: it answered {status}; the message is left out, since it may repeat a secret"
        );
    }
    if let Some((end, _)) = message.char_indices().nth(MAX_MESSAGE) {
        message.truncate(end);
        message.push('…');
    }
    message
}
