//! The control API: what users, their devices, time and a bad network do.
//!
//! [`actions::Control`] does it in process; [`routes::router`] serves it over HTTP.

pub mod access;
pub mod actions;
pub mod relying_party;
pub mod routes;
mod snapshot;
pub mod tokens;
pub mod views;
