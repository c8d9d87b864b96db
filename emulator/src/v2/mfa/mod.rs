//! The browser SDK's authentication in steps (`mfa/…`): each answer says which steps may come next.
//!
//! Which ones is the emulator's choice, in `next.rs`. A session stays good after a wrong answer, with its challenge:
//! the SDK goes on with it. It ends with the first step that succeeds.

mod done;
mod next;
pub mod steps;
