//! The counts of the long tests.

/// Whether `make torture` requests the full counts: `LOGINID_TORTURE=1`.
///
/// # Panics
/// If the variable has any other value, so that a mistake does not go unnoticed.
pub fn torture() -> bool {
    match std::env::var("LOGINID_TORTURE").as_deref() {
        Err(_) | Ok("") => false,
        Ok("1") => true,
        Ok(other) => panic!("LOGINID_TORTURE is '{other}'; set it to 1, or unset it"),
    }
}

/// How often to do something: `make torture` uses the full count.
pub fn times(usual: usize, full: usize) -> usize {
    if torture() { full } else { usual }
}
