//! The configuration of a client: parsed, checked, never silently defaulted.

mod common;
pub(crate) mod effective;
pub(crate) mod environment;
mod fields;
mod files;
mod headers;
mod mistakes;
mod proxy;
pub(crate) mod recording;
mod settings;
pub(crate) mod trust;
mod v1;
mod v2;

pub(crate) use common::{Common, MAX_RETRIES};
pub(crate) use fields::{Fields, V1, V2};
pub(crate) use headers::{Header, add_header};
pub(crate) use proxy::unasked_variable;
pub(crate) use settings::MILLISECONDS;
pub use v1::Config;
pub(crate) use v1::{Application, private_key_required};
pub use v2::Config as V2Config;
pub(crate) use v2::{Application as V2Application, api_key_required};
