//! Checks of answers that both services need.

use serde_json::value::RawValue;
use zeroize::Zeroizing;

use crate::codes::Code;
use crate::error::{Error, Result};
use crate::json::{self, Malformed};

/// Checks that an answer has a text that the next call needs.
pub(crate) fn check_id(answer: &str, id: &str, missing: Code) -> Result<()> {
    let [found] = members(answer, [id])?;
    // It may be a token.
    let text = found.and_then(|found| json::string_prefix(found.get()).map(Zeroizing::new));
    match text {
        Some(text) if !text.is_empty() => Ok(()),
        _ => Err(Error::new(
            missing,
            format!("its answer has no '{id}', which the next call needs"),
        )),
    }
}

/// Checks that there is no answer, or one of a later version. The page of a gateway is no success.
pub(crate) fn check_nothing(answer: &str) -> Result<()> {
    if answer.trim().is_empty() {
        return Ok(());
    }
    members(answer, []).map(drop)
}

/// If `is_authenticated` is absent or null, the token alone decides.
pub(crate) fn check_authenticated(answer: &str) -> Result<()> {
    let [value] = members(answer, ["is_authenticated"])?;
    match value.map(RawValue::get) {
        None | Some("null" | "true") => Ok(()),
        Some(_) => Err(Error::new(
            Code::NotAuthenticated,
            "its answer has an is_authenticated that is not true",
        )),
    }
}

/// The token of an answer, in the member `name`. Null and an empty string count as absent.
pub(crate) fn token(answer: &str, name: &str) -> Result<Option<Zeroizing<String>>> {
    let [token] = members(answer, [name])?;
    match token.map(RawValue::get) {
        None | Some("null" | "\"\"") => Ok(None),
        Some(literal) => json::string_prefix(literal)
            .map(|token| Some(Zeroizing::new(token)))
            .ok_or_else(|| missing_token(name)),
    }
}

pub(crate) fn missing_token(name: &str) -> Error {
    Error::new(
        Code::MissingJwt,
        format!("its answer has no {name}, and only a {name} proves that it is genuine"),
    )
}

/// Members of an answer, which must be one JSON object without duplicates of them.
pub(crate) fn members<'a, const N: usize>(
    answer: &'a str,
    names: [&str; N],
) -> Result<[Option<&'a RawValue>; N]> {
    json::select_members(answer, names).map_err(|problem| {
        let message = match problem {
            // The parser's message could quote the answer.
            Malformed::NotAnObject(_) => {
                "its answer is not a JSON object: check base_url".to_owned()
            }
            problem => format!("its answer cannot be used: {problem}"),
        };
        Error::new(Code::InvalidResponse, message)
    })
}

/// The answer with a member of ours, which is JSON. It replaces a member of that name.
pub(crate) fn with_member(mut answer: String, name: &str, json: &str) -> Result<String> {
    let [existing] = members(&answer, [name])?;
    if let Some(existing) = existing {
        let start = existing.get().as_ptr().addr() - answer.as_ptr().addr();
        answer.replace_range(start..start + existing.get().len(), json);
        return Ok(answer);
    }
    answer.truncate(answer.trim_end().len() - 1);
    let is_empty = answer.trim_end().ends_with('{');
    let comma = if is_empty { "" } else { "," };
    answer.push_str(&format!("{comma}\"{name}\":{json}}}"));
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_of_ours_is_in_the_answer_once() {
        for (answer, expected) in [
            ("{}", r#"{"nonce":"n\""}"#),
            (" { } \n", r#" { "nonce":"n\""}"#),
            (r#"{"id":1.10}"#, r#"{"id":1.10,"nonce":"n\""}"#),
            (r#"{"a":{}} "#, r#"{"a":{},"nonce":"n\""}"#),
            (r#"{"a":"{"}"#, r#"{"a":"{","nonce":"n\""}"#),
            (r#"{"nonce":null}"#, r#"{"nonce":"n\""}"#),
            (
                r#"{"a":{"nonce":1}, "\u006eonce" : "other", "b":[]}"#,
                r#"{"a":{"nonce":1}, "\u006eonce" : "n\"", "b":[]}"#,
            ),
        ] {
            let with = with_member(answer.to_owned(), "nonce", r#""n\"""#).unwrap();
            assert_eq!(with, expected, "{answer}");
        }
        let twice = r#"{"nonce":1,"\u006eonce":2}"#;
        assert!(with_member(twice.to_owned(), "nonce", "1").is_err());
    }
}
