//! Reading the environment: the variables of the library, of proxies and of
//! trusted roots.

use std::env;
use std::ffi::OsString;

use crate::sys;

/// The value of a variable. An empty one is treated as unset.
///
/// In a program that runs with more rights than its caller (setuid, setgid, file
/// capabilities) every variable is unset: the caller chose their values, and must
/// not choose where such a program connects or whom it trusts.
pub(crate) fn variable(name: &str) -> Option<OsString> {
    if sys::has_elevated_rights() {
        return None;
    }
    env::var_os(name).filter(|value| !value.is_empty())
}
