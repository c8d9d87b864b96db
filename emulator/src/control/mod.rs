//! The control API: what users, their devices, time and a bad network do.
//!
//! [`actions::Control`] does it in process; [`routes::router`] serves it over HTTP.

pub mod access;
pub mod actions;
mod applications;
mod codes;
pub mod environment;
mod events;
mod keys;
pub mod relying_party;
mod reply;
pub mod routes;
mod snapshot;
mod token_check;
pub mod tokens;
mod transactions;
mod users;
pub mod v2;
pub mod views;
