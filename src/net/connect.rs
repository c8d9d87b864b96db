//! Connecting to the first of several addresses that accepts: each has a moment
//! before the next one is tried as well (RFC 8305, "Happy Eyeballs").

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpStream};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Duration;

use rustix::event::PollFlags;
use rustix::io::Errno;
use rustix::net::{self, AddressFamily, SocketFlags, SocketType, sockopt};

use super::error::{Error, Result};
use super::wait::{Woken, wait_for};
use crate::budget::Budget;

/// How long an address has before the next one is tried as well: what RFC 8305
/// recommends as its "Connection Attempt Delay".
const ATTEMPT_DELAY: Duration = Duration::from_millis(250);

/// A non-blocking connection to the address that accepts first. Addresses are
/// tried in order, and the attempts that lose are closed.
pub(super) fn connect_any(addresses: &[SocketAddr], budget: &Budget) -> Result<TcpStream> {
    let mut untried = addresses.iter();
    let mut attempts = Attempts::default();
    loop {
        // An address that fails at once has had its turn.
        while untried
            .next()
            .is_some_and(|address| !attempts.start(*address))
        {}
        if attempts.open.is_empty() {
            return Err(attempts.error());
        }
        let turn = if untried.len() > 0 {
            budget.at_most(ATTEMPT_DELAY)
        } else {
            budget.clone()
        };
        if let Some(stream) = attempts.wait(&turn)? {
            return Ok(stream);
        }
        if budget.left().is_zero() {
            return Err(Error::ConnectTimeout);
        }
    }
}

#[derive(Default)]
struct Attempts {
    /// Sockets that are connecting.
    open: Vec<OwnedFd>,
    /// The error to return if no address accepts.
    refusal: Option<io::Error>,
}

impl Attempts {
    /// Starts an attempt. Returns false if it failed at once.
    fn start(&mut self, address: SocketAddr) -> bool {
        let started = start(address).map(|socket| self.open.push(socket));
        started.map_err(|error| self.note(error)).is_ok()
    }

    /// Waits until one attempt has ended, and gives its connection if it succeeded.
    fn wait(&mut self, budget: &Budget) -> Result<Option<TcpStream>> {
        let sockets: Vec<BorrowedFd<'_>> = self.open.iter().map(AsFd::as_fd).collect();
        let cancel = budget.cancel.as_deref();
        let ended = match wait_for(&sockets, PollFlags::OUT, budget.deadline, cancel)? {
            Woken::Ready(position) => self.open.remove(position),
            Woken::TimedOut => return Ok(None),
            Woken::Cancelled => return Err(Error::Cancelled),
        };
        match sockopt::socket_error(&ended) {
            Ok(Ok(())) => return Ok(Some(ended.into())),
            Ok(Err(error)) | Err(error) => self.note(error.into()),
        }
        Ok(None)
    }

    /// Keeps the first error, but prefers a refusal: that says more than a missing
    /// route, for example on a machine without IPv6.
    fn note(&mut self, error: io::Error) {
        if self.refusal.is_none() || error.kind() == ErrorKind::ConnectionRefused {
            self.refusal = Some(error);
        }
    }

    fn error(self) -> Error {
        match self.refusal {
            Some(error) => Error::Connect(error),
            None => Error::Dns("the name has no address".to_owned()),
        }
    }
}

