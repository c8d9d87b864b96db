//! A TCP connection for ureq that can be cancelled and keeps to the call's
//! deadline at every step: resolving, connecting, writing and reading.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs};
use std::os::fd::AsFd;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Instant;

use rustix::event::PollFlags;
use rustix::io::Errno;
use rustix::net::{self, AddressFamily, RecvFlags, SocketFlags, SocketType, sockopt};
use rustix::pipe::{PipeFlags, pipe_with};
use ureq::Timeout;
use ureq::unversioned::transport::NextTimeout;

use super::failure::Failure;
use super::stream::{Stream, deadline};
use super::wait::{Woken, wait_for};
use crate::cancel::Cancel;

/// A connected, non-blocking socket that reads and writes within a time limit.
#[derive(Debug)]
pub(super) struct Socket {
    stream: TcpStream,
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
    /// Resolves and connects, trying the host's addresses in turn.
    pub(super) fn connect(
        host: &str,
        port: u16,
        deadline: Option<Instant>,
        cancel: Option<Arc<Cancel>>,
    ) -> Result<Socket, ureq::Error> {
        let addresses = resolve(host, port, deadline, cancel.as_deref())?;
        let stream = connect_any(&addresses, deadline, cancel.as_deref())?;
        stream.set_nodelay(true)?;
        let limit = TimeLimit {
            deadline,
            reason: Timeout::Connect,
        };
        Ok(Socket {
            stream,
            cancel,
            limit,
        })
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
        let woken = wait_for(self.stream.as_fd(), interest, deadline, cancel)?;
        met(woken, reason).map_err(ureq::Error::into_io)
    }
}

impl Read for Socket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            // An answer takes a while: waiting first spares a read in vain.
            self.ready(PollFlags::IN)?;
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

fn met(woken: Woken, reason: Timeout) -> Result<(), ureq::Error> {
    match woken {
        Woken::Ready => Ok(()),
        Woken::TimedOut => Err(ureq::Error::Timeout(reason)),
        Woken::Cancelled => Err(Failure::Cancelled.into()),
    }
}

/// The host's addresses. The system's resolver blocks for as long as it likes,
/// so it runs in a thread of its own, which is left behind at the deadline.
fn resolve(
    host: &str,
    port: u16,
    deadline: Option<Instant>,
    cancel: Option<&Cancel>,
) -> Result<Vec<SocketAddr>, ureq::Error> {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    if let Ok(address) = host.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(address, port)]);
    }
    let (answers, answer) = mpsc::sync_channel(1);
    let (done, finished) = pipe_with(PipeFlags::CLOEXEC).map_err(io::Error::from)?;
    // The thread holds the reading end as well: writing to a pipe that nobody
    // reads, once the caller has given up, would end the process with SIGPIPE.
    let done = Arc::new(done);
    let reader = done.clone();
    let name = host.to_owned();
    thread::Builder::new()
        .name("loginid-dns".to_owned())
        .spawn(move || {
            let addresses = (name.as_str(), port).to_socket_addrs();
            let _ = answers.send(addresses.map(Iterator::collect::<Vec<_>>));
            // Wakes the caller. Closing alone would not, while a process that was
            // forked meanwhile has a copy of this end.
            let _ = rustix::io::write(&finished, &[1]);
            drop((finished, reader));
        })?;
    met(
        wait_for(done.as_fd(), PollFlags::IN, deadline, cancel)?,
        Timeout::Resolve,
    )?;
    let addresses = answer
        .recv()
        .map_err(|_| Failure::Dns("the resolver ended early".to_owned()))?;
    addresses.map_err(|error| Failure::Dns(error.to_string()).into())
}

/// Each address but the last gets half of the time that is left.
fn connect_any(
    addresses: &[SocketAddr],
    deadline: Option<Instant>,
    cancel: Option<&Cancel>,
) -> Result<TcpStream, ureq::Error> {
    let mut failure = Failure::Dns("the name has no address".to_owned()).into();
    for (position, address) in addresses.iter().enumerate() {
        let last = position + 1 == addresses.len();
        let until = deadline.map(|deadline| {
            let now = Instant::now();
            match last {
                true => deadline,
                false => now + deadline.saturating_duration_since(now) / 2,
            }
        });
        match connect(*address, until, cancel) {
            Ok(stream) => return Ok(stream),
            Err(ureq::Error::Other(cancelled)) => return Err(ureq::Error::Other(cancelled)),
            Err(ureq::Error::Io(error)) => failure = Failure::Connect(error).into(),
            Err(other) => failure = other,
        }
    }
    Err(failure)
}

