//! Forked children of a test.

use std::io::{Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A child that takes this many seconds hangs; a signal ends it.
const HANG_S: u32 = 60;

/// A forked child.
pub struct Child {
    id: libc::pid_t,
    output: std::io::PipeReader,
}

impl Child {
    /// Forks. The child does its work, sends the result and ends.
    pub fn start(work: impl FnOnce() -> String) -> Child {
        let (output, mut writer) = std::io::pipe().expect("a pipe");
        // SAFETY: the child calls the library, which promises to work there, and
        // ends with _exit.
        match unsafe { libc::fork() } {
            0 => {
                // SAFETY: ends this process, should it hang.
                unsafe { libc::alarm(HANG_S) };
                let done = catch_unwind(AssertUnwindSafe(work))
                    .is_ok_and(|text| writer.write_all(text.as_bytes()).is_ok());
                // SAFETY: nothing of the parent's is cleaned up.
                unsafe { libc::_exit(if done { 0 } else { 1 }) }
            }
            id => {
                assert!(id > 0, "no fork");
                Child { id, output }
            }
        }
    }

    /// The child's result, after its successful end.
    pub fn end(mut self) -> String {
        let mut status = 0;
        // SAFETY: a child of ours, waited for once.
        assert_eq!(unsafe { libc::waitpid(self.id, &mut status, 0) }, self.id);
        assert!(
            !libc::WIFSIGNALED(status),
            "a child hung or crashed: {status}"
        );
        assert_eq!(status, 0, "a child got a wrong answer");
        let mut text = String::new();
        self.output.read_to_string(&mut text).expect("UTF-8");
        text
    }
}
