//! The handle of a cancel.

use std::sync::Arc;

use super::support::catch_panic;
use crate::cancel::Cancel;

/// A switch that ends calls from another thread: `lid_wait_code`, and every call of
/// a client that `lid_with_options` made with it. Make one with `lid_cancel_new`.
/// Once triggered, it stays triggered. Any number of calls may use it. It needs one
/// file descriptor when a call first waits, and none before. After `fork()` the child
/// has a copy: triggering it there ends the child's calls only.
pub struct lid_cancel(Arc<Cancel>);

/// The cancel that a call was given, if any.
///
/// # Safety
/// `cancel` is NULL or from `lid_cancel_new` and not freed.
pub(super) unsafe fn cancel_of(cancel: *const lid_cancel) -> Option<Arc<Cancel>> {
    // SAFETY: as promised by the caller.
    unsafe { cancel.as_ref() }.map(|cancel| cancel.0.clone())
}

/// Makes a switch for `lid_with_options` and `lid_wait_code`, to be freed with
/// `lid_cancel_free`. NULL only after an internal error of this library.
///
/// @since 0.1.0
#[unsafe(no_mangle)]
pub extern "C" fn lid_cancel_new() -> *mut lid_cancel {
    let cancel = catch_panic(|| lid_cancel(Arc::new(Cancel::new())));
    cancel.map_or(std::ptr::null_mut(), |cancel| {
        Box::into_raw(Box::new(cancel))
    })
}

/// Ends the calls that use this switch, within 100 ms, and refuses later ones with
/// `LID_ERROR_CANCELLED`. May be called from any thread and more than once. NULL is
/// ignored.
///
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lid_cancel_trigger(cancel: *mut lid_cancel) {
    // SAFETY: NULL or from `lid_cancel_new` and not freed.
    if let Some(cancel) = unsafe { cancel.as_ref() } {
        catch_panic(|| cancel.0.trigger());
    }
}

/// Frees a switch, after the last `lid_wait_code` that was given it has returned.
/// Clients that were derived with it keep a reference of their own: they may be freed
/// later, but without the switch nothing can cancel their calls. NULL is ignored.
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
