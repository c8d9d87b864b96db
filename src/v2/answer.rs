//! Checks an answer of the service before it is returned to the caller.

use super::claims::check_is_login;
use crate::calls::Call;
use crate::calls::answer::{
    check_authenticated, check_id, check_nothing, members, missing_token, token, with_member,
};
use crate::codes::Code;
use crate::error::{Error, Result};
use crate::json::ObjectWriter;
use crate::operation::{Answer, Operation};
use crate::token::{Claims, Subject, Verified};

/// The member with the token of a login.
const TOKEN: &str = "jwtAccess";

/// The parts of a call that its answer is checked against.
pub(super) struct AnsweredCall<'a> {
    operation: &'static Operation,
    /// The user that the call named.
    subject: Subject<'a>,
}

impl<'a> AnsweredCall<'a> {
    pub(super) fn of(call: &Call<'a>) -> AnsweredCall<'a> {
        AnsweredCall {
            operation: call.operation,
            subject: call.subject,
        }
    }

    /// Checks an answer, and returns it with what this library adds. `verify` verifies a token
    /// in it, and runs the given check on the token's claims.
    pub(super) fn check(
        &self,
        answer: String,
        verify: impl FnOnce(&str, &dyn Fn(&Claims<'_>) -> Result<()>) -> Result<Verified>,
    ) -> Result<String> {
        match self.operation.answer {
            Answer::Nothing | Answer::NoContent => {
                check_nothing(&answer)?;
                return Ok("{}".to_owned());
            }
            Answer::List { name } => return list(&answer, name),
            Answer::Identified { id, missing } => check_id(&answer, id, missing)?,
            Answer::Login => return self.check_login(answer, verify),
            _ => members(&answer, []).map(drop)?,
        }
        Ok(answer)
    }

    /// A login's token is never returned unverified, and its claims say who logged in.
    fn check_login(
        &self,
        answer: String,
        verify: impl FnOnce(&str, &dyn Fn(&Claims<'_>) -> Result<()>) -> Result<Verified>,
    ) -> Result<String> {
        check_authenticated(&answer)?;
        let token = token(&answer, TOKEN)?.ok_or_else(|| missing_token(TOKEN))?;
        let verified = verify(&token, &|claims| {
            check_is_login(claims)?;
            claims.check_subject(self.subject)
        })?;
        with_member(answer, "claims", verified.claims())
    }
}

/// An array as the only member of an object.
fn list(answer: &str, name: &str) -> Result<String> {
    let mut object = ObjectWriter::with_capacity(answer.len() + name.len() + 8);
    object.raw(name, answer);
    let object = object.finish();
    let [array] = members(&object, [name])?;
    // Nothing after the array may have become a member of its own.
    match array.map(|array| array.get()) {
        Some(array) if array.starts_with('[') && array.len() == answer.trim().len() => Ok(object),
        _ => Err(Error::new(
            Code::InvalidResponse,
            "its answer is not a JSON array: check base_url",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_one_array_and_nothing_else() {
        for (answer, expected) in [
            ("[]", r#"{"passkeys":[]}"#),
            (r#" [{"id":"1"}] "#, r#"{"passkeys": [{"id":"1"}] }"#),
        ] {
            assert_eq!(list(answer, "passkeys").unwrap(), expected);
        }
        for answer in [
            "",
            "{}",
            "null",
            "\"[]\"",
            "[] []",
            "[",
            r#"[],"passkeys":[]"#,
            r#"[],"other":[]"#,
            "[]}",
            "<html>",
        ] {
            let error = list(answer, "passkeys").unwrap_err();
            assert_eq!(error.code(), "invalid_response", "{answer}");
        }
    }
}
