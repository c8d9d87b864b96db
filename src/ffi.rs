//! The C interface. `include/loginid.h` is generated from these functions.
//!
//! One rule for every call: the client, required inputs, optional inputs (NULL
//! for "not given"), then `out`. `*out` receives one NUL-terminated JSON
//! text, the result with `LID_OK` and the error object otherwise, which the
//! caller frees with `lid_free_string`. `out` may be NULL.
//!
//! The calls of a client are generated, one statement each (`v1/`, `v2/`). `support` reads their
//! texts and stores their result, `handle` has the client, `cancel` what ends a wait.

// The names are C's; the contract is stated once above, not on each function.
#![allow(non_camel_case_types, clippy::missing_safety_doc)]

#[cfg(test)]
mod aws_lc_errors;
mod boolean;
mod cancel;
mod client;
mod handle;
mod json;
#[cfg(test)]
mod panics;
mod status;
mod support;
mod v1;
mod v2;
mod v2_client;

pub use boolean::*;
pub use cancel::*;
pub use client::*;
pub use handle::*;
pub use json::*;
pub use status::*;
pub use v1::*;
pub use v2::*;
pub use v2_client::*;
