//! Connections: from a host's name to a stream of bytes, directly or through a proxy,
//! plain or over TLS. Each step stays within a [`Budget`](crate::budget::Budget).
//!
//! Nothing here knows HTTP requests, the configuration, the environment or the
//! operations of the service.
//!
//! # Why not the sockets of the HTTP client
//!
//! - **Cancel.** A call ends at once when its caller cancels it, in each phase: the DNS
//!   lookup, connecting, the proxy's answer, the TLS handshake, writing, reading. A
//!   blocking socket only has a timeout.
//! - **Forks.** A connection belongs to the process that made it. A forked child must not
//!   need a thread that exists only in its parent, or a lock that is held there.
//!   DNS lookups and TLS have both.
//! - **Sent or not.** Whether a call may be retried depends on whether a byte of it left
//!   this process. So connecting, with the whole TLS handshake, is a separate step.

mod connect;
mod dns;
mod error;
mod proxy;
mod socket;
mod stream;
mod tls;
mod tls_error;
mod tunnel;
mod wait;

pub(crate) use dns::resolve;
pub(crate) use error::Error;
pub(crate) use proxy::Proxy;
pub(crate) use socket::Socket;
pub(crate) use stream::Stream;
pub(crate) use tls::TlsStream;
pub(crate) use tls_error::describe_error;
pub(crate) use tunnel::open as open_tunnel;
pub(crate) use wait::{Woken, sleep_until};
