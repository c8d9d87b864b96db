//! A TCP connection that can be cancelled and stays within the call's deadline at each
//! step: the DNS lookup, connecting, writing and reading.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;

use rustix::event::PollFlags;
use rustix::fd::AsFd;

use super::connect::connect_any;
use super::dns::resolve;
use super::error::{Error, Result};
use super::stream::Stream;
use super::wait::{Woken, wait_for};
use crate::budget::Budget;
use crate::failpoint::failpoint;
use crate::fork::{self, ProcessId};

/// A connected, non-blocking socket that reads and writes within a time limit.
#[derive(Debug)]
pub(crate) struct Socket {
    stream: TcpStream,
    /// The process that made the connection.
    process: ProcessId,
    /// For reading and writing.
    budget: Budget,
    /// Whether the budget is still that for connecting, TLS handshake included.
    is_connecting: bool,
}

impl Socket {
    /// Resolves and connects, to the first of the host's addresses that accepts.
    pub(crate) fn connect(host: &str, port: u16, budget: Budget) -> Result<Socket> {
        let process = fork::process();
        let addresses = resolve(host, port, &budget)?;
        let stream = connect_any(&addresses, &budget)?;
        stream.set_nodelay(true)?;
        Ok(Socket {
            stream,
            process,
            budget,
            is_connecting: true,
        })
    }

    /// In a forked child the connection still belongs to the parent.
    fn check_process(&self) -> Result<()> {
        fork::check_process(self.process).map_err(Error::Internal)
    }

    fn timed_out(&self) -> Error {
        if self.is_connecting {
            Error::ConnectTimeout
        } else {
            Error::Timeout
        }
    }

    /// Blocks until the socket is ready for `interest`.
    fn ready(&self, interest: PollFlags) -> Result<()> {
        // Checked here too: a peer that always has another byte ready would otherwise
        // keep the call running beyond its deadline.
        if self.budget.left().is_zero() {
            return Err(self.timed_out());
        }
        let Budget { deadline, cancels } = &self.budget;
        let socket = self.stream.as_fd();
        match wait_for(&[socket], interest, *deadline, cancels)? {
            Woken::Ready(_) => Ok(()),
            Woken::TimedOut => Err(self.timed_out()),
            Woken::Cancelled => Err(Error::Cancelled),
        }
    }
}

impl Read for Socket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            // An answer takes a while: waiting first saves a useless read.
            self.ready(PollFlags::IN)?;
            self.check_process()?;
            match self.stream.read(buffer) {
                Err(error)
                    if matches!(error.kind(), ErrorKind::Interrupted | ErrorKind::WouldBlock) => {}
                result => return result,
            }
        }
    }
}

impl Write for Socket {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        loop {
            self.check_process()?;
            match self.stream.write(buffer) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    self.ready(PollFlags::OUT)?;
                }
                result => return result,
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Stream for Socket {
    fn set_budget(&mut self, budget: Budget) {
        self.budget = budget;
        self.is_connecting = false;
    }

    /// An idle connection has nothing to read: data or end of file means that the
    /// service no longer uses it.
    fn is_open(&mut self) -> bool {
        failpoint!(Probed);
        let peeked = self.stream.peek(&mut [0]);
        peeked.is_err_and(|error| error.kind() == ErrorKind::WouldBlock)
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::time::Duration;

    use super::*;

    #[test]
    fn an_ipv6_address_can_be_connected_to() {
        let open = TcpListener::bind("[::1]:0").unwrap();
        let port = open.local_addr().unwrap().port();
        let budget = Budget::within(Duration::from_secs(20));
        let socket = Socket::connect("[::1]", port, budget).unwrap();
        assert!(socket.stream.peer_addr().unwrap().is_ipv6());
    }
}
