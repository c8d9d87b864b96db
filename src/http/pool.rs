//! The idle connections of an agent.
//!
//! ureq has a pool too, but uses it under one lock: it compares the URLs of all idle connections
//! twice for each request, and probes a connection with a system call. Under many threads, most
//! wait for that lock, some of them long. Here the lock protects only a push or a pop.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::connection::{Connection, Origin};
use crate::fork::{self, ProcessId};

/// How many idle connections are kept, and for how long. Load balancers usually close idle
/// connections after a minute; closing them earlier avoids most stale ones.
const MAX_CONNECTIONS: usize = 64;
const MAX_AGE: Duration = Duration::from_secs(30);

struct Idle {
    connection: Box<Connection>,
    since: Instant,
}

/// The connection that was used last is used again first: its memory is still in the
/// processor's cache, and those that are not needed grow old and are closed.
pub(super) struct Pool {
    /// The longest idle one is first.
    idle: Mutex<VecDeque<Idle>>,
    process: ProcessId,
}

impl Pool {
    pub(super) fn new() -> Pool {
        Pool {
            idle: Mutex::default(),
            process: fork::process(),
        }
    }

    /// An open connection to the service, if one is idle.
    pub(super) fn take(&self, origin: &Origin) -> Option<Box<Connection>> {
        loop {
            // The lock is released before the connection is probed, or closed.
            let mut idle = self.lock()?.pop_back()?;
            let is_usable = idle.since.elapsed() < MAX_AGE && idle.connection.origin == *origin;
            if is_usable && idle.connection.is_open() {
                return Some(idle.connection);
            }
        }
    }

    /// Keeps a connection whose answer was read completely.
    pub(super) fn give_back(&self, connection: Box<Connection>) {
        let since = Instant::now();
        let Some(mut idle) = self.lock() else { return };
        let is_old = |one: &Idle| since.duration_since(one.since) >= MAX_AGE;
        let old = idle.iter().take_while(|one| is_old(one)).count();
        let excess = (idle.len() + 1).saturating_sub(MAX_CONNECTIONS);
        let closed: Vec<_> = idle.drain(..old.max(excess)).collect();
        idle.push_back(Idle { connection, since });
        // Closing is a system call for each.
        drop(idle);
        drop(closed);
    }

    /// None in a child that a signal handler forked during a call: the connections belong to the
    /// parent, and one of its threads may have held the lock.
    fn lock(&self) -> Option<MutexGuard<'_, VecDeque<Idle>>> {
        let is_own = fork::process() == self.process;
        is_own.then(|| self.idle.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl std::fmt::Debug for Pool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pool")
    }
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream};

    use ureq::unversioned::transport::Buffers;

    use super::*;
    use crate::budget::Budget;
    use crate::net::Socket;

    fn origin(listener: &TcpListener) -> Origin {
        let address = listener.local_addr().unwrap().to_string();
        Origin {
            authority: address.parse().unwrap(),
            is_tls: false,
        }
    }

    fn connect(listener: &TcpListener) -> (Box<Connection>, TcpStream) {
        let port = listener.local_addr().unwrap().port();
        let budget = Budget::within(Duration::from_secs(20));
        let socket = Socket::connect("127.0.0.1", port, budget).unwrap();
        let connection = Connection::new(Box::new(socket), origin(listener));
        (Box::new(connection), listener.accept().unwrap().0)
    }

    #[test]
    fn the_connection_that_was_used_last_is_used_first() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (pool, origin) = (Pool::new(), origin(&listener));
        let mut peers = Vec::new();
        for mark in [1, 2] {
            let (mut connection, peer) = connect(&listener);
            connection.buffers.output()[0] = mark;
            pool.give_back(connection);
            peers.push(peer);
        }
        for mark in [2, 1] {
            let mut connection = pool.take(&origin).unwrap();
            assert_eq!(connection.buffers.output()[0], mark);
        }
        assert!(pool.take(&origin).is_none());
    }

    #[test]
    fn a_connection_to_another_service_is_not_used() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let own = origin(&listener);
        let others = [
            Origin {
                is_tls: true,
                ..own.clone()
            },
            Origin {
                authority: "127.0.0.1:1".parse().unwrap(),
                ..own.clone()
            },
        ];
        for other in others {
            let pool = Pool::new();
            let (connection, _peer) = connect(&listener);
            pool.give_back(connection);
            assert!(pool.take(&other).is_none());
        }
    }

    #[test]
    fn a_closed_connection_is_skipped() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let pool = Pool::new();
        let (open, _peer) = connect(&listener);
        let (closed, peer) = connect(&listener);
        pool.give_back(open);
        pool.give_back(closed);
        drop(peer);
        assert!(pool.take(&origin(&listener)).is_some());
        assert!(pool.take(&origin(&listener)).is_none());
    }

    #[test]
    fn the_number_and_the_age_of_idle_connections_are_limited() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let pool = Pool::new();
        let mut peers = Vec::new();
        for _ in 0..MAX_CONNECTIONS + 2 {
            let (connection, peer) = connect(&listener);
            peers.push(peer);
            pool.give_back(connection);
        }
        assert_eq!(pool.lock().unwrap().len(), MAX_CONNECTIONS);
        for idle in pool.lock().unwrap().iter_mut().take(10) {
            idle.since = Instant::now().checked_sub(MAX_AGE).unwrap();
        }
        let (connection, _peer) = connect(&listener);
        pool.give_back(connection);
        assert_eq!(pool.lock().unwrap().len(), MAX_CONNECTIONS - 9);
        for idle in pool.lock().unwrap().iter_mut() {
            idle.since = Instant::now().checked_sub(MAX_AGE).unwrap();
        }
        assert!(pool.take(&origin(&listener)).is_none());
    }
}
