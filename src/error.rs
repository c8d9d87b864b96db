//! The error of every call: a status, a stable code and a message that helps.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use crate::codes::Code;
use crate::json::ObjectWriter;
pub use crate::status::lid_status as Status;

/// An error of any call. It never holds a private key, a bearer token, a
/// password or a code.
#[derive(Clone, Debug)]
pub struct Error(Box<Fields>);

#[derive(Clone, Debug)]
struct Fields {
    status: Status,
    code: Cow<'static, str>,
    message: String,
    operation: Option<&'static str>,
    operation_is_final: bool,
    http_status: Option<u16>,
    from_service: bool,
    request_id: Option<String>,
    retryable: bool,
    retry_after: Option<Duration>,
}

/// The result of every call.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An error of this library, with the status that its code has.
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Error {
        Error::with_code(code.status(), code.text().into(), message.into())
    }

    /// An error with the code of the service.
    pub(crate) fn of_service(status: Status, code: String, message: String) -> Error {
        Error::with_code(status, code.into(), message)
    }

    fn with_code(status: Status, code: Cow<'static, str>, mut message: String) -> Error {
        // A C string ends there. It may be the service's, or the name of a member.
        if message.contains('\0') {
            message = message.replace('\0', "\u{fffd}");
        }
        Error(Box::new(Fields {
            status,
            code,
            message,
            operation: None,
            operation_is_final: false,
            http_status: None,
            from_service: false,
            request_id: None,
            retryable: false,
            retry_after: None,
        }))
    }

    pub(crate) fn cancelled() -> Error {
        Error::new(Code::Cancelled, "the call was cancelled")
    }

    pub(crate) fn internal(message: impl Into<String>) -> Error {
        Error::new(Code::InternalError, message)
    }

    /// The outermost call names the error: it is the one the caller made.
    pub(crate) fn with_operation(mut self, operation: &'static str) -> Error {
        if !self.0.operation_is_final {
            self.0.operation = Some(operation);
        }
        self
    }

    /// Keeps the name of a call inside another one: no retry of the outer call would help.
    pub(crate) fn with_final_operation(mut self) -> Error {
        self.0.operation_is_final = true;
        self
    }

    /// Puts the subject of the message in front of it.
    pub(crate) fn prefixed(mut self, subject: &dyn fmt::Display) -> Error {
        self.0.message = format!("{subject}: {}", self.0.message);
        self
    }

    /// The same error with another code, and its status.
    pub(crate) fn with_code_of(mut self, code: Code) -> Error {
        self.0.status = code.status();
        self.0.code = code.text().into();
        self
    }

    pub(crate) fn with_http_status(mut self, http_status: u16) -> Error {
        self.0.http_status = Some(http_status);
        self
    }

    /// Whether the answer was the service's own error object, with a code and a
    /// message. Anything else may come from a gateway or another server.
    pub(crate) fn with_from_service(mut self, from_service: bool) -> Error {
        self.0.from_service = from_service;
        self
    }

    pub(crate) fn is_from_service(&self) -> bool {
        self.0.from_service
    }

    pub(crate) fn with_request_id(mut self, request_id: &str) -> Error {
        self.0
            .request_id
            .get_or_insert_with(|| request_id.to_owned());
        self
    }

    /// With the request id of an error that this one replaces.
    pub(crate) fn with_request_id_of(self, other: &Error) -> Error {
        match other.request_id() {
            Some(request_id) => self.with_request_id(request_id),
            None => self,
        }
    }

    pub(crate) fn without_request_id(mut self) -> Error {
        self.0.request_id = None;
        self
    }

    pub(crate) fn with_retryable(mut self, retryable: bool) -> Error {
        self.0.retryable = retryable;
        self
    }

    pub(crate) fn with_retry_after(mut self, retry_after: Option<Duration>) -> Error {
        self.0.retry_after = retry_after;
        self
    }

    /// What kind of error this is.
    pub fn status(&self) -> Status {
        self.0.status
    }

    /// The service's code for its errors, else a code of this library, which
    /// `docs/errors.md` lists.
    pub fn code(&self) -> &str {
        &self.0.code
    }

    /// Says what is wrong and how to fix it, for a person to read.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The call that failed, for example `get_user`, if it is known.
    pub fn operation(&self) -> Option<&'static str> {
        self.0.operation
    }

    /// The HTTP status of the service's answer, when there was one.
    pub fn http_status(&self) -> Option<u16> {
        self.0.http_status
    }

    /// The `Request-ID` that was sent; the service's support asks for it.
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// Whether the caller may repeat the call without doing anything twice.
    pub fn retryable(&self) -> bool {
        self.0.retryable
    }

    /// How long the service asked to wait.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// The error object of the C interface: `{"error":{"status":…}}`.
    pub fn to_json(&self) -> String {
        let fields = &*self.0;
        let mut error = ObjectWriter::new();
        error.value("status", fields.status.name());
        error.value("code", &fields.code);
        error.value("message", &fields.message);
        error.value("operation", fields.operation);
        error.value("http_status", fields.http_status);
        error.value("request_id", &fields.request_id);
        error.value("retryable", fields.retryable);
        let retry_after = fields.retry_after.map(|wait| wait.as_millis() as u64);
        error.value("retry_after_ms", retry_after);
        let mut outer = ObjectWriter::new();
        outer.raw("error", &error.finish());
        outer.finish()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields = &*self.0;
        write!(
            f,
            "{}: {} ({}",
            fields.status.name(),
            fields.message,
            fields.code
        )?;
        if let Some(id) = &fields.request_id {
            write!(f, ", request {id}")?;
        }
        f.write_str(")")
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn error_object_has_every_field_and_escapes_text() {
        let error = Error::of_service(
            Status::LID_ERROR_API,
            "user_not_found".to_owned(),
            "no \"user\"\n\u{1}".to_owned(),
        )
        .with_operation("get_user")
        .with_http_status(404)
        .with_request_id("id-1")
        .with_retryable(true)
        .with_retry_after(Some(Duration::from_millis(1500)));
        let parsed: serde_json::Value = serde_json::from_str(&error.to_json()).unwrap();
        assert_eq!(
            parsed,
            serde_json::json!({"error": {
                "status": "LID_ERROR_API", "code": "user_not_found",
                "message": "no \"user\"\n\u{1}", "operation": "get_user",
                "http_status": 404, "request_id": "id-1",
                "retryable": true, "retry_after_ms": 1500
            }})
        );
    }
}
