//! Why an exchange has no reply.

use std::fmt;
use std::io;

use super::current::Stage;
use crate::codes::Code;
use crate::net;

/// An exchange without a reply, or with an incomplete one.
pub(crate) struct Failure {
    pub(crate) cause: Cause,
    /// How far the request got.
    pub(crate) stage: Stage,
    /// The status of the answer, if there was one.
    pub(crate) status: Option<u16>,
}

pub(crate) enum Cause {
    /// Connecting failed, or the connection broke.
    Connection(net::Error),
    /// There is an answer that cannot be used.
    Answer { code: Code, why: String },
    /// The HTTP client failed in an unexpected way.
    Internal(String),
}

impl Cause {
    pub(crate) fn answer(code: Code, why: impl Into<String>) -> Cause {
        let why = why.into();
        Cause::Answer { code, why }
    }
}

/// A line of the answer does not fit into the buffer.
#[derive(Debug)]
pub(super) struct LongLine;

impl fmt::Display for LongLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a line of its answer is longer than 16 KiB")
    }
}

impl std::error::Error for LongLine {}

/// ureq must not see a broken connection as its own `Io`: for a body without a length, it
/// treats that as the end of the body.
impl From<net::Error> for ureq::Error {
    fn from(error: net::Error) -> ureq::Error {
        ureq::Error::Other(Box::new(error))
    }
}

impl From<ureq::Error> for Cause {
    fn from(error: ureq::Error) -> Cause {
        use ureq::Error as E;
        match error {
            E::Other(other) => unwrap_own(other),
            E::Io(error) => Cause::Connection(net::Error::Lost(error)),
            // The connection ended in the line with the length of a chunk.
            E::BodyStalled => {
                Cause::Connection(net::Error::Lost(io::ErrorKind::UnexpectedEof.into()))
            }
            E::BodyExceedsLimit(limit) => Cause::answer(
                Code::ResponseTooLarge,
                format!("its answer is larger than {limit} bytes (max_response_bytes)"),
            ),
            E::LargeResponseHeader(_, limit) => Cause::answer(
                Code::ResponseTooLarge,
                format!("the headers of its answer are larger than {limit} bytes"),
            ),
            E::Protocol(why) => {
                Cause::answer(Code::InvalidResponse, invalid_http(&why.to_string()))
            }
            // No other error can happen with this configuration of the agent.
            other => Cause::Internal(format!("the HTTP client failed: {other}")),
        }
    }
}

/// Unwraps an error of our connector or connection.
fn unwrap_own(error: Box<dyn std::error::Error + Send + Sync>) -> Cause {
    let error = match error.downcast::<net::Error>() {
        Ok(error) => return Cause::Connection(*error),
        Err(other) => other,
    };
    if error.is::<LongLine>() {
        Cause::answer(Code::InvalidResponse, error.to_string())
    } else {
        Cause::Internal(error.to_string())
    }
}

/// The message for an answer that is not valid HTTP, from ureq's message.
fn invalid_http(why: &str) -> String {
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
