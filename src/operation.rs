//! What an operation of the service is: a row of a table, such as `v1/operations.rs`.

use crate::codes::Code;

/// One operation of the service.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Operation {
    /// As in the error object and the log: `get_user`.
    pub(crate) name: &'static str,
    pub(crate) method: Method,
    /// Appended to the base URL. A `{…}` is filled with one encoded segment.
    pub(crate) path: &'static str,
    pub(crate) authorization: Authorization,
    /// A management call: refused without a private key, before any network.
    pub(crate) key_required: bool,
    /// May be repeated after a timeout or a 5xx, because it changes nothing.
    pub(crate) safe: bool,
    /// Carries a code that is good once: not repeated after a 429 either.
    pub(crate) one_time_code: bool,
    pub(crate) answer: Answer,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Method {
    Get,
    Post,
    Put,
    Delete,
}

impl Method {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Delete => "DELETE",
        }
    }
}

/// The bearer token a request carries when the client has a private key.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Authorization {
    None,
    /// A service token for this scope.
    Scope(&'static str),
    /// A transaction token, which holds the hash of the payload.
    Transaction,
}

/// What a success looks like.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Answer {
    /// A JSON object.
    Object,
    /// A JSON object with the id of what was made, a string: the answer is of no
    /// use without it. With the name of that member, and the code of its absence.
    Identified { id: &'static str, missing: Code },
    /// A log-in, as a JSON object: its `jwt` is verified before it is handed on,
    /// and it must not say that the user is not authenticated.
    Login,
    /// A JSON object whose `jwt` is verified before it is handed on.
    Authentication,
    /// A JSON object; a `jwt` in it, if there is one, is verified.
    PossibleAuthentication,
    /// The same as `Authentication`, but the `jwt` is a transaction's.
    Confirmation,
    /// Nothing, as with 204.
    Nothing,
    /// Text: the public key.
    Text,
}
