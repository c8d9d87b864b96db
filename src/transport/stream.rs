//! What ureq talks over: a byte stream with a time limit, plain or TLS.

use std::io::{Read, Write};
use std::time::Instant;

use ureq::unversioned::transport::{Buffers, LazyBuffers, NextTimeout, Transport};
use zeroize::Zeroize;

use super::failure::{Failure, from_io};
use crate::wipe::reserve_bytes;

/// Room for a request's headers, and for an answer's: they must fit as a whole.
/// Every idle connection keeps it.
const BUFFER_SIZE: usize = 16 * 1024;

/// More than this is not held back until the request is complete.
const MAX_PENDING: usize = 64 * 1024;

/// A byte stream that keeps to a time limit.
pub(super) trait Stream: Read + Write + Send + Sync + 'static {
    /// Whether what is written here is protected.
    const IS_TLS: bool;

    fn set_timeout(&mut self, timeout: NextTimeout);

    /// Whether the other side is still there and has sent nothing that is unread.
    fn is_open(&mut self) -> bool;
}

/// The end of a time limit that starts at `start`.
pub(super) fn deadline(timeout: NextTimeout, start: Instant) -> Option<Instant> {
    match timeout.after.is_not_happening() {
        true => None,
        false => start.checked_add(*timeout.after),
    }
}

/// A stream as ureq wants it. What is to be sent is held back until an answer is
/// waited for, so that headers and body leave together.
pub(super) struct StreamTransport<S> {
    stream: S,
    buffers: LazyBuffers,
    pending: Vec<u8>,
}

impl<S: Stream> StreamTransport<S> {
    pub(super) fn new(stream: S) -> StreamTransport<S> {
        StreamTransport {
            stream,
            buffers: LazyBuffers::new(BUFFER_SIZE, BUFFER_SIZE),
            pending: Vec::new(),
        }
    }

    fn send_pending(&mut self) -> Result<(), ureq::Error> {
        if self.pending.is_empty() {
            return Ok(());
        }
        let sent = self.stream.write_all(&self.pending);
        self.pending.zeroize();
        sent.and_then(|()| self.stream.flush()).map_err(from_io)
    }
}

impl<S: Stream> Transport for StreamTransport<S> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        self.stream.set_timeout(timeout);
        let output = &mut self.buffers.output()[..amount];
        reserve_bytes(&mut self.pending, amount);
        self.pending.extend_from_slice(output);
        // The buffer is kept with the connection: no token or password may stay in it.
        output.zeroize();
        match self.pending.len() > MAX_PENDING {
            true => self.send_pending(),
            false => Ok(()),
        }
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        self.stream.set_timeout(timeout);
        self.send_pending()?;
        #[cfg(test)]
        crate::injected::pass(crate::injected::Point::Sent);
        let input = self.buffers.input_append_buf();
        if input.is_empty() {
            return Err(Failure::LongLine.into());
        }
        let amount = self.stream.read(input).map_err(from_io)?;
        self.buffers.input_appended(amount);
        Ok(amount > 0)
    }

    /// What was read and not used belongs to no answer that is still to come. In
    /// the connection to a proxy only this buffer has it, not the socket.
    fn is_open(&mut self) -> bool {
        self.buffers.input().is_empty() && self.stream.is_open()
    }

    fn is_tls(&self) -> bool {
        S::IS_TLS
    }
}

impl<S> std::fmt::Debug for StreamTransport<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StreamTransport")
    }
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream};

    use super::super::socket::Socket;
    use super::*;

    fn connected() -> (StreamTransport<Socket>, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let socket = Socket::connect("127.0.0.1", port, None, None).unwrap();
        (StreamTransport::new(socket), listener.accept().unwrap().0)
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
    fn what_is_to_be_sent_is_not_shown() {
        let (mut transport, _peer) = connected();
        transport.buffers().output()[..6].copy_from_slice(b"canary");
        transport
            .transmit_output(6, NextTimeout::default())
            .unwrap();
        let shown = format!("{transport:?}");
        assert!(
            !shown.contains("canary") && !shown.contains("99, 97"),
            "{shown}"
        );
    }
}
