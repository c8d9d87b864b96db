//! The handle of a client, and the calls that take one.

use std::ptr;

use libc::c_char;

use super::status::lid_status;
use super::support::{null_argument, run_into};
use crate::Client;
use crate::error::Result;

/// A client of the LoginID service. Any number of threads may use one at the
/// same time, and it may be used after `fork()`: the child makes connections of
/// its own. Free it once, with `lid_free`, after the last call has returned.
/// `lid_with_options` derives clients from it, which share its connections.
pub struct lid_client(pub(super) Client);

/// Runs a call of a client, as [`run_into`].
///
/// # Safety
/// `client` is NULL or from `lid_new…` and not freed; `out` is NULL or writable.
pub(super) unsafe fn call(
    name: &'static str,
    client: *const lid_client,
    out: *mut *mut c_char,
    run: impl FnOnce(&Client) -> Result<String>,
) -> lid_status {
    // SAFETY: as promised by the caller.
    unsafe {
        run_into(name, out, || {
            let client = client_of(client)?;
            client.check_not_cancelled()?;
            run(client)
        })
    }
}

/// The client of a handle.
///
/// # Safety
/// `client` is NULL or from `lid_new…` and not freed.
pub(super) unsafe fn client_of<'a>(client: *const lid_client) -> Result<&'a Client> {
    // SAFETY: as promised by the caller.
    let client = unsafe { client.as_ref() }.ok_or_else(|| null_argument("client"))?;
    Ok(&client.0)
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
