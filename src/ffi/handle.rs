//! The handles of clients, and the calls that take one.

use std::ptr;

use libc::c_char;

use super::status::lid_status;
use super::support::{null_argument, run_into};
use crate::error::Result;
use crate::{Client, v2};

/// A client of the LoginID service. Any number of threads may use one at the
/// same time, and it may be used after `fork()`: the child makes connections of
/// its own. Free it once, with `lid_free`, after the last call has returned.
/// `lid_with_options` derives clients from it, which share its connections.
pub struct lid_client(pub(super) Client);

/// A client of LoginID's current service, as `lid_client` is one of v1: for any number of
/// threads, and usable after `fork()`. Free it once, with `lid_v2_free`.
/// `lid_v2_with_options` derives clients from it, which share its connections.
pub struct lid_v2_client(pub(super) v2::Client);

/// What the handles of both services have in common.
pub(super) trait Handle {
    type Client;

    fn client(&self) -> &Self::Client;

    fn check_not_cancelled(&self) -> Result<()>;
}

impl Handle for lid_client {
    type Client = Client;

    fn client(&self) -> &Client {
        &self.0
    }

    fn check_not_cancelled(&self) -> Result<()> {
        self.0.check_not_cancelled()
    }
}

impl Handle for lid_v2_client {
    type Client = v2::Client;

    fn client(&self) -> &v2::Client {
        &self.0
    }

    fn check_not_cancelled(&self) -> Result<()> {
        self.0.check_not_cancelled()
    }
}

/// Runs a call of a client, as [`run_into`].
///
/// # Safety
/// `client` is NULL or from its constructor and not freed; `out` is NULL or writable.
pub(super) unsafe fn call<H: Handle>(
    name: &'static str,
    client: *const H,
    out: *mut *mut c_char,
    run: impl FnOnce(&H::Client) -> Result<String>,
) -> lid_status {
    // SAFETY: as promised by the caller.
    unsafe {
        run_into(name, out, || {
            let handle = handle(client)?;
            handle.check_not_cancelled()?;
            run(handle.client())
        })
    }
}

/// The client of a handle.
///
/// # Safety
/// `client` is NULL or from its constructor and not freed.
pub(super) unsafe fn client_of<'a, H: Handle + 'a>(client: *const H) -> Result<&'a H::Client> {
    // SAFETY: as promised by the caller.
    unsafe { handle(client) }.map(Handle::client)
}

/// # Safety
/// As for [`client_of`].
unsafe fn handle<'a, H: 'a>(client: *const H) -> Result<&'a H> {
    // SAFETY: as promised by the caller.
    unsafe { client.as_ref() }.ok_or_else(|| null_argument("client"))
}

/// Makes what a handle points to and stores it, or stores NULL. `parameter` is what errors call
/// the handle.
///
/// # Safety
/// `handle` and `out` are NULL or writable.
pub(super) unsafe fn construct<T>(
    name: &'static str,
    parameter: &str,
    handle: *mut *mut T,
    out: *mut *mut c_char,
    make: impl FnOnce() -> Result<T>,
) -> lid_status {
    let mut made = None;
    // SAFETY: as promised by the caller.
    let status = unsafe {
        run_into(name, out, || {
            if handle.is_null() {
                return Err(null_argument(parameter));
            }
            made = Some(make()?);
            Ok("{}".to_owned())
        })
    };
    if !handle.is_null() {
        let made = match made.filter(|_| status == lid_status::LID_OK) {
            Some(made) => Box::into_raw(Box::new(made)),
            None => ptr::null_mut(),
        };
        // SAFETY: `handle` is not NULL, and writable as promised by the caller.
        unsafe { handle.write(made) };
    }
    status
}
