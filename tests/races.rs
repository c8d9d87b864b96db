//! A deliberate data race: `tests/memory-checks/races` has to find it.

use std::cell::UnsafeCell;
use std::sync::Barrier;
use std::thread;

struct Racy(UnsafeCell<u64>);

// SAFETY: it is not safe: that is what has to be found.
unsafe impl Sync for Racy {}

impl Racy {
    fn add_one(&self) {
        // SAFETY: as above.
        unsafe { *self.0.get() += 1 };
    }
}

#[test]
#[ignore = "a deliberate mistake, for tests/memory-checks/races"]
fn two_threads_write_the_same_number() {
    let number = Racy(UnsafeCell::new(0));
    let together = Barrier::new(2);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                // Few steps between two writes, because older ones are not reported.
                for _ in 0..100 {
                    together.wait();
                    number.add_one();
                }
            });
        }
    });
}
