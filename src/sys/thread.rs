//! Threads that do not affect the host program.

use std::ffi::{CStr, c_void};
use std::io;
use std::mem::MaybeUninit;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;

/// Work for a thread that [`start_thread`] makes.
pub(crate) type Work = Box<dyn FnOnce() + Send>;

struct Start {
    name: &'static CStr,
    work: Work,
}

/// Starts a detached thread that blocks every signal, so that it never receives a signal
/// for the host program. `name` has at most 15 bytes.
///
/// `std::thread` is not used: it starts and ends threads under its own locks, which a fork at
/// that time would leave locked in the child.
pub(crate) fn start_thread(name: &'static CStr, stack_size: usize, work: Work) -> io::Result<()> {
    let start = Box::into_raw(Box::new(Start { name, work }));
    let created = match create(start, Some(stack_size)) {
        // The program's thread-local variables are on every thread's stack, and may need
        // more space. The default size has room for them.
        libc::EINVAL => create(start, None),
        other => other,
    };
    if created == 0 {
        return Ok(());
    }
    // SAFETY: made by `Box::into_raw` above, and no thread started that has it.
    drop(unsafe { Box::from_raw(start) });
    Err(io::Error::from_raw_os_error(created))
}

/// Creates the thread and returns the error number of `pthread_create`. If it is 0, the
/// thread frees `start`.
fn create(start: *mut Start, stack_size: Option<usize>) -> libc::c_int {
    let mut attributes = MaybeUninit::uninit();
    let mut all = MaybeUninit::uninit();
    let mut before = MaybeUninit::uninit();
    let mut thread = MaybeUninit::uninit();
    // SAFETY: every value is initialised by the first call that takes it, and the
    // attributes are destroyed once. `run` takes `start`.
    unsafe {
        let failed = libc::pthread_attr_init(attributes.as_mut_ptr());
        if failed != 0 {
            return failed;
        }
        let attributes = attributes.assume_init_mut();
        libc::pthread_attr_setdetachstate(attributes, libc::PTHREAD_CREATE_DETACHED);
        let mut created = match stack_size {
            Some(size) => libc::pthread_attr_setstacksize(attributes, size),
            None => 0,
        };
        if created == 0 {
            // A thread inherits the mask of the one that creates it.
            libc::sigfillset(all.as_mut_ptr());
            libc::pthread_sigmask(libc::SIG_SETMASK, all.as_ptr(), before.as_mut_ptr());
            created = libc::pthread_create(thread.as_mut_ptr(), attributes, run, start.cast());
            libc::pthread_sigmask(libc::SIG_SETMASK, before.as_ptr(), ptr::null_mut());
        }
        libc::pthread_attr_destroy(attributes);
        created
    }
}

/// The thread's function. A panic ends here.
extern "C" fn run(start: *mut c_void) -> *mut c_void {
    // SAFETY: made by `Box::into_raw` in `start_thread`, and given to this thread
    // alone.
    let Start { name, work } = *unsafe { Box::from_raw(start.cast::<Start>()) };
    set_name(name);
    let _ = catch_unwind(AssertUnwindSafe(work));
    ptr::null_mut()
}

/// Names this thread. It is only for debuggers and `ps`, so an error does not matter.
#[cfg(target_os = "linux")]
fn set_name(name: &CStr) {
    let _ = rustix::thread::set_name(name);
}

/// The same: rustix has it for Linux only.
#[cfg(not(target_os = "linux"))]
fn set_name(name: &CStr) {
    // SAFETY: the name ends with a NUL.
    unsafe { libc::pthread_setname_np(name.as_ptr()) };
}

/// The kernel's number of this thread, as in `/proc/self/task`.
#[cfg(target_os = "linux")]
pub(crate) fn thread_id() -> i32 {
    rustix::thread::gettid().as_raw_nonzero().get()
}

/// Without `/proc`, nothing can be found out about a thread: any number but 0.
#[cfg(not(target_os = "linux"))]
pub(crate) fn thread_id() -> i32 {
    1
}
