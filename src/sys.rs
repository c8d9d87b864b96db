//! Platform functions that neither std nor rustix has.

mod cancellation;
mod signals;
mod thread;

pub(crate) use cancellation::WithoutCancellation;
pub(crate) use signals::WithoutSignals;
pub(crate) use thread::start_thread;

/// Whether this program runs with more rights than the user who started it: it is setuid,
/// setgid or has file capabilities. The same check as in glibc's `secure_getenv`.
pub(crate) fn has_elevated_rights() -> bool {
    // SAFETY: reads a value that the kernel gave the process when it started.
    unsafe { libc::getauxval(libc::AT_SECURE) != 0 }
}
