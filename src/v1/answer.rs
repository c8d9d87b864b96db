//! Checks an answer of the service before it is returned to the caller.

use serde_json::value::RawValue;

use super::transaction_token::check_is_login;
use crate::calls::Call;
use crate::codes::Code;
use crate::error::{Error, Result};
use crate::json::{self, Malformed};
use crate::operation::{Answer, Operation};
use crate::token::{Claims, Subject};

/// The parts of a call that its answer is checked against.
pub(super) struct AnsweredCall<'a> {
    pub(super) operation: &'static Operation,
    /// The user that the call named.
    subject: Subject<'a>,
    /// Requires a `jwt` in the answer, for an operation where it is optional.
    jwt_required: bool,
}

impl<'a> AnsweredCall<'a> {
    pub(super) fn of(call: &Call<'a>) -> AnsweredCall<'a> {
        AnsweredCall {
            operation: call.operation,
            subject: call.subject,
            jwt_required: call.jwt_required,
        }
    }

    /// Checks the claims of a token in the answer, in addition to the checks of every token.
    fn check_claims(&self, claims: &Claims<'_>) -> Result<()> {
        if self.operation.answer != Answer::Confirmation {
            check_is_login(claims.members())?;
        }
        claims.check_subject(self.subject)
    }
}

/// Checks an answer. `verify` verifies a token in it, and runs the given check on the
/// token's claims.
pub(super) fn check(
    answer: &str,
    call: &AnsweredCall<'_>,
    verify: impl FnOnce(&str, &dyn Fn(&Claims<'_>) -> Result<()>) -> Result<()>,
) -> Result<()> {
    match call.operation.answer {
        Answer::Nothing => return Ok(()),
        Answer::Object | Answer::Text => return members(answer, []).map(drop),
        Answer::Identified { id, missing } => return check_id(answer, id, missing),
        Answer::Login => check_authenticated(answer)?,
        Answer::Authentication | Answer::PossibleAuthentication | Answer::Confirmation => {}
    }
    let may_lack_jwt =
        call.operation.answer == Answer::PossibleAuthentication && !call.jwt_required;
    match jwt(answer)? {
        // A token is never returned unverified.
        Some(jwt) => verify(&jwt, &|claims| call.check_claims(claims)),
        None if may_lack_jwt => Ok(()),
        None => Err(missing_jwt()),
    }
}

fn check_id(answer: &str, id: &str, missing: Code) -> Result<()> {
    let [found] = members(answer, [id])?;
    match found.and_then(|found| json::string_prefix(found.get())) {
        Some(text) if !text.is_empty() => Ok(()),
        _ => Err(Error::new(
            missing,
            format!("its answer has no '{id}', which the next call needs"),
        )),
    }
}

/// If `is_authenticated` is absent or null, the `jwt` alone decides.
fn check_authenticated(answer: &str) -> Result<()> {
    let [value] = members(answer, ["is_authenticated"])?;
    match value.map(RawValue::get) {
        None | Some("null" | "true") => Ok(()),
        Some(_) => Err(Error::new(
            Code::NotAuthenticated,
            "its answer has an is_authenticated that is not true",
        )),
    }
}

/// The `jwt` of an answer. Null and an empty string count as absent.
fn jwt(answer: &str) -> Result<Option<String>> {
    let [jwt] = members(answer, ["jwt"])?;
    match jwt.map(RawValue::get) {
        None | Some("null" | "\"\"") => Ok(None),
        Some(literal) => json::string_prefix(literal)
            .map(Some)
            .ok_or_else(missing_jwt),
    }
}

fn missing_jwt() -> Error {
    Error::new(
        Code::MissingJwt,
        "its answer has no jwt, and only a jwt proves that it is genuine",
    )
}

/// Members of an answer, which must be one JSON object without duplicates of them.
pub(super) fn members<'a, const N: usize>(
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
