//! The buffers of a connection, which an idle connection keeps. What has been read from them is
//! wiped: answers contain tokens and codes. (By `fill`: `zeroize` is a loop over each byte.)

use std::hint::black_box;
use std::ops::Range;

use ureq::unversioned::transport::Buffers;

/// The longest line in the headers of a request: an authorization with a token of 16 KiB.
pub(crate) const MAX_LINE_BYTES: usize = 16 * 1024 + 64;

/// The size of the buffer for the headers of an answer, which must fit as a whole.
const INPUT_SIZE: usize = 16 * 1024;

/// The size of the buffer for a request, which it passes through in parts. Each line of its
/// headers must fit.
const OUTPUT_SIZE: usize = MAX_LINE_BYTES;

#[derive(Default)]
pub(super) struct WipedBuffers {
    /// Allocated when they are used first.
    input: Vec<u8>,
    output: Vec<u8>,
    /// The part of `input` that was received and not consumed.
    unread: Range<usize>,
    /// Whether the last [`Buffers::input_consume`] consumed something.
    progress: bool,
}

impl Drop for WipedBuffers {
    fn drop(&mut self) {
        self.input.fill(0);
        self.output.fill(0);
        // Else the compiler may leave out what it writes to memory that is freed.
        black_box((&self.input, &self.output));
    }
}

impl WipedBuffers {
    fn allocate(&mut self) {
        self.input.resize(INPUT_SIZE, 0);
        self.output.resize(OUTPUT_SIZE, 0);
    }

    /// Moves what is unread to the beginning, if more than half of the buffer is in use.
    fn make_room(&mut self) {
        if self.unread.is_empty() {
            self.unread = 0..0;
        } else if self.unread.start > 0 && self.unread.end > INPUT_SIZE / 2 {
            let (end, left) = (self.unread.end, self.unread.len());
            self.input.copy_within(self.unread.clone(), 0);
            self.input[left..end].fill(0);
            self.unread = 0..left;
        }
    }
}

impl Buffers for WipedBuffers {
    fn output(&mut self) -> &mut [u8] {
        self.allocate();
        &mut self.output
    }

    fn input(&self) -> &[u8] {
        &self.input[self.unread.clone()]
    }

    fn input_append_buf(&mut self) -> &mut [u8] {
        self.allocate();
        self.make_room();
        &mut self.input[self.unread.end..]
    }

    fn input_appended(&mut self, amount: usize) {
        self.unread.end += amount;
    }

    fn input_consume(&mut self, amount: usize) {
        self.progress = amount > 0;
        let end = self.unread.start + amount;
        self.input[self.unread.start..end].fill(0);
        self.unread.start = end;
    }

    /// The first is for bodies in chunks, which are never sent.
    fn tmp_and_output(&mut self) -> (&mut [u8], &mut [u8]) {
        self.allocate();
        self.make_room();
        (&mut self.input[self.unread.end..], &mut self.output)
    }

    fn can_use_input(&self) -> bool {
        !self.unread.is_empty() && self.progress
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn receive(buffers: &mut WipedBuffers, bytes: &[u8]) {
        buffers.input_append_buf()[..bytes.len()].copy_from_slice(bytes);
        buffers.input_appended(bytes.len());
    }

    #[test]
    fn what_was_consumed_is_wiped() {
        let mut buffers = WipedBuffers::default();
        receive(&mut buffers, b"abcdef");
        buffers.input_consume(4);
        assert_eq!(buffers.input(), b"ef");
        assert!(buffers.can_use_input());
        assert_eq!(buffers.input[..6], *b"\0\0\0\0ef");
        buffers.input_consume(2);
        assert!(!buffers.can_use_input());
        assert!(buffers.input.iter().all(|byte| *byte == 0));
        assert_eq!(buffers.input_append_buf().len(), INPUT_SIZE);
    }

    #[test]
    fn what_moves_to_the_beginning_leaves_no_copy() {
        let mut buffers = WipedBuffers::default();
        receive(&mut buffers, &[b'a'; INPUT_SIZE - 2]);
        buffers.input_consume(INPUT_SIZE - 6);
        receive(&mut buffers, b"bc");
        assert_eq!(buffers.input(), b"aaaabc");
        assert!(buffers.input[6..].iter().all(|byte| *byte == 0));
        // A buffer that is full of unread input has no room.
        receive(&mut buffers, &[b'd'; INPUT_SIZE - 6]);
        assert!(buffers.input_append_buf().is_empty());
        assert_eq!(buffers.input().len(), INPUT_SIZE);
    }

    #[test]
    fn a_request_may_be_sent_while_input_is_unread() {
        let mut buffers = WipedBuffers::default();
        receive(&mut buffers, b"abc");
        let (free, output) = buffers.tmp_and_output();
        assert_eq!((free.len(), output.len()), (INPUT_SIZE - 3, OUTPUT_SIZE));
        assert_eq!(buffers.input(), b"abc");
    }
}
