//! A connection to the service, with the buffers that it keeps while it is idle.

use std::io::{Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use ureq::http::uri::Authority;
use ureq::unversioned::transport::Buffers;
use zeroize::Zeroizing;

use super::buffers::WipedBuffers;
use super::current::{self, Stage};
use super::failure::LongLine;
use crate::budget::Budget;
use crate::failpoint::failpoint;
use crate::net::{self, Stream};
use crate::wipe::reserve_bytes;

/// Output beyond this size is sent before the request is complete.
const MAX_PENDING: usize = 64 * 1024;

/// The service that a connection leads to.
#[derive(Clone, PartialEq)]
pub(super) struct Origin {
    pub(super) authority: Authority,
    pub(super) is_tls: bool,
}

/// Output is held back until an answer is awaited, so headers and body are sent together.
pub(super) struct Connection {
    stream: Box<dyn Stream>,
    pub(super) origin: Origin,
    pub(super) buffers: WipedBuffers,
    pending: Zeroizing<Vec<u8>>,
}

impl Connection {
    pub(super) fn new(stream: Box<dyn Stream>, origin: Origin) -> Connection {
        Connection {
            stream,
            origin,
            buffers: WipedBuffers::default(),
            pending: Zeroizing::default(),
        }
    }

    /// Takes the first bytes of the output buffer.
    pub(super) fn transmit_output(&mut self, amount: usize) -> Result<(), net::Error> {
        // A request whose deadline has passed is not sent.
        if current::budget().left().is_zero() {
            return Err(net::Error::Timeout);
        }
        current::set_stage(Stage::Sent);
        let (output, rest) = self.buffers.output().split_at_mut(amount);
        reserve_bytes(&mut self.pending, amount);
        self.pending.extend_from_slice(output);
        // The connection keeps the buffer: no token or password may stay in it.
        output.fill(0);
        // A line that did not fit has left its beginning here.
        if rest.first().is_some_and(|first| *first != 0) {
            rest.fill(0);
        }
        if self.pending.len() > MAX_PENDING {
            self.step(Self::send_pending)?;
        }
        Ok(())
    }

    /// Sends what is held back, and waits for a part of the answer. Returns whether there was one.
    pub(super) fn await_input(&mut self) -> Result<bool, ureq::Error> {
        self.step(|connection| {
            connection.send_pending()?;
            failpoint!(Sent);
            let input = connection.buffers.input_append_buf();
            if input.is_empty() {
                return Err(ureq::Error::Other(Box::new(LongLine)));
            }
            let amount = connection.stream.read(input).map_err(net::Error::from)?;
            connection.buffers.input_appended(amount);
            Ok(amount > 0)
        })
    }

    /// Runs a step of an exchange within its budget, and forgets the budget: an idle
    /// connection must not keep the cancels of its last call.
    fn step<T>(&mut self, run: impl FnOnce(&mut Self) -> T) -> T {
        self.stream.set_budget(current::budget());
        let result = run(self);
        self.stream.set_budget(Budget::within(Duration::ZERO));
        result
    }

    fn send_pending(&mut self) -> Result<(), net::Error> {
        if self.pending.is_empty() {
            return Ok(());
        }
        let sent = self.stream.write_all(&self.pending);
        self.pending.fill(0);
        self.pending.clear();
        sent?;
        Ok(self.stream.flush()?)
    }

    /// Whether input was received that is not part of an answer.
    pub(super) fn has_unread_input(&self) -> bool {
        !self.buffers.input().is_empty()
    }

    /// Whether an idle connection can be used again. A panic costs the connection, not the call.
    pub(super) fn is_open(&mut self) -> bool {
        catch_unwind(AssertUnwindSafe(|| self.stream.is_open())).unwrap_or(false)
    }
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream};

    use super::*;
    use crate::net::Socket;

    const LIMIT: Duration = Duration::from_secs(20);

    fn connected() -> (Connection, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let socket = Socket::connect("127.0.0.1", address.port(), Budget::within(LIMIT)).unwrap();
        let origin = Origin {
            authority: address.to_string().parse().unwrap(),
            is_tls: false,
        };
        let connection = Connection::new(Box::new(socket), origin);
        (connection, listener.accept().unwrap().0)
    }

    #[test]
    fn a_connection_with_input_is_not_open() {
        let (mut connection, mut peer) = connected();
        let _exchange = current::begin(Budget::within(LIMIT));
        assert!(connection.is_open());
        peer.write_all(b"ab").unwrap();
        while connection.is_open() {}
        assert!(connection.await_input().unwrap());
        // Nothing is left in the socket.
        assert!(connection.is_open() && connection.has_unread_input());
        connection.buffers.input_consume(1);
        assert!(connection.has_unread_input());
        connection.buffers.input_consume(1);
        assert!(!connection.has_unread_input());
        drop(peer);
        assert!(!connection.await_input().unwrap());
        assert!(!connection.is_open());
    }

    #[test]
    fn nothing_of_a_request_stays_in_the_buffer() {
        let (mut connection, _peer) = connected();
        let _exchange = current::begin(Budget::within(LIMIT));
        connection.buffers.output().fill(b'c');
        connection.transmit_output(6).unwrap();
        assert_eq!(*connection.pending, b"cccccc");
        assert_eq!(
            connection.buffers.output(),
            [0; crate::http::buffers::MAX_LINE_BYTES]
        );
    }

    #[test]
    fn nothing_is_sent_after_the_deadline() {
        let (mut connection, _peer) = connected();
        let exchange = current::begin(Budget::within(Duration::ZERO));
        let error = connection.transmit_output(6).unwrap_err();
        assert!(matches!(error, net::Error::Timeout), "{error}");
        assert!(connection.pending.is_empty());
        assert_eq!(exchange.stage(), Stage::Service);
    }
}
