//! The tests' wrapper of the C interface, without the parts that need the emulator.

#[path = "../../tests/support/capi/client.rs"]
mod client;
#[path = "../../tests/support/capi/outcome.rs"]
mod outcome;

use loginid::ffi::lid_json_get;

use client::c;

pub use client::{Client, key_pair};
pub use loginid::ffi::lid_status;
pub use outcome::Outcome;

pub fn json_get(json: impl AsRef<[u8]>, pointer: impl AsRef<[u8]>) -> Outcome {
    let (json, pointer) = (c(json), c(pointer));
    // SAFETY: C strings and a writable place.
    Outcome::of(|out| unsafe { lid_json_get(json.as_ptr(), pointer.as_ptr(), out) })
}
