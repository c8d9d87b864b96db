//! The type of a row in the tables of operations (`v1/operations.rs`, `v2/operations.rs`).

use crate::codes::Code;

/// One operation of the service.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Operation {
    /// The name in errors and log events: `get_user`.
    pub(crate) name: &'static str,
    pub(crate) method: Method,
    /// Appended to the base URL. A `{…}` is replaced with one encoded segment.
    pub(crate) path: &'static str,
    /// Members of the body that are always the same.
    pub(crate) constants: &'static [(&'static str, &'static str)],
    pub(crate) authorization: Authorization,
    /// Without a private key or an API key, the call fails before any request.
    pub(crate) key_required: bool,
    /// May be retried after a timeout or a 5xx, because it changes nothing.
    pub(crate) safe: bool,
    /// Sends a one-time code, so it is not retried after a 429 either.
    pub(crate) one_time_code: bool,
    pub(crate) answer: Answer,
}

/// The values of which an argument has one, and the error otherwise.
pub(crate) struct Values {
    pub(crate) of: &'static [&'static str],
    pub(crate) code: Code,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Method {
    Get,
    Post,
    Put,
    Delete,
}

impl Method {
    pub(crate) fn to_http(self) -> ureq::http::Method {
        match self {
            Method::Get => ureq::http::Method::GET,
            Method::Post => ureq::http::Method::POST,
            Method::Put => ureq::http::Method::PUT,
            Method::Delete => ureq::http::Method::DELETE,
        }
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Delete => "DELETE",
        }
    }
}

/// What authorizes a request.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Authorization {
    None,
    /// v1: a service token for this scope, if the client has a private key.
    Scope(&'static str),
    /// v1: a transaction token, which contains the hash of the payload.
    Transaction,
    /// v2: the application's API key.
    ApiKey,
    /// v2: a token of the user, or a grant for the user with this scope.
    User {
        scope: &'static str,
    },
}

/// The form of a successful answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Answer {
    /// A JSON object.
    Object,
    /// A JSON object with the id of the created object, a string that later calls need:
    /// the member's name, and the error code if it is missing.
    Identified { id: &'static str, missing: Code },
    /// A login, as a JSON object: its `jwt` is verified before it is returned, and
    /// its `is_authenticated`, if present, must be true.
    Login,
    /// A JSON object whose `jwt` is verified before it is returned.
    Authentication,
    /// A JSON object; a `jwt` in it, if there is one, is verified.
    PossibleAuthentication,
    /// The same as `Authentication`, but the `jwt` is a transaction token.
    Confirmation,
    /// A JSON array, which becomes the member of this name.
    List { name: &'static str },
    /// No content, as with 204.
    Nothing,
    /// The same, but the status 204 is the answer: another server's 200 is none.
    NoContent,
    /// Text: the public key.
    Text,
}
