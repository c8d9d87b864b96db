//! Thread cancellation: `pthread_cancel` of a thread that is inside the library.

use std::ffi::c_int;

const PTHREAD_CANCEL_DISABLE: c_int = if cfg!(target_os = "linux") { 1 } else { 0 };

// The libc crate declares neither for all platforms.
unsafe extern "C" {
    safe fn pthread_setcancelstate(state: c_int, before: Option<&mut c_int>) -> c_int;
}

/// Disables cancellation of this thread until it is dropped. Cancellation unwinds the stack,
/// which Rust's frames do not allow: the process would abort. A request that arrives
/// meanwhile stays pending.
pub(crate) struct WithoutCancellation {
    before: c_int,
}

impl WithoutCancellation {
    pub(crate) fn new() -> WithoutCancellation {
        let mut before = 0;
        pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, Some(&mut before));
        WithoutCancellation { before }
    }
}

impl Drop for WithoutCancellation {
    fn drop(&mut self) {
        pthread_setcancelstate(self.before, None);
    }
}
