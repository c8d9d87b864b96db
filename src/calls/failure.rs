//! An attempt that failed: the error that it is for the caller, and whether the call may
//! be repeated.

use std::fmt;
use std::time::Duration;

use super::retry::Repeat;
use crate::codes::Code;
use crate::config::Config;
use crate::error::{Error, Status};
use crate::http::{Cause, Failure, Stage};
use crate::net;

pub(super) struct FailedAttempt {
    pub(super) error: Error,
    pub(super) repeat: Repeat,
    pub(super) retry_after: Option<Duration>,
}

impl FailedAttempt {
    fn new(error: Error, repeat: Repeat) -> FailedAttempt {
        FailedAttempt {
            error,
            repeat,
            retry_after: None,
        }
    }

    /// Another attempt would fail the same way.
    pub(super) fn internal(error: Error) -> FailedAttempt {
        FailedAttempt::new(error, Repeat::Never)
    }

    /// There is no answer, or half of one.
    pub(super) fn without_reply(failure: Failure, config: &Config) -> FailedAttempt {
        let peer = Peer {
            stage: failure.stage,
            config,
        };
        let mut failed = match failure.cause {
            Cause::Connection(error) => without_connection(error, &peer),
            Cause::Answer { code, why } => FailedAttempt::internal(Error::new(code, why)),
            Cause::Internal(why) => FailedAttempt::internal(Error::internal(why)),
        };
        if let Some(status) = failure.status {
            failed.error = failed.error.with_http_status(status);
        }
        failed
    }

    /// An answer that arrived, and was refused when it was looked at.
    pub(super) fn refused(error: Error, status: u16) -> FailedAttempt {
        let failed = FailedAttempt {
            retry_after: error.retry_after(),
            error,
            // The call itself was carried out, whatever may be said of fetching a key.
            repeat: Repeat::Never,
        };
        if failed.of_this_attempt().is_none() {
            return failed;
        }
        FailedAttempt {
            error: failed.error.with_http_status(status).without_request_id(),
            ..failed
        }
    }

    /// Names the service in an error about its answer, which is worded to follow
    /// the name: "the service api.example.com:443: its answer is not UTF-8".
    pub(super) fn named(mut self, config: &Config) -> FailedAttempt {
        let own = self.of_this_attempt().is_some();
        if own && self.error.status() == Status::LID_ERROR_RESPONSE {
            let stage = Stage::Sent;
            self.error = self.error.prefixed(&Peer { stage, config });
        }
        self
    }

    /// The error, unless another request failed: the one for the key that the
    /// answer to this attempt has to be verified with. That one has a request id,
    /// and was logged as an attempt of its own. What it says about the token that
    /// is in this answer is an error of this answer.
    pub(super) fn of_this_attempt(&self) -> Option<&Error> {
        let is_own = |error: &&Error| {
            error.request_id().is_none() || error.status() == Status::LID_ERROR_TOKEN_INVALID
        };
        Some(&self.error).filter(is_own)
    }
}

fn without_connection(failure: net::Error, peer: &Peer<'_>) -> FailedAttempt {
    use net::Error as E;
    let is_sent = peer.stage == Stage::Sent;
    let repeat = if is_sent {
        Repeat::IfSafe
    } else {
        Repeat::Always
    };
    let (code, repeat) = match failure {
        E::Cancelled => return FailedAttempt::internal(Error::cancelled()),
        E::Internal(error) => return FailedAttempt::internal(error),
        E::Dns(_) => (Code::DnsFailed, repeat),
        E::Lost(_) if is_sent => (Code::ConnectionLost, repeat),
        E::Connect(_) | E::Lost(_) => (Code::ConnectFailed, repeat),
        E::Proxy(_) => (Code::ProxyFailed, repeat),
        // Repeated, a wrong password may lock the account.
        E::ProxyLogin(_) => (Code::ProxyFailed, Repeat::Never),
        E::Certificate(_) => (Code::CertificateInvalid, Repeat::Never),
        E::Tls(_) => (Code::TlsFailed, repeat),
        E::ConnectTimeout => (Code::ConnectTimeout, repeat),
        E::Timeout => (Code::Timeout, repeat),
    };
    FailedAttempt::new(Error::new(code, format!("{peer}: {failure}")), repeat)
}

/// The other side of the connection that failed.
pub(super) struct Peer<'a> {
    pub(super) stage: Stage,
    pub(super) config: &'a Config,
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
