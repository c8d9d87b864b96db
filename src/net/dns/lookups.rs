//! DNS lookups in background threads: the system's resolver has no time limit and
//! cannot be interrupted, so a thread may outlive the calls that wait for it.
//!
//! The number of threads is bounded even if DNS hangs: callers of the same host share
//! one lookup, and at most [`MAX_THREADS`] lookups run at once; the others queue.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use rustix::event::PollFlags;

use super::super::error::{Error, Result};
use super::super::wait::{Woken, wait_for};
use super::cache::{AddressCache, Addresses};
use super::system::query_system;
use crate::budget::Budget;
use crate::fork::{self, PerProcess};
use crate::sys::{Event, start_thread};

const MAX_THREADS: usize = 8;

/// The C library's resolver needs less than 64 KiB, but modules for LDAP, mDNS or
/// systemd run in here as well. Only the pages that are touched cost memory.
const STACK_SIZE: usize = 512 * 1024;

/// How long a caller waits for a lookup before it uses cached addresses instead: the
/// "client response timer" that RFC 8767 recommends.
const RESPONSE_TIMER: Duration = Duration::from_millis(1800);

/// A lookup that runs longer than this counts as hung, and the next caller starts a new
/// one. Otherwise a lookup that never ends would make its host unreachable for good.
/// Resolvers give up much sooner.
const HUNG_AFTER: Duration = Duration::from_secs(60);

/// A forked child has its own: its parent's threads do not exist there, and one of them
/// may have held the lock.
static CURRENT: PerProcess<Lookups> = PerProcess::new();

/// The lookups of one process.
#[derive(Default)]
pub(super) struct Lookups {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Lookups without an answer, by host.
    pending: BTreeMap<String, Pending>,
    /// The pending lookups that no thread has taken yet.
    queue: VecDeque<Arc<Lookup>>,
    threads: usize,
    cache: AddressCache,
}

struct Pending {
    lookup: Arc<Lookup>,
    callers: usize,
    /// When a thread took it from the queue.
    taken_at: Option<Instant>,
}

struct Lookup {
    host: String,
    started_at: Instant,
    answer: OnceLock<std::result::Result<Addresses, String>>,
    /// Wakes all callers when there is an answer.
    answered: Event,
}

impl Lookups {
    /// The lookups of this process.
    pub(super) fn current() -> Arc<Lookups> {
        CURRENT.get(|_| Lookups::default())
    }

    /// The host's addresses. If the resolver fails or does not answer in time, the cached
    /// ones are used.
    pub(super) fn resolve(self: &Arc<Lookups>, host: &str, budget: &Budget) -> Result<Addresses> {
        let process = fork::process();
        let (cached, joined) = self.join_or_start(host);
        let lookup = match joined {
            Ok(lookup) => lookup,
            Err(error) => return cached.ok_or(error.into()),
        };
        let until = match cached {
            Some(_) => lookup.response_timer(budget),
            None => budget.deadline,
        };
        let answered = [lookup.answered.as_fd()];
        let woken = wait_for(&answered, PollFlags::IN, until, &budget.cancels);
        // In a forked child, a thread of the parent may hold the lock.
        fork::check_process(process).map_err(Error::Internal)?;
        self.leave(&lookup);
        let error = match woken? {
            Woken::Ready(_) => match lookup.answer.get() {
                Some(Ok(addresses)) => return Ok(addresses.clone()),
                Some(Err(why)) => Error::Dns(why.clone()),
                None => Error::Dns("the lookup ended without an answer".to_owned()),
            },
            Woken::TimedOut => Error::ConnectTimeout,
            Woken::Cancelled => return Err(Error::Cancelled),
        };
        cached.ok_or(error)
    }

    /// Joins the host's lookup, or starts one. Also returns the cached addresses.
    fn join_or_start(
        self: &Arc<Lookups>,
        host: &str,
    ) -> (Option<Addresses>, io::Result<Arc<Lookup>>) {
        let mut state = self.lock();
        let cached = state.cache.get(host, Instant::now());
        let lookup = match state.pending.get_mut(host) {
            Some(pending) if !pending.is_hung() => {
                pending.callers += 1;
                Ok(pending.lookup.clone())
            }
            _ => self.start(&mut state, host),
        };
        (cached, lookup)
    }

