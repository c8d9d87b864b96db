//! Adapts a [`Connection`] to the `Transport` of ureq.

use std::io::ErrorKind;
use std::sync::Arc;

use ureq::unversioned::transport::{Buffers, NextTimeout, Transport};

use super::buffers::WipedBuffers;
use super::connection::Connection;
use super::pool::Pool;
use crate::net;

/// The connection of one exchange. ureq's time limits are not set, so they are ignored: the limits
/// are those of the current exchange.
pub(super) struct StreamTransport {
    is_tls: bool,
    /// None when it is in the pool again.
    connection: Option<Box<Connection>>,
    pool: Arc<Pool>,
    /// Empty, for a transport without a connection.
    no_buffers: WipedBuffers,
}

impl StreamTransport {
    pub(super) fn new(connection: Box<Connection>, pool: Arc<Pool>) -> StreamTransport {
        StreamTransport {
            is_tls: connection.origin.is_tls,
            connection: Some(connection),
            pool,
            no_buffers: WipedBuffers::default(),
        }
    }

    fn connection(&mut self) -> Result<&mut Connection, net::Error> {
        let connection = self.connection.as_deref_mut();
        connection.ok_or_else(|| net::Error::Lost(ErrorKind::NotConnected.into()))
    }
}

impl Transport for StreamTransport {
    fn buffers(&mut self) -> &mut dyn Buffers {
        match &mut self.connection {
            Some(connection) => &mut connection.buffers,
            None => &mut self.no_buffers,
        }
    }

    fn transmit_output(&mut self, amount: usize, _: NextTimeout) -> Result<(), ureq::Error> {
        Ok(self.connection()?.transmit_output(amount)?)
    }

    fn await_input(&mut self, _: NextTimeout) -> Result<bool, ureq::Error> {
        self.connection()?.await_input()
    }

    /// ureq asks when it has read an answer completely, and before it keeps the connection in its
    /// own pool. The connection goes to our pool, so ureq has none to keep. Our pool asks whether
    /// the connection is open before it is used again.
    fn is_open(&mut self) -> bool {
        // Unread input is not part of the next answer.
        if let Some(connection) = self.connection.take_if(|one| !one.has_unread_input()) {
            self.pool.give_back(connection);
        }
        false
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
    use std::net::TcpListener;
    use std::time::Duration;

    use super::*;
    use crate::budget::Budget;
    use crate::http::connection::Origin;
    use crate::net::Socket;

    #[test]
    fn a_connection_with_unread_input_is_not_kept() {
        for unread in [0, 2] {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let address = listener.local_addr().unwrap();
            let budget = Budget::within(Duration::from_secs(20));
            let socket = Socket::connect("127.0.0.1", address.port(), budget).unwrap();
            let origin = Origin {
                authority: address.to_string().parse().unwrap(),
                is_tls: false,
            };
            let mut connection = Box::new(Connection::new(Box::new(socket), origin.clone()));
            connection.buffers.input_append_buf().fill(b'a');
            connection.buffers.input_appended(unread);
            let pool = Arc::new(Pool::new());
            let mut transport = StreamTransport::new(connection, pool.clone());
            assert!(!transport.is_open());
            assert_eq!(pool.take(&origin).is_some(), unread == 0);
        }
    }

    #[test]
    fn debug_output_does_not_contain_pending_output() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let budget = Budget::within(Duration::from_secs(20));
        let socket = Socket::connect("127.0.0.1", address.port(), budget).unwrap();
        let origin = Origin {
            authority: address.to_string().parse().unwrap(),
            is_tls: false,
        };
        let connection = Box::new(Connection::new(Box::new(socket), origin));
        let mut transport = StreamTransport::new(connection, Arc::new(Pool::new()));
        transport.buffers().output()[..6].copy_from_slice(b"canary");
        let debug = format!("{transport:?}");
        assert!(
            !debug.contains("canary") && !debug.contains("99, 97"),
            "{debug}"
        );
    }
}