/// A socket that is connecting, or is connected already.
fn start(address: SocketAddr) -> io::Result<OwnedFd> {
    let family = match address {
        SocketAddr::V4(_) => AddressFamily::INET,
        SocketAddr::V6(_) => AddressFamily::INET6,
    };
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let socket = net::socket_with(family, SocketType::STREAM, flags, None)?;
    match net::connect(&socket, &address) {
        // Interrupted or not, connecting goes on by itself.
        Ok(()) | Err(Errno::INPROGRESS | Errno::INTR) => Ok(socket),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr, TcpListener};
    use std::sync::Arc;
    use std::time::Instant;

    use super::*;
    use crate::cancel::Cancel;

    /// A broadcast address: the kernel refuses to connect there, at once.
    const NOWHERE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(127, 255, 255, 255)), 80);

    /// A port that accepts connections, and one where nobody listens.
    fn ports() -> (TcpListener, SocketAddr, SocketAddr) {
        let open = TcpListener::bind("127.0.0.1:0").unwrap();
        let (good, closed) = (open.local_addr().unwrap(), TcpListener::bind("127.0.0.1:0"));
        let bad = closed.unwrap().local_addr().unwrap();
        (open, good, bad)
    }

    /// A port whose queue is full: connecting to it takes until the deadline.
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

    fn within(seconds: u64) -> Budget {
        Budget::within(Duration::from_secs(seconds))
    }

    #[test]
    fn an_address_that_refuses_is_followed_by_the_next_at_once() {
        let (_open, good, bad) = ports();
        let started = Instant::now();
        let stream = connect_any(&[bad, good], &within(20)).unwrap();
        assert_eq!(stream.peer_addr().unwrap(), good);
        assert!(started.elapsed() < ATTEMPT_DELAY);
        let error = connect_any(&[bad, bad], &within(20)).unwrap_err();
        assert!(
            error.to_string().contains("no connection could be made"),
            "{error}"
        );
    }

    #[test]
    fn an_address_that_never_answers_holds_the_next_up_for_a_moment_only() {
        let (_open, good, _) = ports();
        let (_listener, mute, _waiting) = mute();
        // Half of the limit, or any share of it, would be far longer.
        let (started, limit) = (Instant::now(), within(60));
        let stream = connect_any(&[mute, NOWHERE, mute, NOWHERE, good], &limit).unwrap();
        assert_eq!(stream.peer_addr().unwrap(), good);
        let taken = started.elapsed();
        assert!(taken >= 2 * ATTEMPT_DELAY, "{taken:?}");
        assert!(
            taken < 2 * ATTEMPT_DELAY + Duration::from_secs(2),
            "{taken:?}"
        );
    }

    #[test]
    fn addresses_that_never_answer_are_waited_for_until_the_deadline() {
        let (_open, _, bad) = ports();
        let (_listener, mute, _waiting) = mute();
        let (started, limit) = (Instant::now(), within(1));
        let error = connect_any(&[mute, mute, bad], &limit).unwrap_err();
        assert!(matches!(error, Error::ConnectTimeout), "{error}");
        assert!(started.elapsed() >= Duration::from_secs(1));
    }

    /// The first address is slow, not dead: it still wins if the next one fails.
    #[test]
    fn an_address_is_not_given_up_when_the_next_is_tried() {
        let (listener, slow, waiting) = mute();
        let (_open, _, bad) = ports();
        std::thread::spawn(move || {
            std::thread::sleep(2 * ATTEMPT_DELAY);
            // That makes room in the queue for the SYN that the kernel repeats.
            let accepted: Vec<_> = listener.incoming().collect();
            drop((accepted, waiting));
        });
        let stream = connect_any(&[slow, bad], &within(30)).unwrap();
        assert_eq!(stream.peer_addr().unwrap(), slow);
    }

    #[test]
    fn a_cancelled_call_tries_no_further_address() {
        let (open, good, _) = ports();
        let (_listener, mute, _waiting) = mute();
        let cancel = Arc::new(Cancel::new().unwrap());
        cancel.trigger();
        let budget = Budget {
            cancel: Some(cancel),
            ..within(60)
        };
        let error = connect_any(&[mute, good], &budget).unwrap_err();
        assert!(matches!(error, Error::Cancelled), "{error}");
        open.set_nonblocking(true).unwrap();
        assert_eq!(open.accept().unwrap_err().kind(), ErrorKind::WouldBlock);
    }

    #[test]
    fn the_error_is_that_of_a_machine_which_refused() {
        let (_open, _, bad) = ports();
        for addresses in [[bad, NOWHERE], [NOWHERE, bad]] {
            let error = connect_any(&addresses, &within(20)).unwrap_err();
            assert!(error.to_string().contains("refused"), "{error}");
        }
    }

    #[test]
    fn a_name_without_an_address_is_an_error() {
        let error = connect_any(&[], &within(2)).unwrap_err();
        assert!(error.to_string().contains("has no address"), "{error}");
    }
}