    fn start(self: &Arc<Lookups>, state: &mut State, host: &str) -> io::Result<Arc<Lookup>> {
        let lookup = Arc::new(Lookup::new(host)?);
        if state.threads < MAX_THREADS {
            let lookups = self.clone();
            let work = Box::new(move || lookups.run_queue());
            match start_thread(c"loginid-dns", STACK_SIZE, work) {
                Ok(()) => state.threads += 1,
                Err(error) if state.threads == 0 => {
                    let why = format!("cannot start a thread for the DNS lookup: {error}");
                    return Err(io::Error::new(error.kind(), why));
                }
                // A running thread takes it later.
                Err(_) => {}
            }
        }
        state.queue.push_back(lookup.clone());
        let pending = Pending {
            lookup: lookup.clone(),
            callers: 1,
            taken_at: None,
        };
        state.pending.insert(host.to_owned(), pending);
        Ok(lookup)
    }

    /// A caller stops waiting. A queued lookup without callers is dropped.
    fn leave(&self, lookup: &Arc<Lookup>) {
        let mut state = self.lock();
        let Some(pending) = state.pending_of(lookup) else {
            return;
        };
        pending.callers -= 1;
        if pending.callers == 0 && pending.taken_at.is_none() {
            state.pending.remove(&lookup.host);
            state.queue.retain(|queued| !Arc::ptr_eq(queued, lookup));
        }
    }

    /// The work of a thread: runs the queued lookups, then ends.
    fn run_queue(&self) {
        while let Some(lookup) = self.take_next() {
            let answer = query_system(&lookup.host);
            let mut state = self.lock();
            if state.pending_of(&lookup).is_some() {
                state.pending.remove(&lookup.host);
            }
            if let Ok(addresses) = &answer {
                let (addresses, now) = (addresses.clone(), Instant::now());
                state.cache.insert(&lookup.host, addresses, now);
            }
            drop(state);
            lookup.answer(answer);
        }
    }

    fn take_next(&self) -> Option<Arc<Lookup>> {
        let mut state = self.lock();
        let Some(lookup) = state.queue.pop_front() else {
            state.threads -= 1;
            return None;
        };
        if let Some(pending) = state.pending_of(&lookup) {
            pending.taken_at = Some(Instant::now());
        }
        Some(lookup)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The entry of a lookup, unless it has been answered or replaced.
    fn pending_of(&mut self, lookup: &Arc<Lookup>) -> Option<&mut Pending> {
        self.pending
            .get_mut(&lookup.host)
            .filter(|pending| Arc::ptr_eq(&pending.lookup, lookup))
    }
}

impl Pending {
    fn is_hung(&self) -> bool {
        self.taken_at.is_some_and(|at| at.elapsed() > HUNG_AFTER)
    }
}

impl Lookup {
    fn new(host: &str) -> io::Result<Lookup> {
        Ok(Lookup {
            host: host.to_owned(),
            started_at: Instant::now(),
            answer: OnceLock::new(),
            answered: Event::new()?,
        })
    }

    /// When a caller that has cached addresses stops waiting: it needs half of its time
    /// for connecting, and does not wait for a lookup that is already late.
    fn response_timer(&self, budget: &Budget) -> Instant {
        let half = Instant::now() + budget.left() / 2;
        half.min(self.started_at + RESPONSE_TIMER)
    }

    fn answer(&self, answer: std::result::Result<Addresses, String>) {
        // Only the thread that took the lookup answers it, once.
        let _ = self.answer.set(answer);
        self.answered.set();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lookups, one of which a thread took some time ago and has not answered.
    fn unanswered(since: Duration) -> Arc<Lookups> {
        let lookups = Arc::new(Lookups::default());
        let pending = Pending {
            lookup: Arc::new(Lookup::new("localhost").unwrap()),
            callers: 0,
            taken_at: Instant::now().checked_sub(since),
        };
        let host = pending.lookup.host.clone();
        lookups.lock().pending.insert(host, pending);
        lookups
    }

    #[test]
    fn a_hung_lookup_is_replaced_after_a_minute() {
        let recent = unanswered(Duration::from_secs(58));
        let error = recent.resolve("localhost", &Budget::within(Duration::from_millis(300)));
        let error = error.unwrap_err();
        assert!(matches!(error, Error::ConnectTimeout), "{error}");
        let hung = unanswered(Duration::from_secs(61));
        let found = hung.resolve("localhost", &Budget::within(Duration::from_secs(60)));
        let found = found.unwrap();
        assert!(!found.is_empty());
        assert!(found.iter().all(|address| address.ip().is_loopback()));
        assert!(hung.lock().pending.is_empty());
    }
}
