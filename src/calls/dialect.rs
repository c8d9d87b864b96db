//! What the services do differently in every exchange.

use crate::codes::Code;
use crate::error::Error;

/// How a service is spoken to.
#[derive(Debug)]
pub(crate) struct Dialect {
    /// The members of an error response.
    pub(crate) error_code: &'static str,
    pub(crate) error_message: &'static str,
    /// Another name of the message: gateways have their own.
    pub(crate) other_error_message: Option<&'static str>,
    /// Whether requests without a body name the type of one.
    pub(crate) always_names_content: bool,
}

impl Dialect {
    /// The error of a request for keys whose answer, a 400 or 404, is not the service's. Others
    /// answer so too: a gateway while the service is down, or a web server to which `base_url`
    /// points by mistake.
    pub(crate) fn not_from_service(&self, error: &Error, path: &str) -> Option<Error> {
        let Some(status @ (400 | 404)) = error.http_status() else {
            return None;
        };
        if error.is_from_service() {
            return None;
        }
        let message = format!(
            "{path} returned {status}, but not from the service, whose errors are JSON objects \
             with {} and {}: check base_url, and any gateway in between",
            self.error_code, self.error_message
        );
        Some(
            Error::new(Code::InvalidResponse, message)
                .with_http_status(status)
                .with_request_id_of(error),
        )
    }
}
