//! Platform functions that neither std nor rustix has, and what differs between Linux, macOS
//! and Windows. The rest of that is in `fork`.

mod connect;
// Only Linux has an eventfd.
#[cfg_attr(not(target_os = "linux"), path = "sys/event_udp.rs")]
mod event;
mod poll;

#[cfg(unix)]
mod cancellation;
#[cfg(unix)]
mod signals;
#[cfg(unix)]
mod thread;
#[cfg(unix)]
mod unix;
// In place of these four.
#[cfg(windows)]
mod windows;

pub(crate) use connect::start_connecting;
pub(crate) use event::Event;
pub(crate) use poll::poll;

#[cfg(windows)]
pub(crate) use windows::{WithoutCancellation, check_random, has_elevated_rights, start_thread};
#[cfg(unix)]
pub(crate) use {
    cancellation::WithoutCancellation,
    signals::WithoutSignals,
    thread::{start_thread, thread_id},
    unix::{check_random, has_elevated_rights},
};
