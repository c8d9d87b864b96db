//! Remembers which tokens have a good signature, so that a token that is verified again
//! costs a hash in place of an ECDSA operation.
//!
//! Only this is remembered: this key signed this token. An entry is SHA-256 of the key's
//! SubjectPublicKeyInfo, a zero byte and the token's text, and is compared whole. Which key
//! may sign, the times and all other claims are checked again by each verification. The
//! header, which names the algorithm, is part of the text, so one entry stands for one key
//! and one algorithm.
//!
//! No lock, no wait: the entries are in [`Set`]s of atomic words. A set that another thread
//! is changing counts as empty, and a verdict for it is not kept.

mod set;
#[cfg(test)]
mod tests;

use std::fmt;

use aws_lc_rs::digest::{Context, SHA256};
use once_cell::race::OnceBox;

use crate::key::VerifyingKey;
use set::{Digest, Set};

/// The verdicts that one set holds.
const WAYS: usize = 16;
/// Room for half as many again as are asked for. Hashes fill the sets unevenly: with this
/// many, fewer than one verdict in a hundred finds its set full.
const ROOM_PERCENT: usize = 150;

/// The good verdicts of one process.
pub(crate) struct Verdicts {
    capacity: usize,
    /// Allocated by the first verification. Threads may race to make it: waiting for another
    /// thread could last forever in a forked child.
    sets: OnceBox<Box<[Set<WAYS>]>>,
}

impl Verdicts {
    /// Keeps this many verdicts. 0 keeps none.
    pub(crate) const fn new(capacity: usize) -> Verdicts {
        Verdicts {
            capacity,
            sets: OnceBox::new(),
        }
    }

    /// The place of the verdict about this key and this token. None if none are kept.
    pub(super) fn of(&self, key: &VerifyingKey, token: &str) -> Option<Verdict<'_>> {
        if self.capacity == 0 {
            return None;
        }
        let digest = digest(key, token);
        let sets = self.sets.get_or_init(|| Box::new(sets(self.capacity)));
        // The first word, scaled to the number of sets: SHA-256 is uniform.
        let at = (u128::from(digest[0]) * sets.len() as u128) >> 64;
        let set = sets.get(at as usize)?;
        Some(Verdict { set, digest })
    }
}

impl fmt::Debug for Verdicts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Verdicts({})", self.capacity)
    }
}

fn digest(key: &VerifyingKey, token: &str) -> Digest {
    let mut context = Context::new(&SHA256);
    context.update(key.spki());
    context.update(&[0]);
    context.update(token.as_bytes());
    let hash = context.finish();
    let mut digest = [0; 4];
    let (words, _) = hash.as_ref().as_chunks();
    for (word, bytes) in digest.iter_mut().zip(words) {
        *word = u64::from_ne_bytes(*bytes);
    }
    digest
}

fn sets(capacity: usize) -> Box<[Set<WAYS>]> {
    let room = capacity.saturating_mul(ROOM_PERCENT) / 100;
    (0..room.div_ceil(WAYS).max(1))
        .map(|_| Set::new())
        .collect()
}

/// The verdict about one key and one token: where it is, or would be.
pub(super) struct Verdict<'a> {
    set: &'a Set<WAYS>,
    digest: Digest,
}

impl Verdict<'_> {
    /// Whether it is remembered that the key signed the token.
    pub(super) fn is_kept(&self) -> bool {
        self.set.contains(&self.digest)
    }

    /// Remembers that the key signed the token.
    pub(super) fn keep(&self) {
        self.set.insert(&self.digest);
    }
}