fn connect(
    address: SocketAddr,
    deadline: Option<Instant>,
    cancel: Option<&Cancel>,
) -> Result<TcpStream, ureq::Error> {
    let family = match address {
        SocketAddr::V4(_) => AddressFamily::INET,
        SocketAddr::V6(_) => AddressFamily::INET6,
    };
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let socket =
        net::socket_with(family, SocketType::STREAM, flags, None).map_err(io::Error::from)?;
    match net::connect(&socket, &address) {
        Ok(()) => {}
        // Interrupted or not, connecting goes on by itself.
        Err(Errno::INPROGRESS | Errno::INTR) => {
            met(
                wait_for(socket.as_fd(), PollFlags::OUT, deadline, cancel)?,
                Timeout::Connect,
            )?;
            sockopt::socket_error(&socket)
                .map_err(io::Error::from)?
                .map_err(io::Error::from)?;
        }
        Err(error) => return Err(io::Error::from(error).into()),
    }
    Ok(TcpStream::from(socket))
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::time::Duration;

    use super::*;

    /// A port that accepts connections, and one where nobody listens.
    fn ports() -> (TcpListener, SocketAddr, SocketAddr) {
        let open = TcpListener::bind("127.0.0.1:0").unwrap();
        let (good, closed) = (open.local_addr().unwrap(), TcpListener::bind("127.0.0.1:0"));
        let bad = closed.unwrap().local_addr().unwrap();
        (open, good, bad)
    }

    /// A port whose queue is full: connecting to it takes for ever.
    fn mute() -> (TcpListener, SocketAddr, Vec<TcpStream>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        // Listening again only shortens the queue.
        net::listen(&listener, 0).unwrap();
        let address = listener.local_addr().unwrap();
        let soon = Duration::from_millis(300);
        let waiting = std::iter::from_fn(|| TcpStream::connect_timeout(&address, soon).ok());
        let waiting = waiting.take(100).collect();
        (listener, address, waiting)
    }

    fn soon() -> Option<Instant> {
        Some(Instant::now() + Duration::from_secs(2))
    }

    #[test]
    fn an_address_that_refuses_is_followed_by_the_next() {
        let (_open, good, bad) = ports();
        let stream = connect_any(&[bad, good], soon(), None).unwrap();
        assert_eq!(stream.peer_addr().unwrap(), good);
        let error = connect_any(&[bad, bad], soon(), None).unwrap_err();
        assert!(
            error.to_string().contains("no connection could be made"),
            "{error}"
        );
    }

    #[test]
    fn an_address_that_never_answers_leaves_time_for_the_next() {
        let (_open, good, _) = ports();
        let (_listener, mute, _waiting) = mute();
        let stream = connect_any(&[mute, good], soon(), None).unwrap();
        assert_eq!(stream.peer_addr().unwrap(), good);
        let error = connect_any(&[mute], soon(), None).unwrap_err();
        assert!(
            matches!(error, ureq::Error::Timeout(Timeout::Connect)),
            "{error}"
        );
    }

    #[test]
    fn a_cancelled_call_tries_no_further_address() {
        let (open, good, _) = ports();
        let (_listener, mute, _waiting) = mute();
        let cancel = Cancel::new().unwrap();
        cancel.trigger();
        let error = connect_any(&[mute, good], None, Some(&cancel)).unwrap_err();
        assert_eq!(error.to_string(), "other: cancelled");
        open.set_nonblocking(true).unwrap();
        assert_eq!(open.accept().unwrap_err().kind(), ErrorKind::WouldBlock);
    }

    #[test]
    fn a_name_without_an_address_is_no_service() {
        let error = connect_any(&[], soon(), None).unwrap_err();
        assert!(error.to_string().contains("has no address"), "{error}");
    }

    #[test]
    fn an_address_of_ipv6_is_reached() {
        let open = TcpListener::bind("[::1]:0").unwrap();
        let port = open.local_addr().unwrap().port();
        let socket = Socket::connect("[::1]", port, soon(), None).unwrap();
        assert!(socket.stream.peer_addr().unwrap().is_ipv6());
    }
}
