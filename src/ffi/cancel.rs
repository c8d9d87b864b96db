//! The handle of a cancel.

use std::sync::Arc;

use super::support::catch_panic;
use crate::cancel::Cancel;

/// A switch that ends `lid_wait_code` from another thread. Make one with
/// `lid_cancel_new`. Once triggered, it stays triggered. It belongs to the
/// process that made it: after `fork()` the child makes its own.
pub struct lid_cancel(Arc<Cancel>);

/// The cancel that a call was given, if any.
///
/// # Safety
/// `cancel` is NULL or from `lid_cancel_new` and not freed.
pub(super) unsafe fn cancel_of(cancel: *const lid_cancel) -> Option<Arc<Cancel>> {
    // SAFETY: as promised by the caller.
    unsafe { cancel.as_ref() }.map(|cancel| cancel.0.clone())
}

/// Makes a switch for `lid_wait_code`, to be freed with `lid_cancel_free`. NULL
/// if the process has no file descriptors left.
///
/// @since 0.1.0
#[unsafe(no_mangle)]
pub extern "C" fn lid_cancel_new() -> *mut lid_cancel {
    match catch_panic(Cancel::new) {
        Some(Ok(cancel)) => Box::into_raw(Box::new(lid_cancel(Arc::new(cancel)))),
        _ => std::ptr::null_mut(),
    }
}

/// Ends the waits that use this switch, now and later. May be called from any
/// thread and more than once. NULL is ignored.
///
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lid_cancel_trigger(cancel: *mut lid_cancel) {
    // SAFETY: NULL or from `lid_cancel_new` and not freed.
    if let Some(cancel) = unsafe { cancel.as_ref() } {
        catch_panic(|| cancel.0.trigger());
    }
}

/// Frees a switch, after the last wait that uses it has returned. NULL is
/// ignored.
///
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lid_cancel_free(cancel: *mut lid_cancel) {
    if !cancel.is_null() {
        // SAFETY: from `lid_cancel_new`, which boxed it, and freed once.
        let cancel = unsafe { Box::from_raw(cancel) };
        catch_panic(|| drop(cancel));
    }
}
