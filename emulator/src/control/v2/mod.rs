//! The control API for the current service.

mod applications;
mod codes;
mod device;
mod handle;
mod keys;
pub mod routes;
pub mod snapshot;
mod users;

pub use self::handle::{AddedV2Application, NewV2Application, SentCode, V2};
