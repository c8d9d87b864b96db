//! Forks: which process this is, and no fork while a thread uses aws-lc.
//!
//! aws-lc notices a fork when it next draws random bytes, but not what other
//! threads were doing at that moment. It draws under locks of its own, and takes
//! them again when a thread's generator begins and ends. If a fork meets one of
//! them held, it stays held in the child, where the thread that would release it
//! does not exist: the child's first signature, or its `exit`, would never end. So
//! every use of aws-lc is marked ([`without_fork`]), and a fork waits for it.
//!
//! `fork` calls the prepare handlers in reverse order of their registration. Ours
//! are registered when the library is loaded, before the program's: they come last,
//! when the program's handlers have taken their locks. After `dlopen` it can be the
//! other way round, and the program may wait for a thread that waits for the fork.
//! So a thread waits for a fork that stands still for 20 ms and then goes on
//! (`fork/waiting.rs`). If the fork meets it inside, the child finds it there
//! (`fork/slots.rs`) and refuses to use aws-lc.
//!
//! `vfork` and `posix_spawn` call no handlers: their children run another program
//! at once. Raw `clone` and `_Fork` call none either: a child of theirs is known by
//! its process id.

mod destructors;
mod per_process;
mod slots;
mod thread_end;
mod waiting;

use std::cell::Cell;
use std::hint::black_box;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use crate::codes::Code;
use crate::error::{Error, Result};
use crate::sys::{WithoutCancellation, WithoutSignals};
pub(crate) use per_process::PerProcess;
use slots::{OwnSlot, Slot};

/// Forks that have begun, in all threads: nobody may go inside.
static FORKING: AtomicUsize = AtomicUsize::new(0);
/// A fork met a thread inside: a lock of aws-lc may be held here for good.
static UNUSABLE: AtomicBool = AtomicBool::new(false);
/// The process as it was last known: [`ProcessId`], or 0.
static PROCESS: AtomicU64 = AtomicU64::new(0);

thread_local! {
    /// Forks of this thread that have begun: more than one if a handler forks.
    static OWN_FORKS: Cell<usize> = const { Cell::new(0) };
    static OWN_SLOT: OwnSlot = const { OwnSlot::new() };
}

/// The loader calls it before `main`, or in `dlopen`; 101 is the first priority
/// that is not reserved, so that in a program that links the archive it comes
/// before the program's own constructors.
#[used]
#[unsafe(link_section = ".init_array.00101")]
static AT_LOAD: extern "C" fn() = at_load;

extern "C" fn at_load() {
    destructors::find();
    // SAFETY: the functions live as long as the process, since the library is never
    // unloaded. Without memory for them forks go unnoticed until the next call.
    unsafe { libc::pthread_atfork(Some(before_fork), Some(in_parent), Some(in_child)) };
}

/// Identifies a process: how many forks it is away from the first one that used the
/// library, and its process id. Either may be the same in a child: the id in
/// another PID namespace, the number after a raw `clone`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ProcessId(u64);

impl ProcessId {
    fn new(generation: u32, id: u32) -> ProcessId {
        ProcessId(u64::from(generation) << 32 | u64::from(id))
    }

    fn generation(self) -> u32 {
        (self.0 >> 32) as u32
    }

    fn id(self) -> u32 {
        self.0 as u32
    }
}

/// The current process.
pub(crate) fn process() -> ProcessId {
    let known = ProcessId(PROCESS.load(Ordering::SeqCst));
    if known.id() == std::process::id() {
        known
    } else {
        begin_process(known)
    }
}

/// Begins a new process, the first one or a child. Threads that meet here come to
/// the same result.
fn begin_process(parent: ProcessId) -> ProcessId {
    let own = ProcessId::new(parent.generation().wrapping_add(1), std::process::id());
    if slots::others_inside(parent.generation()) {
        UNUSABLE.store(true, Ordering::SeqCst);
        // Both would wait for a lock: at the end of the process, and of a thread.
        destructors::leave_out();
        thread_end::leave_out();
    }
    // Other threads' forks were the parent's.
    waiting::fork_begins();
    FORKING.store(OWN_FORKS.get(), Ordering::SeqCst);
    match PROCESS.compare_exchange(parent.0, own.0, Ordering::SeqCst, Ordering::SeqCst) {
        Ok(_) => own,
        Err(other) => ProcessId(other),
    }
}

