//! Recognising a misspelt name.

/// The most letters that may be missing, added, wrong or swapped with the next.
const MAX_EDITS: usize = 2;

/// The known name that is nearest to this one, if it is at most two edits away
/// (Damerau–Levenshtein distance).
pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = name.chars().count();
    known
        .into_iter()
        // Each missing or added letter is an edit, as is a letter that the other has not. The
        // distance itself takes microseconds.
        .filter(|known| known.chars().count().abs_diff(length) <= MAX_EDITS)
        .map(|known| (without_common_start(name, known), known))
        .filter(|((name, rest), _)| own_letters(name, rest) <= MAX_EDITS)
        .map(|((name, rest), known)| (strsim::damerau_levenshtein(name, rest), known))
        .filter(|(edits, _)| *edits <= MAX_EDITS)
        .min()
        .map(|(_, known)| known)
}

/// Both without the letters with which both start, which need no edits: names of variables have
/// a prefix.
fn without_common_start<'a>(one: &'a str, other: &'a str) -> (&'a str, &'a str) {
    let pairs = one.chars().zip(other.chars());
    let common = pairs.take_while(|(one, other)| one == other);
    let length: usize = common.map(|(letter, _)| letter.len_utf8()).sum();
    (one.split_at(length).1, other.split_at(length).1)
}

/// How many letters of one the other has not, each counted as often as it occurs. Letters with
/// the same place in the table count as the same, so there may be more.
fn own_letters(one: &str, other: &str) -> usize {
    let place = |letter: char| letter as usize % 64;
    let mut others = [0_u32; 64];
    for letter in other.chars() {
        others[place(letter)] += 1;
    }
    let is_own = |letter: &char| match &mut others[place(*letter)] {
        0 => true,
        left => {
            *left -= 1;
            false
        }
    };
    one.chars().filter(is_own).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_common_start_needs_no_edits() {
        for (name, expected) in [
            ("LOGINID_TIMEOUT_SM", Some("LOGINID_TIMEOUT_MS")),
            ("LOGINID_TIMEOUT", None),
            ("LOGINID_TIMEOUT_M", Some("LOGINID_TIMEOUT_MS")),
            ("LOGINID_TIMEÖUT_MS", Some("LOGINID_TIMEOUT_MS")),
            ("LOGINID_TIMEÖÖT_MSS", None),
            ("ÖLOGINID_TIMEOUT_MS", Some("LOGINID_TIMEOUT_MS")),
        ] {
            assert_eq!(nearest(name, ["LOGINID_TIMEOUT_MS"]), expected, "{name}");
        }
    }

    /// So no name is left out that is near enough.
    #[test]
    fn a_letter_that_the_other_has_not_is_an_edit() {
        let words = (0..4_usize.pow(4)).map(|number| {
            let letters = (0..4).map(|place| number >> (2 * place) & 3);
            letters
                .filter_map(|letter| "abc".chars().nth(letter))
                .collect::<String>()
        });
        let words: Vec<_> = words.collect();
        for one in &words {
            for other in &words {
                let edits = strsim::damerau_levenshtein(one, other);
                assert!(own_letters(one, other) <= edits, "{one} {other}");
            }
        }
    }

    #[test]
    fn two_edits_are_a_typo_and_three_another_name() {
        let known = ["max_retries", "require_exp", "proxy"];
        for (name, expected) in [
            ("max_retrys", Some("max_retries")),
            ("max_retires", Some("max_retries")),
            ("maxretries", Some("max_retries")),
            ("require_ex", Some("require_exp")),
            ("require_exps", Some("require_exp")),
            ("rqeuire_epx", Some("require_exp")),
            ("requireexpo", Some("require_exp")),
            ("prox", Some("proxy")),
            ("require", None),
            ("max_tries", Some("max_retries")),
            ("port", None),
            ("", None),
        ] {
            assert_eq!(nearest(name, known), expected, "{name}");
        }
    }
}
