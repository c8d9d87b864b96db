//! The C interface. `include/loginid.h` is generated from these functions.
//!
//! One rule for every call: the client, required inputs, optional inputs (NULL
//! for "not given"), then `out`. `*out` always receives one NUL-terminated JSON
//! text, the result with `LID_OK` and the error object otherwise, which the
//! caller frees with `lid_free_string`.
//!
//! Each entry point of a call to the service is one statement. `support` reads its texts
//! and stores its result, `handle` has the client. `codes` has a handle of its own.

// The names are C's; the contract is stated once above, not on each function.
#![allow(non_camel_case_types, clippy::missing_safety_doc)]

mod authentication;
mod boolean;
mod client;
mod codes;
mod credentials;
mod handle;
mod json;
#[cfg(test)]
mod panics;
mod registration;
mod status;
mod support;
mod tokens;
mod transactions;
mod users;

pub use authentication::*;
pub use boolean::*;
pub use client::*;
pub use codes::*;
pub use credentials::*;
pub use handle::*;
pub use json::*;
pub use registration::*;
pub use status::*;
pub use tokens::*;
pub use transactions::*;
pub use users::*;
