//! How much the long tests do.

/// Whether `make torture` asked for the full counts: `LOGINID_TORTURE=1`.
///
/// # Panics
/// When the variable has any other value, so that a long run is never asked for in vain.
pub fn torture() -> bool {
    match std::env::var("LOGINID_TORTURE").as_deref() {
        Err(_) | Ok("") => false,
        Ok("1") => true,
        Ok(other) => panic!("LOGINID_TORTURE is '{other}'; set it to 1, or unset it"),
    }
}

/// How often to do something: less by default than under `make torture`.
pub fn times(usual: usize, full: usize) -> usize {
    if torture() { full } else { usual }
}
