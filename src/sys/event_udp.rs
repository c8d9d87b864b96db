//! The same event where the system has no eventfd: a UDP socket, connected to itself. Windows
//! can poll sockets only.

use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, UdpSocket};

use rustix::fd::{AsFd, BorrowedFd};

/// A socket that becomes readable when the event is set, and stays readable, since nobody
/// reads from it.
#[derive(Debug)]
pub(crate) struct Event(UdpSocket);

impl Event {
    pub(crate) fn new() -> io::Result<Event> {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        // Nobody else can send to a connected socket.
        socket.connect(socket.local_addr()?)?;
        Ok(Event(socket))
    }

    pub(crate) fn set(&self) {
        while matches!(self.0.send(&[1]), Err(error) if error.kind() == ErrorKind::Interrupted) {}
    }

    /// To wait for it.
    pub(crate) fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}
