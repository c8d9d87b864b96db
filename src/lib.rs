//! The LoginID server SDK: a blocking client of the LoginID strong
//! authentication service, in Rust and, through `include/loginid.h`, in C.
//!
//! # How a call flows
//!
//! `lid_get_user` (`ffi/users.rs`) checks its pointers with `ffi/support.rs` and calls
//! [`Client::get_user`] (`v1/users.rs`), which puts a `Call` together for a row of
//! `v1/operations.rs`. `v1/client.rs` adds how it is authorized and how its answer is
//! judged, and hands it to `calls.rs`: that makes an attempt, logs it, and repeats what may
//! be repeated. `calls/attempt.rs` builds the request, `http.rs` exchanges it for a reply
//! over a connection that `net` makes. `v1/answer.rs` checks the answer, with `token` where
//! it holds a token, and it goes out as it came.
//!
//! Each file uses those below it only:
//!
//! ```text
//! ffi                     the C functions: pointers, panics, JSON strings
//! v1                      the client, its operations, what is more than data
//! calls                   attempts: authorization, retries, logging, request ids
//! connections             what belongs to one process: connections, TLS sessions, keys
//! http    token    redact an exchange; verifying tokens; what no error may show
//! net     config          connections to a host; what a client is told once
//! key  json  input  log   keys, JSON, what people write, events
//! error  budget  fork  sys
//! ```
//!
//! # Where to start reading
//!
//! [`Client`] and `v1/operations.rs` for what there is, `calls.rs` for how it is
//! sent, `token/verify.rs` for what is believed and why. `input/` reads what people
//! configure, for the library and the emulator's doctor alike. A new operation is a row in
//! `v1/operations.rs`, a method in `v1/`, an entry in `ffi/`, a route in the emulator and
//! a test.

// Unsafe code is in the modules marked `allow(unsafe_code)` below, and nowhere else.
#![deny(unsafe_code)]
#![deny(unsafe_op_in_unsafe_fn)]
#![warn(missing_docs)]
// A panic's message goes to stderr before the C interface catches it: nothing
// here may panic with data in it, as these do, or write there of itself.
// (Indexing is left: its message holds numbers only.)
#![cfg_attr(
    not(test),
    deny(
        clippy::expect_used,
        clippy::panic,
        clippy::string_slice,
        clippy::todo,
        clippy::unimplemented,
        clippy::unreachable,
        clippy::unwrap_used,
        clippy::dbg_macro,
        clippy::print_stderr,
        clippy::print_stdout
    )
)]

mod base_url;
mod budget;
mod calls;
mod cancel;
mod codes;
mod config;
mod connections;
mod error;
mod failpoint;
#[allow(unsafe_code)]
pub mod ffi;
#[allow(unsafe_code)]
mod fork;
mod http;
mod input;
#[allow(
    clippy::string_slice,
    reason = "where it slices it has just found an ASCII byte"
)]
mod json;
mod key;
mod log;
mod net;
mod operation;
mod random;
mod redact;
mod status;
#[allow(unsafe_code)]
mod sys;
mod token;
mod v1;
mod wipe;

pub use cancel::Cancel;
pub use config::Config;
pub use error::{Error, Result, Status};
pub use key::generate_key_pair;
pub use log::Logger;
pub use v1::Client;

/// The version of this library, as in `Cargo.toml`.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
