//! The LoginID server SDK: a blocking client of the LoginID strong
//! authentication service, in Rust and, through `include/loginid.h`, in C.
//!
//! # How a call flows
//!
//! `lid_get_user` (`ffi/users.rs`) checks its pointers in `ffi`'s helpers and
//! calls [`Client::get_user`] (`api/users.rs`), which puts a `Call` together for
//! a row of `operation.rs`. `transport.rs` signs a token for the row's scope,
//! sends, repeats what may be repeated and maps errors; `answer.rs` checks the
//! answer, and it goes out as it came.
//!
//! A new operation is a row in `operation.rs`, a method in `api/`, an entry in
//! `ffi/`, a route in the emulator and a test.
//!
//! # Where to start reading
//!
//! [`Client`] and `operation.rs` for what there is, `transport.rs` for how it is
//! sent, `token/verify.rs` for what is believed and why. `input/` reads what people
//! configure, for the library and the emulator's doctor alike.

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
