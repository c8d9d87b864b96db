//! Records which threads are inside aws-lc: each thread that uses it has a slot. A child
//! reads in its copy of the slots what the threads of its parent were doing.
//!
//! A thread first announces that it will enter and then checks for forks; a fork first
//! announces itself and then checks for threads. So one of them sees the other. A fork waits
//! for entering threads too, since they may not have seen it, but only a thread that is
//! inside can leave a lock held.

use std::cell::Cell;
use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicU64, Ordering};

/// The slots. They are never freed, but reused.
static FIRST: AtomicPtr<Slot> = AtomicPtr::new(ptr::null_mut());

/// The upper half is the generation of the process that owns the slot. The lower half counts
/// how often its thread is entering, and how often it is inside. 0 is a free slot.
pub(super) struct Slot {
    word: AtomicU64,
    next: Option<&'static Slot>,
}

/// Added to a word to count one entry of each kind.
const ENTERING: u64 = 1 << 16;
const INSIDE: u64 = 1;

fn word(generation: u32, counts: u32) -> u64 {
    u64::from(generation) << 32 | u64::from(counts)
}

fn generation(word: u64) -> u32 {
    (word >> 32) as u32
}

fn counts(word: u64) -> u32 {
    word as u32
}

fn is_inside(word: u64) -> bool {
    word as u16 != 0
}

impl Slot {
    /// The thread will enter. Returns whether it is already inside.
    pub(super) fn announce(&self) -> bool {
        is_inside(self.word.fetch_add(ENTERING, Ordering::SeqCst))
    }

    /// Takes the announcement back.
    pub(super) fn withdraw(&self) {
        self.word.fetch_sub(ENTERING, Ordering::SeqCst);
    }

    /// Enters, after the announcement.
    pub(super) fn enter(&self) {
        self.word.fetch_sub(ENTERING - INSIDE, Ordering::SeqCst);
    }

    pub(super) fn leave(&self) {
        self.word.fetch_sub(INSIDE, Ordering::SeqCst);
    }

    fn change(&self, change: impl Fn(u64) -> Option<u64>) -> bool {
        self.word
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, change)
            .is_ok()
    }
}

fn first() -> Option<&'static Slot> {
    // SAFETY: null, or a slot that `add` leaked after it was initialised.
    unsafe { FIRST.load(Ordering::SeqCst).as_ref() }
}

fn all() -> impl Iterator<Item = &'static Slot> {
    std::iter::successors(first(), |slot| slot.next)
}

/// A slot for a thread of the process of this generation. A slot of another generation
/// belongs to a thread that does not exist here, and is reused unless that thread was
/// inside or entering.
fn claim(own: u32) -> &'static Slot {
    let free = |word| generation(word) != own && counts(word) == 0;
    let reused = all().find(|slot| slot.change(|current| free(current).then_some(word(own, 0))));
    reused.unwrap_or_else(|| add(own))
}

fn add(own: u32) -> &'static Slot {
    let slot = Box::leak(Box::new(Slot {
        word: AtomicU64::new(word(own, 0)),
        next: None,
    }));
    loop {
        slot.next = first();
        let next = slot
            .next
            .map_or(ptr::null_mut(), |next| ptr::from_ref(next).cast_mut());
        let swapped = FIRST.compare_exchange(next, slot, Ordering::SeqCst, Ordering::SeqCst);
        if swapped.is_ok() {
            return slot;
        }
    }
}

/// Whether a thread of the process of this generation is inside, other than this one.
pub(super) fn others_inside(generation: u32, own: &OwnSlot) -> bool {
    others(generation, own).any(is_inside)
}

/// Whether another thread is inside or entering.
pub(super) fn others_inside_or_entering(generation: u32, own: &OwnSlot) -> bool {
    others(generation, own).any(|word| counts(word) != 0)
}

/// The words of the other threads of the process of this generation.
fn others(current: u32, own: &OwnSlot) -> impl Iterator<Item = u64> {
    let own = own.slot.get();
    let other = move |slot: &&Slot| !own.is_some_and(|own| ptr::eq(own, *slot));
    all()
        .filter(other)
        .map(|slot| slot.word.load(Ordering::SeqCst))
        .filter(move |word| generation(*word) == current)
}

/// A thread's own slot, and the generation in which it was claimed.
pub(super) struct OwnSlot {
    slot: Cell<Option<&'static Slot>>,
    generation: Cell<u32>,
}

impl OwnSlot {
    pub(super) const fn new() -> OwnSlot {
        OwnSlot {
            slot: Cell::new(None),
            generation: Cell::new(0),
        }
    }

    /// The slot in the process of this generation.
    pub(super) fn get(&self, current: u32) -> &'static Slot {
        self.move_to(current);
        match self.slot.get() {
            Some(slot) => slot,
            None => {
                let slot = claim(current);
                self.generation.set(current);
                self.slot.set(Some(slot));
                slot
            }
        }
    }

    /// Moves the slot to the current generation after a fork. Another thread of the child may
    /// have claimed it already.
    pub(super) fn move_to(&self, current: u32) {
        let before = self.generation.replace(current);
        let Some(slot) = self.slot.get().filter(|_| before != current) else {
            return;
        };
        let own = |current| generation(current) == before;
        if !slot.change(|now| own(now).then_some(word(current, counts(now)))) {
            self.slot.set(None);
        }
    }

    /// Frees the slot when the thread ends.
    pub(super) fn release(&self) {
        if let Some(slot) = self.slot.take() {
            slot.word.store(0, Ordering::SeqCst);
        }
    }
}
