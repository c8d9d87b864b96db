//! Checks arguments before a request is sent.

use crate::codes::Code;
use crate::error::{Error, Result};
use crate::json::{self, Malformed, Members};
use crate::operation::Values;

/// Checks that an argument has one of these values.
pub(crate) fn check_value(name: &str, value: &str, values: &Values) -> Result<()> {
    if values.of.contains(&value) {
        return Ok(());
    }
    let (last, others) = values.of.split_last().unwrap_or((&"", &[]));
    let message = format!("{name} must be {} or {last}", others.join(", "));
    Err(Error::new(values.code, message))
}

/// Reads options, one JSON object with no other members than these. An unknown option is an
/// error: the service would silently ignore a misspelt one.
pub(crate) fn options<'a>(text: &'a str, name: &str, known: &[&str]) -> Result<Members<'a>> {
    let members = object(text, name)?;
    let is_unknown = |member: &str| !known.contains(&member);
    match members.iter().find(|(member, _)| is_unknown(member)) {
        None => Ok(members),
        Some((member, _)) => Err(Error::new(
            Code::InvalidOptions,
            format!(
                "{name} has an unknown member {}; it may have {}",
                json::shown_name(member),
                known.join(", ")
            ),
        )),
    }
}

/// Reads an argument that must be one JSON object.
pub(super) fn object<'a>(text: &'a str, name: &str) -> Result<Members<'a>> {
    json::members(text).map_err(|problem| {
        let message = match problem {
            // The parser's message could quote the argument.
            Malformed::NotAnObject(_) => format!("{name} is not one JSON object"),
            problem => format!("{name} cannot be used: {problem}"),
        };
        Error::new(Code::InvalidJson, message)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_option_is_named_unless_its_name_may_be_a_key() {
        let message = |name: &str| {
            let text = format!(r#"{{"{name}":1}}"#);
            let error = options(&text, "options", &["display_name"]).unwrap_err();
            assert_eq!(error.code(), "invalid_options");
            error.message().to_owned()
        };
        assert!(message("display_nam").contains("'display_nam'"));
        for key in ["MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0w", "-----BEGIN"] {
            let key = format!("{key}CANARY");
            assert!(!message(&key).contains("CANARY"), "{key}");
        }
    }
}
