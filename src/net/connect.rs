//! Connects to a host with several addresses: starts with the first one, and tries the
//! next one in parallel after a short delay (RFC 8305, "Happy Eyeballs").

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use rustix::event::PollFlags;
use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::net::sockopt;

use super::error::{Error, Result};
use super::wait::{Woken, wait_for};
use crate::budget::Budget;
use crate::sys::start_connecting;

/// The delay before the next address is tried too: the "Connection Attempt Delay" that
/// RFC 8305 recommends.
const ATTEMPT_DELAY: Duration = Duration::from_millis(250);

/// A non-blocking connection to the address that accepts first. Addresses are
/// tried in order; the other attempts are closed.
pub(super) fn connect_any(addresses: &[SocketAddr], budget: &Budget) -> Result<TcpStream> {
    let mut untried = addresses.iter();
    let mut attempts = Attempts::default();
    loop {
        // If an address fails at once, the next one is tried at once.
        while untried
            .next()
            .is_some_and(|address| !attempts.start(*address))
        {}
        if attempts.open.is_empty() {
            return Err(attempts.error());
        }
        let step = if untried.len() > 0 {
            budget.at_most(ATTEMPT_DELAY)
        } else {
            budget.clone()
        };
        if let Some(stream) = attempts.wait(&step)? {
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
    first_error: Option<io::Error>,
}

impl Attempts {
    /// Starts an attempt. Returns false if it failed at once.
    fn start(&mut self, address: SocketAddr) -> bool {
        let started = start_connecting(address).map(|socket| self.open.push(socket));
        started.map_err(|error| self.record_error(error)).is_ok()
    }

    /// Waits until one attempt has ended. Returns its connection if it succeeded.
    fn wait(&mut self, budget: &Budget) -> Result<Option<TcpStream>> {
        let sockets: Vec<BorrowedFd<'_>> = self.open.iter().map(AsFd::as_fd).collect();
        let ended = match wait_for(&sockets, PollFlags::OUT, budget.deadline, &budget.cancels)? {
            Woken::Ready(position) => self.open.remove(position),
            Woken::TimedOut => return Ok(None),
            Woken::Cancelled => return Err(Error::Cancelled),
        };
        match sockopt::socket_error(&ended) {
            Ok(Ok(())) => return Ok(Some(ended.into())),
            Ok(Err(error)) | Err(error) => self.record_error(error.into()),
        }
        Ok(None)
    }

    /// Keeps the first error, but prefers "connection refused": it tells more than, for
    /// example, a missing route on a machine without IPv6.
    fn record_error(&mut self, error: io::Error) {
        if self.first_error.is_none() || error.kind() == ErrorKind::ConnectionRefused {
            self.first_error = Some(error);
        }
    }

    fn error(self) -> Error {
        match self.first_error {
            Some(error) => Error::Connect(error),
            None => Error::Dns("the name has no address".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr, TcpListener};
    use std::sync::Arc;
    use std::time::Instant;

    use super::*;
    use crate::cancel::Cancel;

    /// A broadcast address: connecting to it fails at once.
    const UNROUTABLE: SocketAddr =
        SocketAddr::new(IpAddr::V4(Ipv4Addr::new(127, 255, 255, 255)), 80);

    /// A port that accepts connections, and one where nobody listens.
    fn ports() -> (TcpListener, SocketAddr, SocketAddr) {
        let open = TcpListener::bind("127.0.0.1:0").unwrap();
        let (good, closed) = (open.local_addr().unwrap(), TcpListener::bind("127.0.0.1:0"));
        let bad = closed.unwrap().local_addr().unwrap();
        (open, good, bad)
    }

    /// A port whose accept queue is full: connecting to it never ends.
    fn unresponsive() -> (TcpListener, SocketAddr, Vec<TcpStream>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        // Listening again only shortens the queue.
        rustix::net::listen(&listener, 0).unwrap();
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
    fn after_a_refused_connection_the_next_address_is_tried_at_once() {
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
    fn an_unresponsive_address_delays_the_next_one_only_briefly() {
        let (_open, good, _) = ports();
        let (_listener, unresponsive, _waiting) = unresponsive();
        // The delay does not depend on the limit.
        let (started, limit) = (Instant::now(), within(60));
        let stream = connect_any(
            &[unresponsive, UNROUTABLE, unresponsive, UNROUTABLE, good],
            &limit,
        )
        .unwrap();
        assert_eq!(stream.peer_addr().unwrap(), good);
        let elapsed = started.elapsed();
        assert!(elapsed >= 2 * ATTEMPT_DELAY, "{elapsed:?}");
        assert!(
            elapsed < 2 * ATTEMPT_DELAY + Duration::from_secs(2),
            "{elapsed:?}"
        );
    }

    #[test]
    fn with_only_unresponsive_addresses_the_deadline_ends_the_wait() {
        let (_open, _, bad) = ports();
        let (_listener, unresponsive, _waiting) = unresponsive();
        let (started, limit) = (Instant::now(), within(1));
        let error = connect_any(&[unresponsive, unresponsive, bad], &limit).unwrap_err();
        assert!(matches!(error, Error::ConnectTimeout), "{error}");
        assert!(started.elapsed() >= Duration::from_secs(1));
    }

    /// The first address is slow, not dead: it still wins if the next one fails.
    #[test]
    fn an_attempt_continues_while_the_next_address_is_tried() {
        let (listener, slow, waiting) = unresponsive();
        let (_open, _, bad) = ports();
        std::thread::spawn(move || {
            std::thread::sleep(2 * ATTEMPT_DELAY);
            // This makes room in the queue for the SYN that the kernel sends again.
            let accepted: Vec<_> = listener.incoming().collect();
            drop((accepted, waiting));
        });
        let stream = connect_any(&[slow, bad], &within(30)).unwrap();
        assert_eq!(stream.peer_addr().unwrap(), slow);
    }

    #[test]
    fn a_cancelled_call_tries_no_more_addresses() {
        let (open, good, _) = ports();
        let (_listener, unresponsive, _waiting) = unresponsive();
        let cancel = Arc::new(Cancel::new());
        cancel.trigger();
        let budget = Budget {
            cancels: cancel.into(),
            ..within(60)
        };
        let error = connect_any(&[unresponsive, good], &budget).unwrap_err();
        assert!(matches!(error, Error::Cancelled), "{error}");
        open.set_nonblocking(true).unwrap();
        assert_eq!(open.accept().unwrap_err().kind(), ErrorKind::WouldBlock);
    }

    #[test]
    fn a_refused_connection_is_the_preferred_error() {
        let (_open, _, bad) = ports();
        for addresses in [[bad, UNROUTABLE], [UNROUTABLE, bad]] {
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
