//! Waiting on a descriptor: until it is ready, the deadline passes or the caller
//! cancels, whichever is first. The only other wait is for another call's fetch of a
//! key (`token/keys/in_flight.rs`).

use std::io;
use std::os::fd::BorrowedFd;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use crate::cancel::Cancel;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Woken {
    /// The position of the first descriptor that is ready.
    Ready(usize),
    TimedOut,
    Cancelled,
}

/// Waits for `interest` on one of several descriptors. A signal does not end the
/// wait.
pub(super) fn wait_for(
    descriptors: &[BorrowedFd<'_>],
    interest: PollFlags,
    deadline: Instant,
    cancel: Option<&Cancel>,
) -> io::Result<Woken> {
    let watched = descriptors
        .iter()
        .map(|descriptor| PollFd::from_borrowed_fd(*descriptor, interest));
    let signal = cancel.map(|cancel| PollFd::from_borrowed_fd(cancel.signal(), PollFlags::IN));
    let mut polled: Vec<PollFd<'_>> = watched.chain(signal).collect();
    loop {
        let remaining = deadline.saturating_duration_since(Instant::now());
        match poll(&mut polled, Some(&timespec(remaining))) {
            Ok(0) => return Ok(Woken::TimedOut),
            Ok(_) => break,
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let ready = polled.iter().position(|fd| !fd.revents().is_empty());
    // Cancelling wins over an answer that arrived in the same moment: the
    // caller has stopped waiting for it.
    // The descriptor tells even when a forked child was the one to trigger.
    let signalled = cancel.is_some() && polled.last().is_some_and(|fd| !fd.revents().is_empty());
    Ok(match ready {
        _ if signalled || cancel.is_some_and(Cancel::is_triggered) => Woken::Cancelled,
        Some(position) => Woken::Ready(position),
        None => Woken::TimedOut,
    })
}

/// Sleeps until the deadline, or until cancelled.
pub(crate) fn sleep_until(deadline: Instant, cancel: Option<&Cancel>) -> io::Result<Woken> {
    wait_for(&[], PollFlags::empty(), deadline, cancel)
}

fn timespec(duration: Duration) -> Timespec {
    Timespec {
        tv_sec: duration.as_secs().try_into().unwrap_or(i64::MAX),
        tv_nsec: duration.subsec_nanos().into(),
    }
}
