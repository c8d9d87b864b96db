//! An emulator of the LoginID service: stateful, strict, in memory, no account needed.
//!
//! [`Emulator::start`] runs one in this process; the program `loginid-emulator` runs one by itself.
//! It speaks the protocol of the LoginID server SDKs, verifies what they send and signs what it answers.
//! Tests play the user's device, move the clock and inject faults through [`Control`], or over HTTP under
//! `/_emulator/` (the control API).
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
//! # Where to start reading
//!
//! It serves two services: the older one (`v1/`) and the current one (`v2/`). `routes.rs` of each is the table of
//! operations; `call.rs` checks each call before its handler runs.
//! Modules depend on each other in one direction only (`tests/it/modules.rs` checks it): `server/` (sockets,
//! TLS, HTTP, faults) on `control/` (the control API), both on `v1/` and `v2/` (routes and handlers), all
//! on `state/` (users, codes, keys, clock, recorded requests). `webauthn/` verifies the answers of browsers,
//! without state or I/O. `console/` has the pages for people, which use the control API. `cli/` is the program.

#![forbid(unsafe_code)]

mod console;
mod control;
mod emulator;
mod encoding;
mod error;
mod fault;
mod fields;
mod host;
mod json;
mod jws;
mod origin;
mod reserved;
mod route;
mod server;
mod state;
mod v1;
mod v2;
pub mod webauthn;
mod words;

pub use crate::control::actions::Control;
pub use crate::control::environment::CONTRADICTING_VARIABLES;
pub use crate::control::tokens::TokenPart;
pub use crate::control::v2::{AddedV2Application, NewV2Application, SentCode, V2};
pub use crate::control::views::{AddedApplication, Info, NewApplication};
pub use crate::emulator::{Builder, Emulator};
pub use crate::error::ServiceError;
pub use crate::fault::{Fault, FaultKind, Match};
pub use crate::route::Route;
pub use crate::server::tls::Certificate;
pub use crate::state::application::ApplicationType;
pub use crate::state::code::CodeType;
pub use crate::state::credential::CredentialType;
pub use crate::state::recorder::{DecodedToken, Request};
pub use crate::state::relying_party::AllowedOrigin;
pub use crate::state::user::{Contact, ContactType};
pub use crate::state::wait::Wait;
