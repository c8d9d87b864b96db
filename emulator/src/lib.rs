//! A LoginID service for this machine: stateful, strict, no account needed.
//!
//! [`Emulator::start`] runs one in this process; the program `loginid-emulator` runs one by itself.
//! It speaks what the LoginID server SDKs speak, verifies what they send, signs what it answers, and
//! keeps everything in memory. What a user, their device or time would do, and what can go wrong on
//! the way, is the tester's to decide: through [`Control`], or over HTTP under `/_emulator/`.
//!
//! ```
//! use std::time::Duration;
//! use loginid_emulator::{Emulator, Fault, FaultKind};
//!
//! let emulator = Emulator::start();
//! // Point a client at emulator.base_url(), emulator.client_id(), emulator.private_key().
//! emulator.advance_clock(Duration::from_secs(181));
//! let vanish = FaultKind::Drop { carried_out: true, reset: true };
//! emulator.inject(Fault::new(vanish).on("POST", "/tx").times(1));
//! assert_eq!(emulator.request_count(), 0);
//! ```
//!
//! Start reading at the table of operations, `service/routes.rs`, and follow a call through
//! `service/call.rs` to its handler.

#![forbid(unsafe_code)]

mod control;
mod emulator;
mod encoding;
mod error;
mod fault;
mod json;
mod jws;
mod server;
mod service;
mod state;
pub mod webauthn;
mod words;

pub use crate::control::{AddedApplication, ApplicationOrder, Control, Info, TokenPart};
pub use crate::emulator::{Builder, Emulator};
pub use crate::error::ServiceError;
pub use crate::fault::{Fault, FaultKind, Match};
pub use crate::server::tls::Certificate;
pub use crate::state::application::ApplicationType;
pub use crate::state::credential::CredentialType;
pub use crate::state::recorder::{DecodedToken, Request};
pub use crate::state::user::{Contact, ContactType};
