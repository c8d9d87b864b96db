//! The control API for the current service.

mod device;
mod handle;
pub mod routes;
pub mod snapshot;

pub use self::handle::{AddedV2Application, NewV2Application, SentCode, V2};
