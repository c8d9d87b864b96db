//! Reading what people configure: keys, certificates, trusted roots, `NO_PROXY`.
//! Nothing here refers to the rest of the library, except `wipe`.

pub(crate) mod certificates;
pub(crate) mod file;
pub(crate) mod host;
pub(crate) mod no_proxy;
pub(crate) mod number;
pub(crate) mod pem;
pub(crate) mod private_key;
pub(crate) mod proxy;
pub(crate) mod public_key;
pub(crate) mod roots;
pub(crate) mod spelling;
