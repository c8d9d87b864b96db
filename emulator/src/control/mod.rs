//! The tester's side: what users, their devices and time itself would do.
//!
//! [`Control`] does it in process; [`routes::router`] serves the same under `/_emulator/`.

mod actions;
mod device;
mod routes;
mod tokens;
mod views;

pub use self::actions::Control;
pub use self::routes::router;
pub use self::tokens::{TokenOrder, TokenPart};
pub use self::views::{AddedApplication, ApplicationOrder, Info};

/// Where the tester's side is served. Faults do not befall it, and nothing of it is recorded.
pub const PREFIX: &str = "/_emulator";
