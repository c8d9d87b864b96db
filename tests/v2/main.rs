//! The client of the current service, in Rust: what each call sends, what it takes for an
//! answer, and which tokens it accepts. The service is a table of answers behind a socket.

#[allow(dead_code, reason = "other tests use more of it")]
#[path = "../support/listener.rs"]
mod listener;

mod answers;
mod calls;
mod emulator;
mod grants;
mod keys;
mod service;
mod tokens;
