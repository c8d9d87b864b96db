//! Forks while a thread is in each state. Each test runs alone in its own process.

use std::process::Command;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use super::inside::Inside;
use super::process::OWN_SLOT;
use super::slots::Slot;
use super::*;

/// Whether this process runs one test only. If not, starts a process that does: the
/// forks would wait for the threads of other tests.
fn is_alone(test: &str) -> bool {
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

/// Runs a check in a forked child.
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

/// Forks while another thread stays in a state.
fn fork_during(begin: fn(&Slot), end: fn(&Slot), child: fn() -> bool) {
    let (begun, over) = (Barrier::new(2), Barrier::new(2));
    thread::scope(|scope| {
        scope.spawn(|| {
            begin(own_slot());
            begun.wait();
            over.wait();
            end(own_slot());
        });
        begun.wait();
        let started = Instant::now();
        in_a_child(child);
        let took = started.elapsed();
        over.wait();
        // The fork waits for a thread that is stopped, but for a second at most.
        let limit = Duration::from_secs(1);
        assert!(took >= limit && took < 5 * limit, "{took:?}");
    });
    without_fork(|| ()).unwrap();
}

#[test]
fn a_child_refuses_to_use_aws_lc_if_another_thread_was_inside() {
    if !is_alone("fork::tests::a_child_refuses_to_use_aws_lc_if_another_thread_was_inside") {
        return;
    }
    let enter = |slot: &Slot| {
        slot.announce();
        slot.enter();
    };
    fork_during(enter, Slot::leave, || {
        let refused = without_fork(|| ()).err();
        refused.is_some_and(|error| error.code() == "forked_in_call")
    });
}

#[test]
fn a_thread_that_only_waits_to_enter_does_not_matter() {
    if !is_alone("fork::tests::a_thread_that_only_waits_to_enter_does_not_matter") {
        return;
    }
    let announce = |slot: &Slot| {
        slot.announce();
    };
    fork_during(announce, Slot::withdraw, || without_fork(|| ()).is_ok());
}

/// The id may be the same in another PID namespace, the generation after raw `clone`.
#[test]
fn a_child_has_another_generation_and_another_id() {
    if !is_alone("fork::tests::a_child_has_another_generation_and_another_id") {
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
    let same_generation = ProcessId::new(parent.generation(), parent.id() + 1);
    assert!(same_id != parent && same_generation != parent);
}

#[test]
fn a_call_of_the_parent_is_an_error_in_the_child() {
    if !is_alone("fork::tests::a_call_of_the_parent_is_an_error_in_the_child") {
        return;
    }
    let parent = process();
    in_a_child(|| {
        let error = check_process(parent).err();
        error.is_some_and(|error| error.code() == "forked_in_call")
    });
    check_process(parent).unwrap();
}

/// In the child it is still inside, and leaves as usual.
#[test]
fn a_thread_may_fork_while_it_is_inside() {
    if !is_alone("fork::tests::a_thread_may_fork_while_it_is_inside") {
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
