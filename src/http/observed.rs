//! The clock of the service, from the `Date` of its answer: for a diagnosis, which compares it
//! with this machine's. Other calls do not read that header.

use std::cell::Cell;
use std::time::SystemTime;

use ureq::http::{HeaderMap, header};

/// When an answer was sent, by the service's clock, and when it arrived, by this machine's.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Observed {
    pub(crate) sent: Option<SystemTime>,
    pub(crate) received: SystemTime,
}

thread_local! {
    static IS_OBSERVING: Cell<bool> = const { Cell::new(false) };
    static LAST: Cell<Option<Observed>> = const { Cell::new(None) };
}

/// Makes calls, and returns what was observed of the last answer, if there was one.
pub(crate) fn observing<T>(calls: impl FnOnce() -> T) -> (T, Option<Observed>) {
    LAST.set(None);
    IS_OBSERVING.set(true);
    let result = calls();
    IS_OBSERVING.set(false);
    (result, LAST.take())
}

/// Called for each answer.
pub(super) fn answer(headers: &HeaderMap) {
    if !IS_OBSERVING.get() {
        return;
    }
    let received = SystemTime::now();
    let date = headers
        .get(header::DATE)
        .and_then(|date| date.to_str().ok());
    let sent = date.and_then(|date| httpdate::parse_http_date(date).ok());
    LAST.set(Some(Observed { sent, received }));
}
