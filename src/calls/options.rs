//! The options of a derived client: what differs from the configuration in its calls.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde_json::value::RawValue;
use ureq::http::HeaderValue;

use super::arguments;
use crate::budget::Budget;
use crate::cancel::{Cancel, Cancels};
use crate::codes::Code;
use crate::config::{Common, Header, MAX_RETRIES, MILLISECONDS, add_header};
use crate::error::{Error, Result};
use crate::input::number::whole_number;
use crate::json;
use crate::random;

/// The argument that these options are read from.
const NAME: &str = "options";

const MEMBERS: [&str; 4] = ["timeout_ms", "max_retries", "headers", "request_id"];

/// The longest request id, in characters.
const MAX_REQUEST_ID: usize = 128;

/// Options of each call of one client. What is not set is as configured.
#[derive(Clone, Debug, Default)]
pub(crate) struct CallOptions {
    timeout: Option<Duration>,
    max_retries: Option<u32>,
    /// All headers, with those of the configuration.
    headers: Option<Arc<[Header]>>,
    request_id: Option<RequestId>,
    cancels: Cancels,
}

impl CallOptions {
    /// These options with those of a JSON object, which take precedence, and one more
    /// cancel.
    pub(crate) fn and(
        &self,
        text: Option<&str>,
        cancel: Option<Arc<Cancel>>,
        config: &Common,
    ) -> Result<CallOptions> {
        let mut options = CallOptions {
            cancels: self.cancels.and(cancel),
            ..self.clone()
        };
        let members = match text {
            Some(text) => arguments::options(text, NAME, &MEMBERS)?,
            None => Vec::new(),
        };
        for (name, value) in members {
            match name.as_str() {
                "timeout_ms" => {
                    let limit = integer(&name, value, MILLISECONDS)?;
                    options.timeout = Some(Duration::from_millis(limit));
                }
                "max_retries" => {
                    options.max_retries = Some(integer(&name, value, MAX_RETRIES)? as u32);
                }
                "headers" => {
                    let headers = headers(value, self.headers(config))?;
                    options.headers = Some(headers.into());
                }
                _ => options.request_id = Some(request_id(value)?),
            }
        }
        Ok(options)
    }

    /// The budget of a call. `limit` is that of the configuration.
    pub(crate) fn budget(&self, limit: Duration) -> Budget {
        Budget {
            cancels: self.cancels.clone(),
            ..Budget::within(self.timeout.unwrap_or(limit))
        }
    }

    /// The error of every call after a cancel.
    pub(crate) fn check_not_cancelled(&self) -> Result<()> {
        match self.cancels.is_triggered() {
            true => Err(Error::cancelled()),
            false => Ok(()),
        }
    }

    pub(super) fn max_retries(&self, config: &Common) -> u32 {
        self.max_retries.unwrap_or(config.max_retries)
    }

    pub(super) fn headers<'a>(&'a self, config: &'a Common) -> &'a [Header] {
        self.headers.as_deref().unwrap_or(&config.headers)
    }

    /// The request id of a call: the one that was given, or a new one.
    pub(super) fn request_id(&self) -> Result<RequestId> {
        match &self.request_id {
            Some(given) => Ok(given.clone()),
            None => RequestId::new(random::uuid()?),
        }
    }
}

/// The id of a request, as the value of its header. A clone shares its memory.
#[derive(Clone, Debug)]
pub(super) struct RequestId(HeaderValue);

impl RequestId {
    fn new(id: impl AsRef<[u8]> + Send + 'static) -> Result<RequestId> {
        let value = HeaderValue::from_maybe_shared(Bytes::from_owner(id));
        let value = value.map_err(|_| Error::internal("the request id cannot be sent"))?;
        Ok(RequestId(value))
    }

    pub(super) fn header(&self) -> &HeaderValue {
        &self.0
    }

    pub(super) fn as_str(&self) -> &str {
        // It is visible ASCII.
        self.0.to_str().unwrap_or_default()
    }
}

/// An error that names the member, and not its value, which may be a secret.
fn invalid(why: impl std::fmt::Display) -> Error {
    Error::new(Code::InvalidOptions, format!("{NAME}: {why}"))
}

fn integer(name: &str, value: &RawValue, range: std::ops::RangeInclusive<u64>) -> Result<u64> {
    let (least, most) = (range.start(), range.end());
    whole_number(value.get())
        .ok()
        .filter(|number| range.contains(number))
        .ok_or_else(|| {
            invalid(format!(
                "{name} must be a whole number from {least} to {most}"
            ))
        })
}

/// The headers of an object, with those of `others` that have other names.
fn headers(value: &RawValue, others: &[Header]) -> Result<Vec<Header>> {
    let members = json::members(value.get()).map_err(|problem| match problem {
        json::Malformed::NotAnObject(_) => invalid("headers must be an object of strings"),
        problem => invalid(format!("headers: {problem}")),
    })?;
    let mut headers = Vec::with_capacity(others.len() + members.len());
    for (name, value) in &members {
        let value = json::secret_text(value.get()).ok_or_else(|| {
            let name = json::shown_name(name);
            invalid(format!("headers: the member {name} must be a string"))
        })?;
        add_header(&mut headers, name, &value).map_err(|why| invalid(format!("headers: {why}")))?;
    }
    let added = headers.len();
    for other in others {
        if !headers.iter().take(added).any(|(name, _)| *name == other.0) {
            headers.push(other.clone());
        }
    }
    Ok(headers)
}

