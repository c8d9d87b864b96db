//! C's `bool`.

/// C's `bool` as an argument. C code may pass any byte, through a cast or an
/// uninitialized variable; Rust's `bool` is undefined behaviour for all but 0 and 1.
#[repr(transparent)]
#[derive(Clone, Copy)]
pub struct c_bool(u8);

impl c_bool {
    pub(super) fn is_true(self) -> bool {
        self.0 != 0
    }
}

impl From<bool> for c_bool {
    fn from(value: bool) -> c_bool {
        c_bool(value.into())
    }
}
