//! The calls of a client, one statement each.

mod authentication;
mod codes;
mod credentials;
mod registration;
mod tokens;
mod transactions;
mod users;

pub use authentication::*;
pub use codes::*;
pub use credentials::*;
pub use registration::*;
pub use tokens::*;
pub use transactions::*;
pub use users::*;
