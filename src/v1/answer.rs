//! What an answer of the service must say before it is handed on.

use serde_json::value::RawValue;

use super::transaction_token::check_is_login;
use crate::calls::Call;
use crate::codes::Code;
use crate::error::{Error, Result};
use crate::json::{self, Malformed};
use crate::operation::{Answer, Operation};
use crate::token::{Claims, Subject};

/// The call that was answered.
pub(super) struct Asked<'a> {
    pub(super) operation: &'static Operation,
    /// The user that the call named.
    subject: Subject<'a>,
    /// An answer without a `jwt` is an error, where the operation leaves it open.
    jwt_required: bool,
}

impl<'a> Asked<'a> {
    pub(super) fn by(call: &Call<'a>) -> Asked<'a> {
        Asked {
            operation: call.operation,
            subject: call.subject,
            jwt_required: call.jwt_required,
        }
    }

    /// What a token in the answer must say besides what each token must say.
    fn check_claims(&self, claims: &Claims<'_>) -> Result<()> {
        if self.operation.answer != Answer::Confirmation {
            check_is_login(claims.members())?;
        }
        claims.check_subject(self.subject)
    }
}

/// Checks an answer. `verify` verifies a token in it, and what it is told to check in the
/// token's claims.
pub(super) fn check(
    answer: &str,
    asked: &Asked<'_>,
    verify: impl FnOnce(&str, &dyn Fn(&Claims<'_>) -> Result<()>) -> Result<()>,
) -> Result<()> {
    match asked.operation.answer {
        Answer::Nothing => return Ok(()),
        Answer::Object | Answer::Text => return members(answer, []).map(drop),
        Answer::Identified { id, missing } => return check_id(answer, id, missing),
        Answer::Login => check_authenticated(answer)?,
        Answer::Authentication | Answer::PossibleAuthentication | Answer::Confirmation => {}
    }
    let may_lack_jwt =
        asked.operation.answer == Answer::PossibleAuthentication && !asked.jwt_required;
    match jwt(answer)? {
        // One that is there is never handed on unverified.
        Some(jwt) => verify(&jwt, &|claims| asked.check_claims(claims)),
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
            format!("its answer has no '{id}': nothing can be done with it"),
        )),
    }
}

/// Absent and null are nothing said; then the `jwt` alone decides.
fn check_authenticated(answer: &str) -> Result<()> {
    let [said] = members(answer, ["is_authenticated"])?;
    match said.map(RawValue::get) {
        None | Some("null" | "true") => Ok(()),
        Some(_) => Err(Error::new(
            Code::NotAuthenticated,
            "its answer does not say that the user is authenticated",
        )),
    }
}

/// The `jwt` of an answer. Absent, null and an empty text are none.
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
        "its answer has no jwt, which alone proves what it says",
    )
}

/// Members of an answer, which must be one JSON object that has each of them
/// once at most.
pub(super) fn members<'a, const N: usize>(
    answer: &'a str,
    names: [&str; N],
) -> Result<[Option<&'a RawValue>; N]> {
    json::select_members(answer, names).map_err(|problem| {
        let message = match problem {
            // The parser's words could quote the answer.
            Malformed::NotAnObject(_) => {
                "its answer is not a JSON object: check base_url".to_owned()
            }
            problem => format!("its answer cannot be used: {problem}"),
        };
        Error::new(Code::InvalidResponse, message)
    })
}
