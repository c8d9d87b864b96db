//! Status values.

use libc::c_char;

pub use crate::status::lid_status;
use crate::status::name_of;

/// The name of a status, for example "LID_ERROR_API"; "LID_UNKNOWN" if the number
/// is not a status. The string is static: never free it.
///
/// @since 0.1.0
#[unsafe(no_mangle)]
pub extern "C" fn lid_status_name(status: i32) -> *const c_char {
    name_of(status).unwrap_or(c"LID_UNKNOWN").as_ptr()
}

#[cfg(test)]
mod tests {
    use std::ffi::CStr;

    use super::*;

    #[test]
    fn numbers_of_no_status_have_a_name_too() {
        for (number, expected) in [
            (0, c"LID_OK"),
            (14, c"LID_ERROR_INTERNAL"),
            (15, c"LID_UNKNOWN"),
            (-1, c"LID_UNKNOWN"),
            (i32::MIN, c"LID_UNKNOWN"),
            (i32::MAX, c"LID_UNKNOWN"),
        ] {
            // SAFETY: the names are static C strings.
            let name = unsafe { CStr::from_ptr(lid_status_name(number)) };
            assert_eq!(name, expected, "{number}");
        }
    }
}
