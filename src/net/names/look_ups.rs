//! Look-ups in threads of their own: the system's resolver has no time limit and
//! cannot be interrupted, so a thread may outlive the calls that wait for it.
//!
//! The number of threads is bounded, whatever happens to DNS: each host is looked up
//! once at a time for all callers, and at most [`MAX_THREADS`] hosts at once; the
//! others queue.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use rustix::event::{EventfdFlags, PollFlags, eventfd};
use rustix::io::Errno;

use super::super::error::{Error, Result};
use super::super::wait::{Woken, wait_for};
use super::known::{Addresses, Known};
use super::system::ask_system;
use crate::budget::Budget;
use crate::fork::{self, PerProcess};
use crate::sys::start_thread;

const MAX_THREADS: usize = 8;

/// The C library's resolver needs less than 64 KiB, but modules for LDAP, mDNS or
/// systemd run in here as well. Only the pages that are touched cost memory.
const STACK_SIZE: usize = 512 * 1024;

/// How long a look-up has before the addresses found last serve instead: what
/// RFC 8767 recommends as its "client response timer".
const RESPONSE_TIMER: Duration = Duration::from_millis(1800);

/// A look-up without an answer for so long is taken for lost: the next caller asks
/// anew, or one that never ends would keep its host out of reach for good. This is
/// far more than resolvers need to give up.
const LOST_AFTER: Duration = Duration::from_secs(60);

/// A forked child has its own: none of its parent's threads is there, and one of them
/// may have held the lock.
static CURRENT: PerProcess<LookUps> = PerProcess::new();

/// The look-ups of one process.
#[derive(Default)]
pub(super) struct LookUps {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Look-ups without an answer, by host.
    pending: BTreeMap<String, Pending>,
    /// The pending look-ups that no thread has taken yet.
    queue: VecDeque<Arc<LookUp>>,
    threads: usize,
    known: Known,
}

struct Pending {
    look_up: Arc<LookUp>,
    callers: usize,
    /// When a thread took it from the queue.
    asked: Option<Instant>,
}

struct LookUp {
    host: String,
    started: Instant,
    answer: OnceLock<std::result::Result<Addresses, String>>,
    /// Ready for reading, for all callers, once there is an answer.
    answered: OwnedFd,
}

impl LookUps {
    /// The look-ups of this process.
    pub(super) fn current() -> Arc<LookUps> {
        CURRENT.get(|_| LookUps::default())
    }

    /// The host's addresses. Those found last serve if the resolver fails, or does
    /// not answer in time.
    pub(super) fn find(self: &Arc<LookUps>, host: &str, budget: &Budget) -> Result<Addresses> {
        let process = fork::process();
        let (known, joined) = self.join(host);
        let look_up = match joined {
            Ok(look_up) => look_up,
            Err(error) => return known.ok_or(error.into()),
        };
        let until = match known {
            Some(_) => look_up.response_timer(budget),
            None => budget.deadline,
        };
        let cancel = budget.cancel.as_deref();
        let woken = wait_for(&[look_up.answered.as_fd()], PollFlags::IN, until, cancel);
        // In a child the lock may be held by a thread of its parent.
        fork::check_process(process).map_err(Error::Internal)?;
        self.leave(&look_up);
        let error = match woken? {
            Woken::Ready(_) => match look_up.answer.get() {
                Some(Ok(addresses)) => return Ok(addresses.clone()),
                Some(Err(why)) => Error::Dns(why.clone()),
                None => Error::Dns("the look-up ended without an answer".to_owned()),
            },
            Woken::TimedOut => Error::ConnectTimeout,
            Woken::Cancelled => return Err(Error::Cancelled),
        };
        known.ok_or(error)
    }

    /// Joins the host's look-up, or starts it. Also returns the addresses found last.
    fn join(self: &Arc<LookUps>, host: &str) -> (Option<Addresses>, io::Result<Arc<LookUp>>) {
        let mut state = self.lock();
        let known = state.known.get(host, Instant::now());
        let look_up = match state.pending.get_mut(host) {
            Some(pending) if !pending.is_lost() => {
                pending.callers += 1;
                Ok(pending.look_up.clone())
            }
            _ => self.start(&mut state, host),
        };
        (known, look_up)
    }

