//! The service refused a call: `{"code","message"}`, or anything at all with a 5xx.

use serde_json::value::RawValue;

use super::failure::{FailedAttempt, Peer};
use super::retry::Repeat;
use crate::codes::Code;
use crate::config::Config;
use crate::error::Error;
use crate::http::Reply;
use crate::json;
use crate::redact::Secrets;

/// The longest message of the service that is passed on, in characters.
const MAX_MESSAGE: usize = 500;

/// How much of a message is searched for secrets, in bytes: a secret that begins
/// in the part that is passed on ends in here.
const MAX_LOOKED_AT: usize = 64 * 1024;

pub(super) fn read(reply: Reply, secrets: &Secrets<'_>, config: &Config) -> FailedAttempt {
    let (status, stage) = (reply.status, reply.stage);
    let peer = Peer { stage, config };
    let text = std::str::from_utf8(&reply.body).unwrap_or_default();
    let [code, message] = json::select_members(text, ["code", "message"]).unwrap_or_default();
    let text_of = |value: &RawValue| json::string_prefix(value.get());
    let code = code.filter(|code| code.get() != "null");
    let has_code = code.is_some();
    let allowed = code
        .and_then(text_of)
        .filter(|code| secrets.allow_code(code));
    let message = message.and_then(text_of);
    // Searching the message for secrets takes as much memory again.
    drop(reply.body);
    let from_service = allowed.is_some() && message.is_some();
    let message = match &allowed {
        None if has_code => format!(
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
    FailedAttempt {
        error: error
            .with_http_status(status)
            .with_from_service(from_service),
        repeat,
        retry_after: reply.retry_after,
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
