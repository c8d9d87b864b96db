//! A TLS connection, made by rustls with aws-lc-rs.

use std::io::{self, BufRead, ErrorKind, Read, Write};
use std::sync::Arc;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, StreamOwned};

use super::error::{Error, Result};
use super::stream::Stream;
use super::tls_error;
use crate::budget::Budget;
use crate::fork;
use crate::input::host::without_brackets;

/// A TLS connection over another stream.
pub(crate) struct TlsStream(StreamOwned<ClientConnection, Box<dyn Stream>>);

impl TlsStream {
    /// Connects and completes the handshake, so a failure here means that no request was
    /// sent.
    pub(crate) fn connect(
        mut stream: Box<dyn Stream>,
        host: &str,
        tls: Arc<ClientConfig>,
    ) -> Result<TlsStream> {
        let host = without_brackets(host);
        let name = ServerName::try_from(host.to_owned())
            .map_err(|_| Error::Tls(format!("'{host}' cannot be the name in a certificate")))?;
        let mut connection = fork::without_fork(|| ClientConnection::new(tls, name))
            .map_err(Error::Internal)?
            .map_err(|error| Error::Tls(tls_error::protocol(&error)))?;
        handshake(&mut connection, &mut *stream)?;
        Ok(TlsStream(StreamOwned::new(connection, stream)))
    }
}

// In place of rustls's `complete_io`: no fork happens while aws-lc draws random bytes, or records the
// error of a damaged record, which it does under a lock. Nor does a fork wait for the other side.

fn handshake(connection: &mut ClientConnection, stream: &mut dyn Stream) -> io::Result<()> {
    loop {
        send(connection, stream)?;
        if !connection.is_handshaking() {
            return Ok(());
        }
        if !receive(connection, stream)? {
            return Err(ErrorKind::UnexpectedEof.into());
        }
    }
}

/// Sends what is to be sent.
fn send(connection: &mut ClientConnection, stream: &mut dyn Stream) -> io::Result<()> {
    while connection.wants_write() {
        match connection.write_tls(stream) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(_) => {}
            Err(error) => return Err(write_error(connection, stream, error)),
        }
    }
    stream.flush()
}

/// Waits for data and processes them. Returns false if the other side has closed the connection.
fn receive(connection: &mut ClientConnection, stream: &mut dyn Stream) -> io::Result<bool> {
    if connection.read_tls(stream)? == 0 {
        return Ok(false);
    }
    if let Err(error) = process(connection) {
        // Sends the alert that tells the other side why, if the connection still works.
        let _ = connection.write_tls(stream);
        return Err(error);
    }
    Ok(true)
}

/// Processes what was read.
fn process(connection: &mut ClientConnection) -> io::Result<()> {
    fork::without_fork(|| connection.process_new_packets())
        .map_err(Error::Internal)?
        .map(drop)
        .map_err(|error| io::Error::new(ErrorKind::InvalidData, error))
}

/// The reason for a failed write: if the other side sent an alert before it closed the
/// connection, the alert is still unread.
fn write_error(
    connection: &mut ClientConnection,
    stream: &mut dyn Stream,
    broken: io::Error,
) -> io::Error {
    use ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset};
    if matches!(
        broken.kind(),
        BrokenPipe | ConnectionAborted | ConnectionReset
    ) {
        while let Ok(1..) = connection.read_tls(stream) {
            if let Err(alert) = process(connection) {
                return alert;
            }
        }
    }
    broken
}

impl Read for TlsStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let (connection, stream) = (&mut self.0.conn, &mut *self.0.sock);
        // A part of a record is not enough.
        while connection.wants_read() {
            // For example the answer to an update of the keys.
            send(connection, stream)?;
            if !receive(connection, stream)? {
                break;
            }
        }
        connection.reader().read(buffer)
    }
}

impl Write for TlsStream {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let written = self.0.write(buffer);
        written.map_err(|error| write_error(&mut self.0.conn, &mut *self.0.sock, error))
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.0.flush();
        flushed.map_err(|error| write_error(&mut self.0.conn, &mut *self.0.sock, error))
    }
}

impl Stream for TlsStream {
    fn set_budget(&mut self, budget: Budget) {
        self.0.sock.set_budget(budget);
    }

    /// There is no unread decrypted data, no close_notify was received, and the socket
    /// has nothing to read.
    fn is_open(&mut self) -> bool {
        let nothing_unread = matches!(
            self.0.conn.reader().fill_buf(),
            Err(error) if error.kind() == ErrorKind::WouldBlock
        );
        nothing_unread && self.0.sock.is_open()
    }
}
