//! The fork handlers (`pthread_atfork`).

use std::sync::atomic::Ordering;

use super::process::{FORKING, OWN_FORKS, OWN_SLOT, begin_process, last_process, process};
use super::{destructors, slots, waiting};
use crate::sys::WithoutCancellation;

/// The loader calls it before `main`, or in `dlopen`. 101 is the first priority that is not
/// reserved: in a program that links the archive, it runs before the program's own
/// constructors. macOS has no priorities.
#[used]
#[cfg_attr(target_os = "linux", unsafe(link_section = ".init_array.00101"))]
#[cfg_attr(target_os = "macos", unsafe(link_section = "__DATA,__mod_init_func"))]
pub(super) static AT_LOAD: extern "C" fn() = at_load;

extern "C" fn at_load() {
    destructors::find();
    // SAFETY: the functions live as long as the process, since the library is never
    // unloaded. If registering fails, a fork is detected at the next call.
    unsafe { libc::pthread_atfork(Some(before_fork), Some(in_parent), Some(in_child)) };
}

extern "C" fn before_fork() {
    // Waiting is a cancellation point, `fork` is not.
    let _guard = WithoutCancellation::new();
    let generation = process().generation();
    OWN_FORKS.set(OWN_FORKS.get() + 1);
    waiting::fork_begins();
    FORKING.fetch_add(1, Ordering::SeqCst);
    // Not for this thread: a signal handler may fork during a call.
    OWN_SLOT
        .with(|own| waiting::for_threads(|| !slots::others_inside_or_entering(generation, own)));
}

extern "C" fn in_parent() {
    OWN_FORKS.set(OWN_FORKS.get().saturating_sub(1));
    let decrement = |forking: usize| forking.checked_sub(1);
    let _ = FORKING.fetch_update(Ordering::SeqCst, Ordering::SeqCst, decrement);
}

/// The child has one thread, the one that called `fork`.
extern "C" fn in_child() {
    OWN_FORKS.set(OWN_FORKS.get().saturating_sub(1));
    let own = begin_process(last_process());
    OWN_SLOT.with(|slot| slot.move_to(own.generation()));
}
