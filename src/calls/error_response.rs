//! Reads an error response: a code and a message from the service, or anything from a gateway.

use serde_json::value::RawValue;

use super::dialect::Dialect;
use super::failure::{FailedAttempt, Peer};
use super::retry::Retry;
use crate::codes::Code;
use crate::config::Common;
use crate::error::Error;
use crate::http::Reply;
use crate::json::{self, Malformed};
use crate::redact::Secrets;

/// The longest message of the service that is returned, in characters.
const MAX_MESSAGE: usize = 500;

/// How much of a message is searched for secrets, in bytes. A secret that starts in the
/// returned part ends before this limit.
const MAX_SEARCHED: usize = 64 * 1024;

pub(super) fn read(
    reply: Reply,
    secrets: &Secrets<'_>,
    dialect: &Dialect,
    config: &Common,
) -> FailedAttempt {
    let (status, stage) = (reply.status, reply.stage);
    let peer = Peer { stage, config };
    let text = std::str::from_utf8(&reply.body).unwrap_or_default();
    let message = dialect.error_message;
    let other = dialect.other_error_message.unwrap_or(message);
    let names = [dialect.error_code, message, other];
    let members = json::select_members(text, names);
    let missing = match &members {
        Ok(_) | Err(Malformed::NotAnObject(_)) => "without a message".to_owned(),
        Err(problem) => format!("with an object that cannot be used: {problem}"),
    };
    let [code, message, other] = members.unwrap_or_default();
    let text_of = |value: &RawValue| json::string_prefix(value.get());
    let code = code.filter(|code| code.get() != "null");
    let has_code = code.is_some();
    let allowed = code
        .and_then(text_of)
        .filter(|code| secrets.allow_code(code));
    let message = message
        .and_then(text_of)
        .or_else(|| other.and_then(text_of));
    // Frees the body before the search for secrets, which takes as much memory again.
    drop(reply.body);
    let from_service = allowed.is_some() && message.is_some();
    let message = match &allowed {
        None if has_code => format!(
            "{peer}: it answered {status}; the code is not a short lower-case name, or may repeat \
             a secret, so code and message are left out"
        ),
        _ => match message.filter(|message| !message.is_empty()) {
            Some(message) => returned_message(message, status, secrets, &peer),
            None => format!("{peer}: it answered {status} {missing}"),
        },
    };
    let without_code = match status {
        429 => Code::RateLimited,
        _ => Code::HttpError,
    };
    let error = match allowed {
        Some(code) => Error::of_service(without_code.status(), code, message),
        None => Error::new(without_code, message),
    };
    let retry = match status {
        429 => Retry::UnlessCode,
        // A 503 too, with or without `Retry-After`: a gateway may answer it after the
        // service has executed the call.
        500.. => Retry::IfSafe,
        _ => Retry::Never,
    };
    FailedAttempt {
        error: error
            .with_http_status(status)
            .with_from_service(from_service),
        retry,
        retry_after: reply.retry_after,
    }
}

/// The service's message, or a replacement for it.
fn returned_message(
    mut message: String,
    status: u16,
    secrets: &Secrets<'_>,
    peer: &Peer<'_>,
) -> String {
    message.truncate(message.floor_char_boundary(MAX_SEARCHED));
    if secrets.may_appear_in(&message) {
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
