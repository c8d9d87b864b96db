//! `poll` with the time limit as a `Duration`.

use std::time::Duration;

use rustix::event::{PollFd, Timespec, poll as poll_until};
use rustix::io::Result;

/// Waits for one of the descriptors, and returns how many are ready.
pub(crate) fn poll(descriptors: &mut [PollFd<'_>], limit: Duration) -> Result<usize> {
    // Windows refuses to wait for nothing.
    #[cfg(windows)]
    if descriptors.is_empty() {
        std::thread::sleep(limit);
        return Ok(0);
    }
    let forever = Timespec {
        tv_sec: i64::MAX,
        tv_nsec: 0,
    };
    poll_until(
        descriptors,
        Some(&Timespec::try_from(limit).unwrap_or(forever)),
    )
}
