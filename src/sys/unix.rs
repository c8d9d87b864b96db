//! Linux and macOS: the rights of the process, and its random numbers.

use std::io;

/// Whether this program runs with more rights than the user who started it: it is setuid,
/// setgid or has file capabilities. The same check as in glibc's `secure_getenv`.
#[cfg(target_os = "linux")]
pub(crate) fn has_elevated_rights() -> bool {
    // SAFETY: reads a value that the kernel gave the process when it started.
    unsafe { libc::getauxval(libc::AT_SECURE) != 0 }
}

/// Whether this program is setuid or setgid.
#[cfg(not(target_os = "linux"))]
pub(crate) fn has_elevated_rights() -> bool {
    // The libc crate does not declare it for macOS.
    unsafe extern "C" {
        safe fn issetugid() -> std::ffi::c_int;
    }
    issetugid() != 0
}

/// Checks that the kernel provides random numbers, with a request for zero bytes.
#[cfg(target_os = "linux")]
pub(crate) fn check_random() -> io::Result<()> {
    use rustix::io::Errno;
    use rustix::rand::{GetRandomFlags, getrandom};

    match getrandom(&mut [0_u8; 0][..], GetRandomFlags::empty()) {
        // An old kernel, where aws-lc reads /dev/urandom.
        Ok(_) | Err(Errno::NOSYS) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Checks that the kernel provides random numbers, with a request for zero bytes.
#[cfg(not(target_os = "linux"))]
pub(crate) fn check_random() -> io::Result<()> {
    // SAFETY: no byte is written.
    match unsafe { libc::getentropy(std::ptr::null_mut(), 0) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}
