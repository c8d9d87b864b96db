//! Recognising a misspelt name.

/// The most letters that may be missing, added, wrong or swapped with the next.
const MAX_EDITS: usize = 2;

/// The known name that is nearest to this one, if it is at most two edits away
/// (Damerau–Levenshtein distance).
pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = name.chars().count();
    known
        .into_iter()
        // Each letter more or less is an edit. Comparing the others takes a hundred times as long.
        .filter(|known| known.chars().count().abs_diff(length) <= MAX_EDITS)
        .map(|known| (strsim::damerau_levenshtein(name, known), known))
        .filter(|(edits, _)| *edits <= MAX_EDITS)
        .min()
        .map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

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
