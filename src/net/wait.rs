//! Waits for a descriptor until it is ready, the deadline passes or the caller cancels.

use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags};
use rustix::fd::BorrowedFd;
use rustix::io::Errno;

use super::error::{Error, Result};
use crate::cancel::Cancels;
use crate::fork;
use crate::sys::poll;

/// How soon a wait notices a fork that happened just before it.
const FORK_CHECK: Duration = Duration::from_secs(1);
/// How soon a wait notices a cancel for which no descriptor could be made.
const CANCEL_CHECK: Duration = Duration::from_millis(20);

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
    cancels: &Cancels,
) -> Result<Woken> {
    // Nearly every wait is for one socket, and needs no allocation.
    if let ([one], true) = (descriptors, cancels.is_empty()) {
        let mut polled = [PollFd::from_borrowed_fd(*one, interest)];
        return wait(&mut polled, 1, deadline, cancels, FORK_CHECK);
    }
    let (mut signals, mut interval) = (Vec::new(), FORK_CHECK);
    for cancel in cancels.iter() {
        match cancel.signal() {
            Ok(signal) => signals.push(signal),
            // No descriptor is left.
            Err(_) => interval = CANCEL_CHECK,
        }
    }
    let watched = descriptors
        .iter()
        .map(|descriptor| PollFd::from_borrowed_fd(*descriptor, interest));
    let signals = signals
        .iter()
        .map(|signal| PollFd::from_borrowed_fd(signal.as_fd(), PollFlags::IN));
    let mut polled: Vec<PollFd<'_>> = watched.chain(signals).collect();
    wait(&mut polled, descriptors.len(), deadline, cancels, interval)
}

/// Waits for the first `count` of these; the others are signals of cancels. Checks at each
/// interval for a cancel without a signal, and for a fork.
fn wait(
    polled: &mut [PollFd<'_>],
    count: usize,
    deadline: Instant,
    cancels: &Cancels,
    interval: Duration,
) -> Result<Woken> {
    let process = fork::process();
    loop {
        // Cancel wins over an answer that arrives at the same time: the caller no longer
        // waits for it.
        if cancels.is_triggered() {
            return Ok(Woken::Cancelled);
        }
        let remaining = deadline.saturating_duration_since(Instant::now());
        match poll(polled, remaining.min(interval)) {
            Ok(0) if remaining <= interval => return Ok(Woken::TimedOut),
            Ok(0) | Err(Errno::INTR) => {}
            Ok(_) => break,
            Err(error) => return Err(Error::Lost(error.into())),
        }
        fork::check_process(process).map_err(Error::Internal)?;
    }
    let mut watched = polled.iter().take(count);
    let ready = watched.position(|fd| !fd.revents().is_empty());
    Ok(match ready {
        _ if cancels.is_triggered() => Woken::Cancelled,
        Some(position) => Woken::Ready(position),
        None => Woken::TimedOut,
    })
}

/// Sleeps until the deadline, or until cancelled.
pub(crate) fn sleep_until(deadline: Instant, cancels: &Cancels) -> Result<Woken> {
    wait_for(&[], PollFlags::empty(), deadline, cancels)
}
