//! The emulator's clock: the machine's clock plus an offset.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use time::OffsetDateTime;
use time::format_description::StaticFormatDescription;
use time::macros::format_description;
use tokio::sync::Notify;

/// Milliseconds since the Unix epoch, on the emulator's clock.
pub type Millis = i64;

/// The end of the year 9999, the last that timestamps can express. The clock stops there.
pub const LAST_SECOND: i64 = 253_402_300_799;

/// A clock that can be moved.
pub struct Clock {
    /// What it shows at the start and after a reset; the machine's time if not given.
    initial: Option<Millis>,
    offset: AtomicI64,
    /// Notified on every change, so that waits measured on this clock check again.
    pub moved: Notify,
}

impl Clock {
    /// A clock that begins at this time, or follows the machine's.
    pub fn new(initial: Option<Millis>) -> Self {
        let clock = Self {
            initial,
            offset: AtomicI64::default(),
            moved: Notify::default(),
        };
        clock.reset();
        clock
    }

    /// The current time.
    pub fn now(&self) -> Millis {
        let now = machine_now().saturating_add(self.offset.load(Ordering::SeqCst));
        now.clamp(0, LAST_SECOND * 1000)
    }

    /// The current time in whole seconds, as in tokens.
    pub fn now_s(&self) -> i64 {
        self.now().div_euclid(1000)
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: Duration) {
        let by = Millis::try_from(by.as_millis()).unwrap_or(Millis::MAX);
        let advanced = |offset: Millis| Some(offset.saturating_add(by));
        // The closure never returns `None`.
        let _ = self
            .offset
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, advanced);
        self.moved.notify_waiters();
    }

    /// Sets the clock, back or forward.
    pub fn set(&self, now: Millis) {
        self.offset.store(now - machine_now(), Ordering::SeqCst);
        self.moved.notify_waiters();
    }

    /// As at the start.
    pub fn reset(&self) {
        match self.initial {
            Some(initial) => self.set(initial),
            None => {
                self.offset.store(0, Ordering::SeqCst);
                self.moved.notify_waiters();
            }
        }
    }
}

fn machine_now() -> Millis {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    since.as_millis() as i64
}

const FORMAT: StaticFormatDescription =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");

/// `2022-02-01T21:17:52.184Z`, as the service writes times.
pub fn timestamp(at: Millis) -> String {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(at) * 1_000_000)
        .ok()
        .and_then(|time| time.format(FORMAT).ok())
        .unwrap_or_default()
}

/// `Tue, 01 Feb 2022 21:17:52 GMT`, as in the header `Date`.
pub fn http_date(at: Millis) -> String {
    let since_epoch = Duration::from_millis(at.max(0).unsigned_abs());
    httpdate::fmt_http_date(UNIX_EPOCH + since_epoch)
}
