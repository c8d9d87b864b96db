//! Reading the environment: the variables of the library, of proxies and of
//! trusted roots.

use std::env;
use std::ffi::OsString;

use crate::sys;

/// Whether this program runs with more rights than its caller (setuid, setgid, file
/// capabilities). The caller chose the variables, and must not choose where such a
/// program connects or which certificates it trusts: all are treated as unset.
pub(super) fn is_ignored() -> bool {
    sys::has_elevated_rights()
}

/// The value of a variable. An empty one is treated as unset.
pub(crate) fn variable(name: &str) -> Option<OsString> {
    if is_ignored() {
        return None;
    }
    env::var_os(name).filter(|value| !value.is_empty())
}

/// The names of all variables that are set.
pub(super) fn names() -> Vec<OsString> {
    if is_ignored() {
        return Vec::new();
    }
    env::vars_os().map(|(name, _)| name).collect()
}
