//! The server: sockets, TLS, HTTP, and the faults applied to it.

pub mod connection;
mod cors;
mod inject;
pub mod listeners;
mod request;
pub mod router;
mod script;
mod socket;
mod summary;
pub mod tls;
