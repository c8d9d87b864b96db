//! Connections: from a host's name to a stream of bytes, directly or through a proxy,
//! plain or over TLS. Each step keeps to a [`Budget`](crate::budget::Budget).
//!
//! Nothing here knows HTTP requests, the configuration, the environment or the
//! operations of the service.
//!
//! # Why not the sockets of the HTTP client
//!
//! - **Cancel.** A call ends at once when its caller cancels it, in each phase: looking a
//!   name up, connecting, the proxy's answer, TLS, writing, reading. A blocking socket
//!   waits for its time limit only.
//! - **Forks.** A connection belongs to the process that made it, and threads and locks
//!   that a look-up or TLS needs must not be missing or held in a child.
//! - **Sent or not.** Whether a call may be repeated depends on whether a byte of it left
//!   this process: connecting is a step of its own, the whole TLS handshake included.

mod connect;
mod error;
mod names;
mod proxy;
mod socket;
mod stream;
mod tls;
mod tls_error;
mod tunnel;
mod wait;

pub(crate) use error::Error;
pub(crate) use proxy::Proxy;
pub(crate) use socket::Socket;
pub(crate) use stream::Stream;
pub(crate) use tls::TlsStream;
pub(crate) use tls_error::words_for;
pub(crate) use tunnel::open as open_tunnel;
pub(crate) use wait::{Woken, sleep_until};
