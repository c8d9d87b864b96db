//! A set of verdicts that threads read and change without a lock.

use std::sync::atomic::{AtomicU64, Ordering};

use zeroize::Zeroize;

/// A SHA-256.
pub(super) type Digest = [u64; 4];

/// A few verdicts, and the version that guards them (a seqlock).
///
/// The version is odd while one thread writes. Only a thread that has changed it from even
/// to odd writes words, so writers take turns.
///
/// Why a reader never sees words of different digests as one: let it find the same even
/// version v before and after it has read the words.
///
/// - A word that it read was not stored by a turn that ends after v. The stores release and
///   the loads acquire, so the odd version of that turn, at least v + 1, would be visible to
///   the second load of the version, which comes after. It would not find v.
/// - All turns that end at v or before are visible to it: their last version was stored with
///   release, and the first load of the version acquires it. The turns are in order, because
///   each begins by acquiring the version that the previous one released. So of each
///   word it read the last one stored by these turns.
///
/// So all words are those of one moment between two turns. The version, 64 bits, never
/// returns to an earlier value after a word was stored.
///
/// A thread that ends in its turn, or a child forked in it, leaves the version odd: the set
/// stays empty.
pub(super) struct Set<const ENTRIES: usize> {
    version: AtomicU64,
    entries: [Entry; ENTRIES],
}

/// A digest. Unused, it is all zeros, which is the digest of no text that can be found.
#[derive(Default)]
struct Entry([AtomicU64; 4]);

impl<const ENTRIES: usize> Set<ENTRIES> {
    pub(super) fn new() -> Set<ENTRIES> {
        Set {
            version: AtomicU64::new(0),
            entries: std::array::from_fn(|_| Entry::default()),
        }
    }

    pub(super) fn contains(&self, digest: &Digest) -> bool {
        let before = self.version.load(Ordering::Acquire);
        before.is_multiple_of(2)
            && self.entries.iter().any(|entry| entry.is(digest))
            && self.version.load(Ordering::Relaxed) == before
    }

    pub(super) fn insert(&self, digest: &Digest) {
        let before = self.version.load(Ordering::Relaxed);
        if !before.is_multiple_of(2) || !self.begin_turn(before) {
            return;
        }
        let mut after = before;
        // Two threads may have verified the same token.
        if !self.entries.iter().any(|entry| entry.is(digest)) {
            // Each turn that stores takes the next entry, so the oldest is replaced.
            let oldest = (before / 2) as usize % ENTRIES;
            self.entries[oldest].store(digest);
            after = before.wrapping_add(2);
        }
        self.version.store(after, Ordering::Release);
    }

    fn begin_turn(&self, even: u64) -> bool {
        let (acquire, relaxed) = (Ordering::Acquire, Ordering::Relaxed);
        self.version
            .compare_exchange(even, even.wrapping_add(1), acquire, relaxed)
            .is_ok()
    }
}

impl Entry {
    fn is(&self, digest: &Digest) -> bool {
        let mut words = self.0.iter().zip(digest);
        words.all(|(word, expected)| word.load(Ordering::Acquire) == *expected)
    }

    fn store(&self, digest: &Digest) {
        for (word, value) in self.0.iter().zip(digest) {
            word.store(*value, Ordering::Release);
        }
    }
}

impl<const ENTRIES: usize> Drop for Set<ENTRIES> {
    /// The digests are wiped.
    fn drop(&mut self) {
        for word in self.entries.iter_mut().flat_map(|entry| &mut entry.0) {
            word.get_mut().zeroize();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;
    use std::thread;

    use super::*;

    fn digest(number: usize) -> Digest {
        let number = number as u64 + 1;
        [number, number << 16, number << 32, number << 48]
    }

    fn held<const ENTRIES: usize>(set: &Set<ENTRIES>) -> Vec<usize> {
        (0..10)
            .filter(|number| set.contains(&digest(*number)))
            .collect()
    }

    #[test]
    fn the_oldest_verdict_is_replaced() {
        let set = Set::<4>::new();
        assert_eq!(held(&set), [0; 0]);
        for number in 0..6 {
            set.insert(&digest(number));
            // Again: it is there only once.
            set.insert(&digest(number));
        }
        assert_eq!(held(&set), [2, 3, 4, 5]);
    }

    #[test]
    fn a_digest_is_compared_whole() {
        let set = Set::<4>::new();
        set.insert(&digest(1));
        for word in 0..4 {
            for bit in 0..64 {
                let mut other = digest(1);
                other[word] ^= 1 << bit;
                assert!(!set.contains(&other), "{word} {bit}");
            }
        }
        assert!(set.contains(&digest(1)));
    }

    #[test]
    fn a_set_that_another_thread_writes_is_empty_and_nobody_waits_for_it() {
        let set = Set::<4>::new();
        set.insert(&digest(1));
        assert!(set.begin_turn(2));
        assert!(!set.begin_turn(2));
        assert!(!set.contains(&digest(1)));
        set.insert(&digest(2));
        set.version.store(2, Ordering::Release);
        assert_eq!(held(&set), [1]);
    }

    /// With one entry, each digest replaces the other. A processor rarely stops a thread between
    /// two words; Miri does, and reorders memory as far as the orderings allow. There this fails
    /// if a load or a store is relaxed, or without either look at the version (`make miri`).
    #[test]
    fn words_of_different_digests_are_never_taken_for_one() {
        let rounds = if cfg!(miri) { 300 } else { 200_000 };
        let (set, over) = (Set::<1>::new(), AtomicBool::new(false));
        let mixed = |first: usize, words: usize| {
            let (one, other) = (digest(first), digest(1 - first));
            std::array::from_fn(|at| if at < words { one[at] } else { other[at] })
        };
        let read = || {
            let mut hits = 0;
            while !over.load(Ordering::Relaxed) {
                for number in 0..2 {
                    for words in 1..4 {
                        assert!(!set.contains(&mixed(number, words)), "{number} {words}");
                    }
                    hits += usize::from(set.contains(&digest(number)));
                }
            }
            hits
        };
        let write = || (0..rounds).for_each(|number| set.insert(&digest(number % 2)));
        thread::scope(|scope| {
            let readers = [scope.spawn(read), scope.spawn(read)];
            let writers = [scope.spawn(write), scope.spawn(write)];
            for writer in writers {
                writer.join().unwrap();
            }
            over.store(true, Ordering::Relaxed);
            let hits: usize = readers.map(|reader| reader.join().unwrap()).iter().sum();
            assert!(hits > 0);
        });
        assert_eq!(held(&set).len(), 1);
    }
}
