//! A mistake in what is described ends the generation with one line.
//!
//! It unwinds without a panic's message, as rustc's fatal errors do: what is wrong in this
//! program itself still panics.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

struct Mistake(String);

/// Ends the generation, with what is wrong and where.
pub fn refuse(text: String) -> ! {
    resume_unwind(Box::new(Mistake(text)))
}

/// As `assert!`, for what a description must have.
macro_rules! require {
    ($condition:expr, $($text:tt)+) => {
        if !$condition {
            $crate::mistake::refuse(format!($($text)+));
        }
    };
}
pub(crate) use require;

/// What `work` returns, or the text of the mistake that ended it.
pub fn caught<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|payload| match payload.downcast::<Mistake>() {
        Ok(mistake) => mistake.0,
        Err(panic) => resume_unwind(panic),
    })
}

/// Reads a description in TOML. A mistake has the file and the line.
pub fn parsed<T: serde::de::DeserializeOwned>(path: &str, text: &str) -> T {
    toml::from_str(text).unwrap_or_else(|error: toml::de::Error| {
        let before = error.span().and_then(|span| text.get(..span.start));
        let line = before.map_or(1, |before| before.matches('\n').count() + 1);
        let message = error.message().split_whitespace().collect::<Vec<_>>();
        refuse(format!("{path}:{line}: {}", message.join(" ")))
    })
}

/// Changes a description, each time a text in it for another one, and expects that the
/// generator refuses it as this mistake.
#[cfg(test)]
pub fn check_refusals<T>(path: &str, generate: impl Fn(&str) -> T, changes: &[(&str, &str, &str)]) {
    let right = crate::read(path);
    for (old, new, expected) in changes {
        assert!(right.contains(old), "{old}");
        let mistaken = right.replacen(old, new, 1);
        let refused = caught(|| generate(&mistaken)).err().unwrap_or_default();
        assert_eq!(refused, format!("{path}: {expected}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_in_toml_is_one_line_with_its_place() {
        #[derive(Debug, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Known {
            #[serde(rename = "known")]
            _known: u8,
        }
        let read = caught(|| parsed::<Known>("spec/a.toml", "known = 1\nother = 2\n"));
        let refused = read.unwrap_err();
        assert!(
            refused.starts_with("spec/a.toml:2: unknown field `other`"),
            "{refused}"
        );
    }

    #[test]
    fn a_panic_is_no_mistake() {
        let panicked = catch_unwind(|| caught(|| panic!("a fault of this program")));
        assert!(panicked.is_err());
    }
}
