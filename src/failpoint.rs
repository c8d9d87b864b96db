//! Panics in the middle of a call, where a test wants one. Built into this crate's own
//! tests only.

/// Panics here if a test of this thread has chosen this [`Point`](crate::failpoint::Point).
macro_rules! failpoint {
    ($point:ident) => {
        #[cfg(test)]
        $crate::failpoint::pass($crate::failpoint::Point::$point);
    };
}

pub(crate) use failpoint;

#[cfg(test)]
pub(crate) use points::{Point, arm, panics, pass};

#[cfg(test)]
mod points {
    use std::cell::Cell;

    #[derive(Clone, Copy, Debug, PartialEq)]
    pub(crate) enum Point {
        /// Before anything was done.
        Entered,
        /// A kept connection is looked at, under the lock of their pool.
        Probed,
        /// The request was sent, its answer is awaited.
        Sent,
        /// The answer's head was read, its body was not.
        HeadRead,
        /// The answer was read to its end, and not handed out.
        Answered,
        /// The lock of the key cache is held, before a fetch.
        KeysLocked,
        /// A key was fetched, and others may be waiting for it.
        KeyFetched,
        /// The same lock is held, the fetched key being kept.
        KeyKept,
    }

    thread_local! {
        static ARMED: Cell<Option<Point>> = const { Cell::new(None) };
        static PANICS: Cell<u32> = const { Cell::new(0) };
    }

    /// From now on this thread panics at the point, or at none.
    pub(crate) fn arm(point: Option<Point>) {
        ARMED.set(point);
    }

    /// How often this thread has panicked at a point.
    pub(crate) fn panics() -> u32 {
        PANICS.get()
    }

    pub(crate) fn pass(point: Point) {
        if ARMED.get() == Some(point) {
            PANICS.set(PANICS.get() + 1);
            panic!("injected");
        }
    }
}
