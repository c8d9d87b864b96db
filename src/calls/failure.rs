//! A failed attempt: the error for the caller, and whether the call may be retried.

use std::fmt;
use std::time::Duration;

use super::retry::Retry;
use crate::codes::Code;
use crate::config::Common;
use crate::error::{Error, Status};
use crate::http::{Cause, Failure, Stage};
use crate::net;

pub(super) struct FailedAttempt {
    pub(super) error: Error,
    pub(super) retry: Retry,
    pub(super) retry_after: Option<Duration>,
}

impl FailedAttempt {
    fn new(error: Error, retry: Retry) -> FailedAttempt {
        FailedAttempt {
            error,
            retry,
            retry_after: None,
        }
    }

    /// A retry would fail in the same way.
    pub(super) fn without_retry(error: Error) -> FailedAttempt {
        FailedAttempt::new(error, Retry::Never)
    }

    /// There is no answer, or an incomplete one.
    pub(super) fn no_reply(failure: Failure, config: &Common) -> FailedAttempt {
        let peer = Peer {
            stage: failure.stage,
            config,
        };
        let mut failed = match failure.cause {
            Cause::Connection(error) => connection_failure(error, &peer),
            Cause::Answer { code, why } => FailedAttempt::without_retry(Error::new(code, why)),
            Cause::Internal(why) => FailedAttempt::without_retry(Error::internal(why)),
        };
        if let Some(status) = failure.status {
            failed.error = failed.error.with_http_status(status);
        }
        failed
    }

    /// The answer arrived, but it is not valid.
    pub(super) fn invalid_answer(error: Error, status: u16) -> FailedAttempt {
        let failed = FailedAttempt {
            retry_after: error.retry_after(),
            error,
            // The service has executed the call, even if fetching a key could be retried.
            retry: Retry::Never,
        };
        if failed.own_error().is_none() {
            return failed;
        }
        FailedAttempt {
            error: failed.error.with_http_status(status).without_request_id(),
            ..failed
        }
    }

    /// Puts the service's name before an error about its answer: "the service
    /// api.example.com:443: its answer is not UTF-8".
    pub(super) fn with_service(mut self, config: &Common) -> FailedAttempt {
        if self.own_error().is_some() && self.error.status() == Status::LID_ERROR_RESPONSE {
            let stage = Stage::Sent;
            self.error = self.error.prefixed(&Peer { stage, config });
        }
        self
    }

    /// The error, unless it belongs to another request: the one for the key that verifies
    /// this answer. That error has a request id, and was logged with its own attempt. But
    /// if it makes the token invalid, it is an error of this answer too.
    pub(super) fn own_error(&self) -> Option<&Error> {
        let is_own = |error: &&Error| {
            error.request_id().is_none() || error.status() == Status::LID_ERROR_TOKEN_INVALID
        };
        Some(&self.error).filter(is_own)
    }
}

/// The code of a call that ends with this error before a request was sent. An internal error has a
/// code of its own.
pub(crate) fn connection_code(error: &net::Error) -> Code {
    use net::Error as E;
    match error {
        E::Cancelled => Code::Cancelled,
        E::Dns(_) => Code::DnsFailed,
        E::Connect(_) | E::Lost(_) => Code::ConnectFailed,
        E::ConnectTimeout => Code::ConnectTimeout,
        E::Timeout => Code::Timeout,
        E::Certificate(_) => Code::CertificateInvalid,
        E::Tls(_) => Code::TlsFailed,
        E::Proxy(_) | E::ProxyLogin(_) => Code::ProxyFailed,
        E::Internal(_) => Code::InternalError,
    }
}

fn connection_failure(error: net::Error, peer: &Peer<'_>) -> FailedAttempt {
    use net::Error as E;
    let is_sent = peer.stage == Stage::Sent;
    let (code, retry) = match error {
        E::Cancelled => return FailedAttempt::without_retry(Error::cancelled()),
        E::Internal(own) => return FailedAttempt::without_retry(own),
        // Retrying with a wrong password may lock the account.
        E::ProxyLogin(_) | E::Certificate(_) => (connection_code(&error), Retry::Never),
        E::Lost(_) if is_sent => (Code::ConnectionLost, Retry::IfSafe),
        _ if is_sent => (connection_code(&error), Retry::IfSafe),
        _ => (connection_code(&error), Retry::Always),
    };
    FailedAttempt::new(Error::new(code, format!("{peer}: {error}")), retry)
}

/// The other side of the failed connection.
pub(super) struct Peer<'a> {
    pub(super) stage: Stage,
    pub(super) config: &'a Common,
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
