//! Log events: one for each HTTP attempt, for a client with a logger.

use std::cell::Cell;
use std::fmt;
use std::sync::atomic::{Ordering, fence};
use std::sync::{Arc, Weak};
use std::thread;
use std::time::Duration;

use arc_swap::{ArcSwap, ArcSwapOption};

use crate::error::Error;
use crate::fork::{self, ProcessId};
use crate::json::ObjectWriter;
use crate::operation::Operation;

/// Receives one JSON event per HTTP attempt, on the thread that made the call.
#[derive(Clone)]
pub struct Logger(Arc<dyn Fn(&str) + Send + Sync>);

impl Logger {
    /// A logger that passes each event to a function.
    pub fn new(log: impl Fn(&str) + Send + Sync + 'static) -> Logger {
        Logger(Arc::new(log))
    }
}

impl fmt::Debug for Logger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Logger")
    }
}

thread_local! {
    /// How many events this thread is delivering: more than one if a logger makes calls.
    static DELIVERING: Cell<usize> = const { Cell::new(0) };
}

/// The logger of a client. It may be replaced during calls.
#[derive(Debug, Default)]
pub(crate) struct CurrentLogger {
    current: ArcSwapOption<Installed>,
    /// All loggers that may be receiving an event, with the current one.
    in_use: ArcSwap<Vec<InUse>>,
}

/// A logger. A thread that delivers an event to it holds a reference. After a fork, the
/// references of the parent's threads are never released in the child, so the child
/// installs the logger again.
#[derive(Debug)]
struct Installed {
    logger: Logger,
    process: ProcessId,
}

#[derive(Clone, Debug)]
struct InUse {
    installed: Weak<Installed>,
    process: ProcessId,
}

impl CurrentLogger {
    /// Replaces the logger, and waits until no thread delivers an event to a previous one,
    /// also if another thread replaced that one and still waits for it.
    /// It does not wait if a logger calls it, which would wait for itself.
    pub(crate) fn replace(&self, logger: Option<Logger>) {
        let process = fork::process();
        self.current
            .store(logger.map(|logger| self.prepare(logger, process)));
        if DELIVERING.get() > 0 {
            return;
        }
        let in_use = self.in_use.load_full();
        let is_previous = |one: &InUse| one.process == process && !self.is_current(one);
        while in_use
            .iter()
            .any(|one| is_previous(one) && one.installed.strong_count() > 0)
        {
            thread::sleep(Duration::from_millis(1));
            // A signal handler forked, and this is the child: those threads do not exist here.
            if fork::process() != process {
                return;
            }
        }
        // The effects of the previous logger are visible to the caller.
        fence(Ordering::Acquire);
    }

    /// Prepares a logger: adds it to `in_use` before a thread can use it.
    fn prepare(&self, logger: Logger, process: ProcessId) -> Arc<Installed> {
        let installed = Arc::new(Installed { logger, process });
        let own = InUse {
            installed: Arc::downgrade(&installed),
            process,
        };
        self.in_use.rcu(|in_use| {
            let is_in_use =
                |one: &&InUse| one.process == process && one.installed.strong_count() > 0;
            let mut in_use: Vec<_> = in_use.iter().filter(is_in_use).cloned().collect();
            in_use.push(own.clone());
            in_use
        });
        installed
    }

    fn is_current(&self, one: &InUse) -> bool {
        let current = self.current.load();
        let current = current.as_ref().map(Arc::as_ptr);
        current == Some(one.installed.as_ptr())
    }

    pub(crate) fn log(&self, attempt: &Attempt<'_>) {
        if let Some(installed) = self.current_in_this_process() {
            let _delivering = Delivering::begin();
            (installed.logger.0)(&attempt.to_json());
        }
    }

    fn current_in_this_process(&self) -> Option<Arc<Installed>> {
        loop {
            let installed = self.current.load_full()?;
            let process = fork::process();
            if installed.process == process {
                return Some(installed);
            }
            let own = Some(self.prepare(installed.logger.clone(), process));
            self.current.compare_and_swap(&installed, own);
        }
    }
}

struct Delivering;

impl Delivering {
    fn begin() -> Delivering {
        DELIVERING.set(DELIVERING.get() + 1);
        Delivering
    }
}

impl Drop for Delivering {
    fn drop(&mut self) {
        DELIVERING.set(DELIVERING.get() - 1);
    }
}

/// The data of an event. Of what was sent and received, it has only the request id, the HTTP
/// status and the error's code, in which no secret was found.
pub(crate) struct Attempt<'a> {
    pub(crate) operation: &'static Operation,
    pub(crate) number: u32,
    pub(crate) request_id: &'a str,
    pub(crate) http_status: Option<u16>,
    pub(crate) error: Option<&'a Error>,
    pub(crate) duration: Duration,
    pub(crate) retry_in: Option<Duration>,
}

impl Attempt<'_> {
    fn to_json(&self) -> String {
        let mut event = ObjectWriter::new();
        event.value("event", "http_attempt");
        event.value("operation", self.operation.name);
        event.value("method", self.operation.method.as_str());
        event.value("path", self.operation.path);
        event.value("attempt", self.number);
        event.value("request_id", self.request_id);
        event.value("http_status", self.http_status);
        event.value("status", self.error.map(|error| error.status().name()));
        event.value("code", self.error.map(Error::code));
        event.value("duration_us", self.duration.as_micros() as u64);
        let retry_in = self.retry_in.map(|wait| wait.as_millis() as u64);
        event.value("retry_in_ms", retry_in);
        event.finish()
    }
}
