//! Configurations: where they come from, and `loginid config check`.

pub mod check;
pub mod source;
