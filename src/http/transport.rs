//! Adapts a [`Stream`] to the `Transport` of ureq.

use std::io::{Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use ureq::unversioned::transport::{Buffers, NextTimeout, Transport};
use zeroize::{Zeroize, Zeroizing};

use super::buffers::WipedBuffers;
use super::current::{self, Stage};
use super::failure::LongLine;
use crate::budget::Budget;
use crate::failpoint::failpoint;
use crate::net::{self, Stream};
use crate::wipe::reserve_bytes;

/// Output beyond this size is sent before the request is complete.
const MAX_PENDING: usize = 64 * 1024;

/// For ureq's "no timeout", which is more than an [`Instant`] can hold.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// The budget for the next step of the current exchange, with the timeout from ureq.
pub(super) fn budget(timeout: NextTimeout) -> Budget {
    Budget {
        deadline: Instant::now() + LONGEST.min(*timeout.after),
        cancels: current::cancels(),
    }
}

/// A stream as a `Transport`. Output is held back until ureq waits for an answer, so
/// headers and body are sent together.
pub(super) struct StreamTransport {
    stream: Box<dyn Stream>,
    is_tls: bool,
    buffers: WipedBuffers,
    pending: Zeroizing<Vec<u8>>,
}

impl StreamTransport {
    pub(super) fn new(stream: Box<dyn Stream>, is_tls: bool) -> StreamTransport {
        StreamTransport {
            stream,
            is_tls,
            buffers: WipedBuffers::new(),
            pending: Zeroizing::default(),
        }
    }

    /// Runs a step of an exchange within its budget, and forgets the budget: an idle
    /// connection must not keep the cancels of its last call.
    fn step<T>(&mut self, timeout: NextTimeout, run: impl FnOnce(&mut Self) -> T) -> T {
        self.stream.set_budget(budget(timeout));
        let result = run(self);
        self.stream.set_budget(Budget::within(Duration::ZERO));
        result
    }

    fn send_pending(&mut self) -> Result<(), net::Error> {
        if self.pending.is_empty() {
            return Ok(());
        }
        let sent = self.stream.write_all(&self.pending);
        self.pending.zeroize();
        sent?;
        Ok(self.stream.flush()?)
    }
}

impl Transport for StreamTransport {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        current::set_stage(Stage::Sent);
        let (output, rest) = self.buffers.output().split_at_mut(amount);
        reserve_bytes(&mut self.pending, amount);
        self.pending.extend_from_slice(output);
        // The connection keeps the buffer: no token or password may stay in it.
        output.zeroize();
        // A line that did not fit has left its beginning here. A loop over each byte, which
        // `zeroize` is, would cost several microseconds.
        rest.fill(0);
        if self.pending.len() > MAX_PENDING {
            self.step(timeout, Self::send_pending)?;
        }
        Ok(())
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        self.step(timeout, |transport| {
            transport.send_pending()?;
            failpoint!(Sent);
            let input = transport.buffers.input_append_buf();
            if input.is_empty() {
                return Err(ureq::Error::Other(Box::new(LongLine)));
            }
            let amount = transport.stream.read(input).map_err(net::Error::from)?;
            transport.buffers.input_appended(amount);
            Ok(amount > 0)
        })
    }

    /// A connection with unread input cannot be reused: the input is not part of the next
    /// answer. It may be in this buffer only, no longer in the socket.
    ///
    /// ureq calls this while its pool is locked: a panic would poison the lock, and every
    /// later call of the client would fail.
    fn is_open(&mut self) -> bool {
        let is_open = || self.buffers.input().is_empty() && self.stream.is_open();
        catch_unwind(AssertUnwindSafe(is_open)).unwrap_or(false)
    }

    fn is_tls(&self) -> bool {
        self.is_tls
    }
}

impl std::fmt::Debug for StreamTransport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StreamTransport")
    }
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream};

    use super::*;
    use crate::net::Socket;

    fn connected() -> (StreamTransport, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let budget = Budget::within(Duration::from_secs(20));
        let socket = Socket::connect("127.0.0.1", port, budget).unwrap();
        let transport = StreamTransport::new(Box::new(socket), false);
        (transport, listener.accept().unwrap().0)
    }

    #[test]
    fn a_connection_with_unread_input_is_not_open() {
        let (mut transport, mut peer) = connected();
        assert!(transport.is_open());
        peer.write_all(b"ab").unwrap();
        assert!(transport.await_input(NextTimeout::default()).unwrap());
        // Nothing is left in the socket.
        assert!(!transport.is_open());
        transport.buffers().input_consume(1);
        assert!(!transport.is_open());
        transport.buffers().input_consume(1);
        assert!(transport.is_open());
        drop(peer);
        assert!(!transport.await_input(NextTimeout::default()).unwrap());
        assert!(!transport.is_open());
    }

    #[test]
    fn nothing_of_a_request_stays_in_the_buffer() {
        let (mut transport, _peer) = connected();
        transport.buffers().output().fill(b'c');
        transport
            .transmit_output(6, NextTimeout::default())
            .unwrap();
        assert_eq!(*transport.pending, b"cccccc");
        assert_eq!(
            transport.buffers().output(),
            [0; crate::http::buffers::MAX_LINE_BYTES]
        );
    }

    #[test]
    fn debug_output_does_not_contain_pending_output() {
        let (mut transport, _peer) = connected();
        transport.buffers().output()[..6].copy_from_slice(b"canary");
        transport
            .transmit_output(6, NextTimeout::default())
            .unwrap();
        let debug = format!("{transport:?}");
        assert!(
            !debug.contains("canary") && !debug.contains("99, 97"),
            "{debug}"
        );
    }
}
