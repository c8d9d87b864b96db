//! Attacks with tokens and on the key cache of both services, all through the C interface;
//! `docs/TRUST.md` names these tests row by row.

#[path = "../support/capi.rs"]
mod capi;
#[path = "../support/listener.rs"]
mod listener;
#[path = "../support/pem_forms.rs"]
mod pem_forms;
#[path = "../support/torture.rs"]
mod torture;

mod again;
mod changed;
mod forged;
mod keys;
mod kinds;
mod properties;
mod support;
