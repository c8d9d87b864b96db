//! How many verdicts are kept, and about what.

use aws_lc_rs::digest::digest as hash_of;

use super::*;
use crate::token::testing::key_pair;

fn tokens(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("e.e.{number}")).collect()
}

#[test]
fn nothing_is_allocated_before_the_first_verification_and_never_while_it_is_off() {
    let key = key_pair().1;
    let (off, on) = (Verdicts::new(0), Verdicts::new(1));
    assert!(off.of(&key, "e.e.s").is_none());
    assert!(off.sets.get().is_none());
    assert!(on.sets.get().is_none());
    assert!(!on.of(&key, "e.e.s").unwrap().is_kept());
    assert!(on.sets.get().is_some());
}

#[test]
fn a_verdict_is_about_one_key_and_one_text() {
    let (key, other) = (key_pair().1, key_pair().1);
    let verdicts = Verdicts::new(100);
    verdicts.of(&key, "e.e.s").unwrap().keep();
    let is_kept = |key: &VerifyingKey, token: &str| verdicts.of(key, token).unwrap().is_kept();
    assert!(is_kept(&key, "e.e.s"));
    assert!(!is_kept(&other, "e.e.s"));
    for changed in ["e.e.S", "e.e.s ", "e.e.", ""] {
        assert!(!is_kept(&key, changed), "{changed}");
    }
}

#[test]
fn an_entry_is_the_hash_of_the_key_a_zero_byte_and_the_token() {
    let key = key_pair().1;
    let text = [key.spki(), &[0], b"e.e.s"].concat();
    let expected = hash_of(&SHA256, &text);
    let words = digest(&key, "e.e.s").map(u64::to_ne_bytes);
    assert_eq!(words.as_flattened(), expected.as_ref());
}

#[test]
fn as_many_verdicts_are_kept_as_were_asked_for() {
    let key = key_pair().1;
    for count in [1, 16, 1_000] {
        let verdicts = Verdicts::new(count);
        let tokens = tokens(count);
        for token in &tokens {
            verdicts.of(&key, token).unwrap().keep();
        }
        let kept = |token: &&String| verdicts.of(&key, token).unwrap().is_kept();
        let kept = tokens.iter().filter(kept).count();
        // Of 1,000, nine are displaced on average: see `ROOM_PERCENT`.
        assert!(kept * 100 >= count * 97, "{kept} of {count}");
    }
}