/// Runs what uses aws-lc, with no fork at the same time and no signal handler in
/// between. It must be short. It is an error in a child that inherited aws-lc in use.
pub(crate) fn without_fork<T>(work: impl FnOnce() -> T) -> Result<T> {
    let _inside = Inside::enter()?;
    // A handler that forks would have the child go on in the midst of aws-lc, which
    // ends a process in which random bytes would be drawn a second time.
    let _signals = WithoutSignals::new();
    Ok(work())
}

struct Inside(&'static Slot);

impl Inside {
    fn enter() -> Result<Inside> {
        // So that a linker that takes this function from the archive takes the
        // constructor with it.
        black_box(&AT_LOAD);
        let slot = OWN_SLOT.with(|own| own.get(process().generation()));
        // Inside already if the handler of a fault makes a call.
        if !slot.announce() {
            thread_end::arm();
            wait_for_forks(slot);
        }
        slot.enter();
        let inside = Inside(slot);
        if UNUSABLE.load(Ordering::SeqCst) {
            return Err(forked_in_call(
                "this process was forked while another thread was inside the cryptography \
                 library, which cannot be used here since: fork when no call is running, or run \
                 another program in the child",
            ));
        }
        Ok(inside)
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        self.0.leave();
    }
}

/// Whether a call that began in a process may go on: a signal handler may fork in the
/// midst of it, and in the child everything of the call is its parent's.
pub(crate) fn check_process(began_in: ProcessId) -> Result<()> {
    if began_in != process() {
        return Err(forked_in_call(
            "this process was forked during the call, which goes on in the parent only",
        ));
    }
    Ok(())
}

fn forked_in_call(message: &'static str) -> Error {
    Error::new(Code::ForkedInCall, message)
}

/// Gives way to forks that have begun, for a while.
fn wait_for_forks(slot: &Slot) {
    let none = || FORKING.load(Ordering::SeqCst) <= OWN_FORKS.get();
    while !none() {
        slot.withdraw();
        let over = waiting::for_forks(none);
        slot.announce();
        if !over {
            return;
        }
    }
}

extern "C" fn before_fork() {
    // Waiting is a point of cancellation, `fork` is not.
    let _guard = WithoutCancellation::new();
    let generation = process().generation();
    OWN_FORKS.set(OWN_FORKS.get() + 1);
    waiting::fork_begins();
    FORKING.fetch_add(1, Ordering::SeqCst);
    // Not for this thread: a signal handler may fork in the midst of a call.
    waiting::for_threads(|| !slots::others_inside_soon(generation));
}

extern "C" fn in_parent() {
    OWN_FORKS.set(OWN_FORKS.get().saturating_sub(1));
    let less = |forking: usize| forking.checked_sub(1);
    let _ = FORKING.fetch_update(Ordering::SeqCst, Ordering::SeqCst, less);
}

/// The child has one thread, and that one was forking.
extern "C" fn in_child() {
    OWN_FORKS.set(OWN_FORKS.get().saturating_sub(1));
    let own = begin_process(ProcessId(PROCESS.load(Ordering::SeqCst)));
    OWN_SLOT.with(|slot| slot.take_along(own.generation()));
}

#[cfg(test)]
mod tests {
    use std::process::Command;
    use std::sync::Barrier;
    use std::thread;

    use super::*;

    /// Whether this process runs one test only. If not, starts one that does: other
    /// tests' threads would be met by the forks, and would wait for them.
    pub(in crate::fork) fn is_alone(test: &str) -> bool {
        const ALONE: &str = "LOGINID_TEST_ALONE";
        if std::env::var_os(ALONE).is_some() {
            return true;
        }
        let mut command = Command::new(std::env::current_exe().unwrap());
        let output = command.args(["--exact", test]).env(ALONE, "1").output();
        let output = output.unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        assert!(
            output.status.success() && printed.contains("1 passed"),
            "{printed}{}",
            String::from_utf8_lossy(&output.stderr)
        );
        false
    }

    /// Runs something in a forked child that has to come out true.
    fn in_a_child(run: impl FnOnce() -> bool) {
        // SAFETY: the child computes something and ends with _exit.
        unsafe {
            let child = libc::fork();
            if child == 0 {
                libc::alarm(20);
                libc::_exit(if run() { 0 } else { 1 });
            }
            let mut status = 0;
            assert_eq!(libc::waitpid(child, &mut status, 0), child);
            assert_eq!(status, 0);
        }
    }

    fn own_slot() -> &'static Slot {
        OWN_SLOT.with(|own| own.get(process().generation()))
    }

    /// Forks while another thread is in a state that it stays in.
    fn fork_beside(begin: fn(&Slot), end: fn(&Slot), child: fn() -> bool) {
        let (begun, over) = (Barrier::new(2), Barrier::new(2));
        thread::scope(|scope| {
            scope.spawn(|| {
                begin(own_slot());
                begun.wait();
                over.wait();
                end(own_slot());
            });
            begun.wait();
            // It takes as long as a fork waits for a thread.
            in_a_child(child);
            over.wait();
        });
        without_fork(|| ()).unwrap();
    }

    #[test]
    fn a_child_whose_parent_had_a_thread_inside_refuses_to_go_in() {
        if !is_alone("fork::tests::a_child_whose_parent_had_a_thread_inside_refuses_to_go_in") {
            return;
        }
        let enter = |slot: &Slot| {
            slot.announce();
            slot.enter();
        };
        fork_beside(enter, Slot::leave, || {
            let refused = without_fork(|| ()).err();
            refused.is_some_and(|error| error.code() == "forked_in_call")
        });
    }

    #[test]
    fn a_thread_that_has_not_gone_in_leaves_nothing_held() {
        if !is_alone("fork::tests::a_thread_that_has_not_gone_in_leaves_nothing_held") {
            return;
        }
        let announce = |slot: &Slot| {
            slot.announce();
        };
        fork_beside(announce, Slot::withdraw, || without_fork(|| ()).is_ok());
    }

    /// The id may be the same in another PID namespace, the number after raw `clone`.
    #[test]
    fn a_child_has_another_number_and_another_id() {
        if !is_alone("fork::tests::a_child_has_another_number_and_another_id") {
            return;
        }
        let parent = process();
        in_a_child(|| {
            let child = process();
            child.generation() == parent.generation() + 1
                && child.id() == std::process::id()
                && child.id() != parent.id()
        });
        assert_eq!(process(), parent);
        let same_id = ProcessId::new(parent.generation() + 1, parent.id());
        let same_number = ProcessId::new(parent.generation(), parent.id() + 1);
        assert!(same_id != parent && same_number != parent);
    }

    #[test]
    fn a_call_ends_in_the_child_that_did_not_begin_it() {
        if !is_alone("fork::tests::a_call_ends_in_the_child_that_did_not_begin_it") {
            return;
        }
        let parent = process();
        in_a_child(|| {
            let error = check_process(parent).err();
            error.is_some_and(|error| error.code() == "forked_in_call")
        });
        check_process(parent).unwrap();
    }

    /// It finds itself inside in the child as well, and leaves it as usual.
    #[test]
    fn a_thread_may_fork_inside() {
        if !is_alone("fork::tests::a_thread_may_fork_inside") {
            return;
        }
        let inside = Inside::enter().unwrap();
        in_a_child(|| {
            let was_inside = own_slot().announce();
            own_slot().withdraw();
            drop(inside);
            let is_inside = own_slot().announce();
            own_slot().withdraw();
            was_inside && !is_inside && without_fork(|| ()).is_ok()
        });
    }
}
