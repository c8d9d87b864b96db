//! Panics in the middle of a call, for tests. Compiled into this crate's own tests only.

/// Panics here if a test has armed this [`Point`](crate::failpoint::Point) in this thread.
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
        /// At the start of a function.
        Entered,
        /// An idle connection is checked, under the lock of the pool.
        Probed,
        /// The request was sent, and its answer has not arrived.
        Sent,
        /// The answer's headers were read, but not its body.
        HeadRead,
        /// The complete answer was read, but not returned.
        Answered,
        /// The lock of the key cache is held, before a fetch.
        KeysLocked,
        /// A key was fetched, and other calls may be waiting for it.
        KeyFetched,
        /// The lock of the key cache is held, after the fetched key was stored.
        KeyStored,
        /// A signature is verified: its verdict was not remembered.
        SignatureVerified,
    }

    thread_local! {
        static ARMED: Cell<Option<Point>> = const { Cell::new(None) };
        static PANICS: Cell<u32> = const { Cell::new(0) };
    }

    /// Makes this thread panic at the point. `None` disarms it.
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
