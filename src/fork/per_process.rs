//! A value that each process makes for itself: at the time of a fork, other threads may be
//! changing the parent's.

use std::convert::Infallible;
use std::fmt;
use std::mem;
use std::sync::Arc;

use arc_swap::ArcSwapOption;

use super::process::{ProcessId, process};

/// A value that each process makes when it first needs it.
pub(crate) struct PerProcess<T>(ArcSwapOption<Made<T>>);

/// A value, and the process that made it.
struct Made<T> {
    by: ProcessId,
    value: Arc<T>,
}

impl<T> PerProcess<T> {
    pub(crate) const fn new() -> PerProcess<T> {
        PerProcess(ArcSwapOption::const_empty())
    }

    /// The value of this process. `make` gets the parent's value, if there is one. Concurrent
    /// threads make one each, and one is kept: a fork could leave a lock held.
    pub(crate) fn get(&self, make: impl FnOnce(Option<&T>) -> T) -> Arc<T> {
        let Ok(value) = self.get_or_try(|parent| Ok::<T, Infallible>(make(parent)));
        value
    }

    /// The same, if `make` may fail.
    pub(crate) fn get_or_try<E>(
        &self,
        make: impl FnOnce(Option<&T>) -> Result<T, E>,
    ) -> Result<Arc<T>, E> {
        let by = process();
        let current = self.0.load_full();
        if let Some(made) = &current
            && made.by == by
        {
            return Ok(made.value.clone());
        }
        let made = make(current.as_ref().map(|made| &*made.value));
        let value = match made {
            Ok(value) => Arc::new(value),
            Err(error) => {
                mem::forget(current);
                return Err(error);
            }
        };
        let own = Made {
            by,
            value: value.clone(),
        };
        let before = self.0.compare_and_swap(&current, Some(Arc::new(own)));
        // The parent's value is never dropped.
        mem::forget(current);
        Ok(match &*before {
            Some(first) if first.by == by => first.value.clone(),
            _ => value,
        })
    }

    /// The value of this process, if it has made one.
    pub(crate) fn made(&self) -> Option<Arc<T>> {
        let current = self.0.load_full()?;
        if current.by == process() {
            return Some(current.value.clone());
        }
        mem::forget(current);
        None
    }
}

impl<T> Drop for PerProcess<T> {
    fn drop(&mut self) {
        let made = self.0.load_full();
        if made.as_ref().is_some_and(|made| made.by != process()) {
            mem::forget(made);
        }
    }
}

impl<T> fmt::Debug for PerProcess<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PerProcess")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;
    use std::thread;

    use super::*;

    #[test]
    fn threads_that_make_the_value_at_once_get_the_same_one() {
        let (value, at_once) = (PerProcess::new(), Barrier::new(8));
        let get = || {
            value.get(|_| {
                at_once.wait();
                thread::current().id()
            })
        };
        thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(get)).collect();
            let got: Vec<_> = threads
                .into_iter()
                .map(|thread| thread.join().unwrap())
                .collect();
            assert!(got.iter().all(|one| Arc::ptr_eq(one, &got[0])));
        });
    }
}
