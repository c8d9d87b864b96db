//! A TCP connection for ureq that can be cancelled and keeps to the call's
//! deadline at every step: resolving, connecting, writing and reading.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::os::fd::AsFd;
use std::sync::Arc;
use std::time::Instant;

use rustix::event::PollFlags;
use rustix::io::Errno;
use rustix::net::{self, RecvFlags};
use ureq::Timeout;
use ureq::unversioned::transport::NextTimeout;

use super::connect::connect_any;
use super::failure::Failure;
use super::names::resolve;
use super::stream::{Stream, deadline};
use super::wait::{Woken, wait_for};
use crate::cancel::Cancel;
use crate::fork::{self, ProcessId};

/// A connected, non-blocking socket that reads and writes within a time limit.
#[derive(Debug)]
pub(super) struct Socket {
    stream: TcpStream,
    /// The process whose connection it is.
    process: ProcessId,
    cancel: Option<Arc<Cancel>>,
    limit: TimeLimit,
}

/// When reading and writing must be over, and what to call it if they are not.
#[derive(Clone, Copy, Debug)]
struct TimeLimit {
    deadline: Option<Instant>,
    reason: Timeout,
}

impl Socket {
    /// Resolves and connects, to the first of the host's addresses that accepts.
    pub(super) fn connect(
        host: &str,
        port: u16,
        deadline: Option<Instant>,
        cancel: Option<Arc<Cancel>>,
    ) -> Result<Socket, ureq::Error> {
        let process = fork::process();
        let addresses = resolve(host, port, deadline, cancel.as_deref())?;
        let stream = connect_any(&addresses, deadline, cancel.as_deref())?;
        stream.set_nodelay(true)?;
        let limit = TimeLimit {
            deadline,
            reason: Timeout::Connect,
        };
        Ok(Socket {
            stream,
            process,
            cancel,
            limit,
        })
    }

    /// In a child the connection is its parent's.
    fn check_process(&self) -> io::Result<()> {
        fork::check_process(self.process)
            .map_err(|error| ureq::Error::from(Failure::Internal(error)).into_io())
    }

    /// Blocks until the socket is ready for `interest`.
    fn ready(&self, interest: PollFlags) -> io::Result<()> {
        let TimeLimit { deadline, reason } = self.limit;
        // Checked here because a peer that always has another byte ready would
        // otherwise never let the deadline pass.
        if deadline.is_some_and(|at| at <= Instant::now()) {
            return Err(ureq::Error::Timeout(reason).into_io());
        }
        let cancel = self.cancel.as_deref();
        match wait_for(&[self.stream.as_fd()], interest, deadline, cancel)? {
            Woken::Ready(_) => Ok(()),
            Woken::TimedOut => Err(ureq::Error::Timeout(reason).into_io()),
            Woken::Cancelled => Err(ureq::Error::from(Failure::Cancelled).into_io()),
        }
    }
}

impl Read for Socket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            // An answer takes a while: waiting first spares a read in vain.
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
    const IS_TLS: bool = false;

    fn set_timeout(&mut self, timeout: NextTimeout) {
        self.limit = TimeLimit {
            deadline: deadline(timeout, Instant::now()),
            reason: timeout.reason,
        };
    }

    /// An idle connection has nothing to read: data or an end means that the
    /// service is done with it.
    fn is_open(&mut self) -> bool {
        #[cfg(test)]
        crate::injected::pass(crate::injected::Point::Probed);
        let mut byte = [0; 1];
        let flags = RecvFlags::PEEK | RecvFlags::DONTWAIT;
        matches!(
            net::recv(&self.stream, &mut byte[..], flags),
            Err(Errno::AGAIN)
        )
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::time::Duration;

    use super::*;

    #[test]
    fn an_address_of_ipv6_is_reached() {
        let open = TcpListener::bind("[::1]:0").unwrap();
        let port = open.local_addr().unwrap().port();
        let soon = Some(Instant::now() + Duration::from_secs(20));
        let socket = Socket::connect("[::1]", port, soon, None).unwrap();
        assert!(socket.stream.peer_addr().unwrap().is_ipv6());
    }
}
