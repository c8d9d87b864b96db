//! What the services do differently in every exchange.

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
