//! The LoginID server SDK: a blocking client of the LoginID strong
//! authentication service, in Rust and, through `include/loginid.h`, in C.
//!
//! # How a call flows
//!
//! `lid_get_user` (`ffi/v1/users.rs`) checks its pointers (`ffi/support.rs`) and calls
//! [`Client::get_user`] (`v1/users.rs`), which builds a `Call` for a row of
//! `v1/operations.rs`. `v1/client.rs` adds the authorization and the check of the answer.
//! `calls.rs` makes attempts, logs them and retries. `calls/attempt.rs` builds the request,
//! and `http.rs` exchanges it for a reply over a connection from `net`. `v1/answer.rs`
//! checks the answer and verifies a token in it (`token`). The answer is returned unchanged.
//!
//! Each module uses only modules on the same line or below it:
//!
//! ```text
//! ffi                        C functions: pointers, panics, JSON strings
//! v1  v2                     the clients of both services, and their operations
//! core                       what both clients have in common
//! diagnostics                what `loginid doctor` finds out about configuration and connection
//! calls                      attempts: authorization, retries, logging, request ids
//! connections                the state of one process: connections, TLS sessions, keys
//! config                     the configuration of a client
//! http  token  redact        HTTP exchanges, token verification, secrets in messages
//! net                        connections to a host: DNS, TCP, proxy tunnels, TLS
//! key  log  operation        keys, log events, the type of an operation
//! json  input  error  fork   and the other small modules
//! ```
//!
//! # Where to start reading
//!
//! [`Client`] and `v1/operations.rs` for the calls, `calls.rs` for sending them, and
//! `token/verify.rs` for the verification of tokens. `diagnostics.rs` is for the program
//! `loginid` (`tools/loginid`). A new operation needs an entry in
//! `spec/operations.toml`, from which `make generate` makes its row in `v1/operations.rs`,
//! its method in `v1/` and its function in `ffi/v1/`; a route in the emulator; and a test.

// Unsafe code is in the modules marked `allow(unsafe_code)` below, and nowhere else.
#![deny(unsafe_code)]
#![deny(unsafe_op_in_unsafe_fn)]
#![warn(missing_docs)]
// A panic's message goes to stderr before the C interface catches it. So nothing here may
// panic with data in the message, as these do, or write to stderr itself. (Indexing is
// allowed: its message contains only numbers.)
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
mod core;
pub mod diagnostics;
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
    reason = "it slices only at ASCII bytes that it has just found"
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
pub mod v2;
mod webauthn;
mod wipe;

pub use cancel::Cancel;
pub use config::Config;
pub use error::{Error, Result, Status};
pub use key::generate_key_pair;
pub use log::Logger;
pub use v1::Client;

/// The version of this library, as in `Cargo.toml`.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
