//! Recognising a misspelt name.

/// The most letters that may be missing, added, wrong or swapped with the next.
const MAX_EDITS: usize = 2;

/// The known name that is nearest to this one, if it is at most two edits away.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|known| (strsim::damerau_levenshtein(name, known), known))
        .filter(|(edits, _)| *edits <= MAX_EDITS)
        .min()
        .map(|(_, known)| known)
}