fn request_id(value: &RawValue) -> Result<RequestId> {
    let text = json::secret_text(value.get()).unwrap_or_default();
    let is_visible = text.bytes().all(|byte| byte.is_ascii_graphic());
    if !is_visible || !(1..=MAX_REQUEST_ID).contains(&text.len()) {
        return Err(invalid(format!(
            "request_id must be a string of 1 to {MAX_REQUEST_ID} visible ASCII characters \
             without spaces"
        )));
    }
    RequestId::new(text.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn config() -> Common {
        let text = r#"{"client_id":"a","max_retries":1,"headers":{"x-a":"1","x-b":"1"}}"#;
        Config::from_json(text).unwrap().common
    }

    fn shown(headers: &[Header]) -> Vec<String> {
        let shown = |(name, value): &Header| format!("{name}={}", value.to_str().unwrap());
        headers.iter().map(shown).collect()
    }

    #[test]
    fn options_replace_the_configuration_and_add_to_earlier_ones() {
        let config = config();
        let none = CallOptions::default();
        assert_eq!(shown(none.headers(&config)), ["x-a=1", "x-b=1"]);
        let first = r#"{"headers":{"X-A":"2"},"timeout_ms":86400000,"request_id":"id-1"}"#;
        let first = none.and(Some(first), None, &config).unwrap();
        let second = r#"{"headers":{"x-c":"3"},"max_retries":0,"timeout_ms":1}"#;
        let second = first.and(Some(second), None, &config).unwrap();
        assert_eq!(shown(first.headers(&config)), ["x-a=2", "x-b=1"]);
        assert_eq!(shown(second.headers(&config)), ["x-c=3", "x-a=2", "x-b=1"]);
        assert_eq!(
            (first.max_retries(&config), second.max_retries(&config)),
            (1, 0)
        );
        assert_eq!(second.request_id().unwrap().as_str(), "id-1");
        assert_eq!(second.timeout, Some(Duration::from_millis(1)));
        for empty in [None, Some("{}"), Some(" {\n} ")] {
            let same = second.and(empty, None, &config).unwrap();
            assert_eq!(same.timeout, second.timeout);
        }
    }

    #[test]
    fn debug_output_shows_no_header() {
        let text = r#"{"headers":{"x-key":"CANARY"}}"#;
        let options = CallOptions::default().and(Some(text), None, &config());
        let shown = format!("{:?}", options.unwrap());
        assert!(
            shown.contains("x-key") && !shown.contains("CANARY"),
            "{shown}"
        );
    }

    #[test]
    fn a_bad_member_is_named_and_its_value_is_not_shown() {
        let long = format!(r#"{{"request_id":"{}"}}"#, "x".repeat(129));
        for (text, named) in [
            (r#"{"timeout":1}"#, "'timeout'"),
            (r#"{"timeout_ms":0}"#, "from 1 to 86400000"),
            (r#"{"timeout_ms":86400001}"#, "timeout_ms"),
            (r#"{"timeout_ms":1.5}"#, "timeout_ms"),
            (r#"{"timeout_ms":"CANARY"}"#, "timeout_ms"),
            (r#"{"timeout_ms":null}"#, "timeout_ms"),
            (r#"{"max_retries":-1}"#, "max_retries"),
            (r#"{"max_retries":11}"#, "from 0 to 10"),
            (r#"{"headers":"CANARY"}"#, "headers must be an object"),
            (r#"{"headers":{"x-a":1}}"#, "'x-a' must be a string"),
            (r#"{"headers":{"x-a":"1","x-a":"2"}}"#, "'x-a' twice"),
            (
                r#"{"headers":{"X-A":"1","x-a":"2"}}"#,
                "'x-a' is given twice",
            ),
            (r#"{"headers":{"x a":"CANARY"}}"#, "not a valid header name"),
            (
                r#"{"headers":{"Authorization":"CANARY"}}"#,
                "'Authorization' is set by",
            ),
            (
                r#"{"headers":{"x-a":"CANARY\r\nx-b: 1"}}"#,
                "'x-a' has a value",
            ),
            (r#"{"request_id":""}"#, "1 to 128"),
            (r#"{"request_id":7}"#, "request_id"),
            (r#"{"request_id":"CAN ARY"}"#, "request_id"),
            (r#"{"request_id":"CANARYé"}"#, "request_id"),
            (r#"{"request_id":"a","request_id":"b"}"#, "twice"),
            (&long, "request_id"),
        ] {
            let error = CallOptions::default().and(Some(text), None, &config());
            let error = error.unwrap_err();
            let expected = match text.contains(r#""a","request_id""#) {
                true => "invalid_json",
                false => "invalid_options",
            };
            assert_eq!(error.code(), expected, "{text}");
            assert!(error.message().contains(named), "{text}: {error}");
            let message = error.message();
            assert!(
                !message.contains("CANARY") && !message.contains("xxxx"),
                "{error}"
            );
        }
        for text in ["", "1", "[]", "{", "{}1", "null"] {
            let error = CallOptions::default().and(Some(text), None, &config());
            assert_eq!(error.unwrap_err().code(), "invalid_json", "{text}");
        }
    }
}
