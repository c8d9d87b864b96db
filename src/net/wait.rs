//! Waits for a descriptor until it is ready, the deadline passes or the caller cancels.

use std::os::fd::BorrowedFd;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use super::error::{Error, Result};
use crate::cancel::Cancel;
use crate::fork;

/// How soon a wait notices a fork that happened just before it.
const FORK_CHECK: Duration = Duration::from_secs(1);

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Woken {
    /// The position of the first descriptor that is ready.
    Ready(usize),
    TimedOut,
    Cancelled,
}

/// Waits for `interest` on one of several descriptors. A signal does not end the
/// wait. If its handler forks, the wait is an error in the child: the event happens in
/// the parent.
pub(super) fn wait_for(
    descriptors: &[BorrowedFd<'_>],
    interest: PollFlags,
    deadline: Instant,
    cancel: Option<&Cancel>,
) -> Result<Woken> {
    let process = fork::process();
    let watched = descriptors
        .iter()
        .map(|descriptor| PollFd::from_borrowed_fd(*descriptor, interest));
    let signal = cancel.map(|cancel| PollFd::from_borrowed_fd(cancel.signal(), PollFlags::IN));
    let mut polled: Vec<PollFd<'_>> = watched.chain(signal).collect();
    loop {
        let remaining = deadline.saturating_duration_since(Instant::now());
        match poll(&mut polled, Some(&timespec(remaining.min(FORK_CHECK)))) {
            Ok(0) if remaining <= FORK_CHECK => return Ok(Woken::TimedOut),
            Ok(0) | Err(Errno::INTR) => {}
            Ok(_) => break,
            Err(error) => return Err(Error::Lost(error.into())),
        }
        fork::check_process(process).map_err(Error::Internal)?;
    }
    let ready = polled.iter().position(|fd| !fd.revents().is_empty());
    // Cancel wins over an answer that arrives at the same time: the caller no longer
    // waits for it. The descriptor is checked too, because a forked child may have
    // triggered it.
    let signalled = cancel.is_some() && polled.last().is_some_and(|fd| !fd.revents().is_empty());
    Ok(match ready {
        _ if signalled || cancel.is_some_and(Cancel::is_triggered) => Woken::Cancelled,
        Some(position) => Woken::Ready(position),
        None => Woken::TimedOut,
    })
}

/// Sleeps until the deadline, or until cancelled.
pub(crate) fn sleep_until(deadline: Instant, cancel: Option<&Cancel>) -> Result<Woken> {
    wait_for(&[], PollFlags::empty(), deadline, cancel)
}

fn timespec(duration: Duration) -> Timespec {
    Timespec {
        tv_sec: duration.as_secs().try_into().unwrap_or(i64::MAX),
        tv_nsec: duration.subsec_nanos().into(),
    }
}
