//! The server: sockets, TLS, HTTP, and the faults applied to it.

pub mod connection;
mod cors;
mod inject;
pub mod listeners;
pub mod router;
mod script;
mod socket;
pub mod tls;