    fn start(self: &Arc<LookUps>, state: &mut State, host: &str) -> io::Result<Arc<LookUp>> {
        let look_up = Arc::new(LookUp::new(host)?);
        if state.threads < MAX_THREADS {
            let look_ups = self.clone();
            let work = Box::new(move || look_ups.work());
            match start_thread(c"loginid-dns", STACK_SIZE, work) {
                Ok(()) => state.threads += 1,
                Err(error) if state.threads == 0 => {
                    let why = format!("no thread could be started to look the name up: {error}");
                    return Err(io::Error::new(error.kind(), why));
                }
                // Another thread takes it when it is done.
                Err(_) => {}
            }
        }
        state.queue.push_back(look_up.clone());
        let pending = Pending {
            look_up: look_up.clone(),
            callers: 1,
            asked: None,
        };
        state.pending.insert(host.to_owned(), pending);
        Ok(look_up)
    }

    /// A caller stops waiting. A queued look-up without callers is dropped.
    fn leave(&self, look_up: &Arc<LookUp>) {
        let mut state = self.lock();
        let Some(pending) = state.pending_of(look_up) else {
            return;
        };
        pending.callers -= 1;
        if pending.callers == 0 && pending.asked.is_none() {
            state.pending.remove(&look_up.host);
            state.queue.retain(|queued| !Arc::ptr_eq(queued, look_up));
        }
    }

    /// The work of a thread: answers the queued look-ups, then ends.
    fn work(&self) {
        while let Some(look_up) = self.next() {
            let answer = ask_system(&look_up.host);
            let mut state = self.lock();
            if state.pending_of(&look_up).is_some() {
                state.pending.remove(&look_up.host);
            }
            if let Ok(addresses) = &answer {
                let (addresses, now) = (addresses.clone(), Instant::now());
                state.known.insert(&look_up.host, addresses, now);
            }
            drop(state);
            look_up.answer(answer);
        }
    }

    fn next(&self) -> Option<Arc<LookUp>> {
        let mut state = self.lock();
        let Some(look_up) = state.queue.pop_front() else {
            state.threads -= 1;
            return None;
        };
        if let Some(pending) = state.pending_of(&look_up) {
            pending.asked = Some(Instant::now());
        }
        Some(look_up)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The entry of a look-up, unless it has been answered or taken for lost.
    fn pending_of(&mut self, look_up: &Arc<LookUp>) -> Option<&mut Pending> {
        self.pending
            .get_mut(&look_up.host)
            .filter(|pending| Arc::ptr_eq(&pending.look_up, look_up))
    }
}

impl Pending {
    fn is_lost(&self) -> bool {
        self.asked.is_some_and(|at| at.elapsed() > LOST_AFTER)
    }
}

impl LookUp {
    fn new(host: &str) -> io::Result<LookUp> {
        Ok(LookUp {
            host: host.to_owned(),
            started: Instant::now(),
            answer: OnceLock::new(),
            answered: eventfd(0, EventfdFlags::CLOEXEC)?,
        })
    }

    /// When a caller that knows addresses stops waiting: it needs half of its time
    /// for connecting, and does not wait for what is late already.
    fn response_timer(&self, budget: &Budget) -> Instant {
        let half = Instant::now() + budget.left() / 2;
        half.min(self.started + RESPONSE_TIMER)
    }

    fn answer(&self, answer: std::result::Result<Addresses, String>) {
        // Only its thread answers a look-up, and once.
        let _ = self.answer.set(answer);
        // Nobody reads it, so it stays ready.
        let one = 1u64.to_ne_bytes();
        while rustix::io::write(&self.answered, &one) == Err(Errno::INTR) {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Look-ups of this process, and one of them that a thread took some time ago and
    /// does not answer.
    fn unanswered(since: Duration) -> Arc<LookUps> {
        let look_ups = Arc::new(LookUps::default());
        let pending = Pending {
            look_up: Arc::new(LookUp::new("localhost").unwrap()),
            callers: 0,
            asked: Instant::now().checked_sub(since),
        };
        let host = pending.look_up.host.clone();
        look_ups.lock().pending.insert(host, pending);
        look_ups
    }

    #[test]
    fn a_look_up_that_does_not_end_is_taken_for_lost_after_a_minute() {
        let recent = unanswered(Duration::from_secs(58));
        let error = recent.find("localhost", &Budget::within(Duration::from_millis(300)));
        let error = error.unwrap_err();
        assert!(matches!(error, Error::ConnectTimeout), "{error}");
        let lost = unanswered(Duration::from_secs(61));
        let found = lost.find("localhost", &Budget::within(Duration::from_secs(60)));
        let found = found.unwrap();
        assert!(!found.is_empty());
        assert!(found.iter().all(|address| address.ip().is_loopback()));
        assert!(lost.lock().pending.is_empty());
    }
}
