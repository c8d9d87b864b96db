//! What an answer of the service must say before it is handed on.

use serde_json::value::RawValue;

use crate::call::{Patience, Subject};
use crate::client::Client;
use crate::codes::Code;
use crate::error::{Error, Result};
use crate::json::{self, Malformed};
use crate::operation::{Answer, Operation};
use crate::token::{Claims, Origin};

/// The call that was answered.
pub(crate) struct Asked<'a> {
    pub(crate) operation: &'static Operation,
    /// The user that the call named.
    pub(crate) subject: Subject<'a>,
    /// An answer without a `jwt` is an error, where the operation leaves it open.
    pub(crate) jwt_required: bool,
    pub(crate) patience: Patience<'a>,
}

impl Client {
    pub(crate) fn check_answer(&self, answer: &str, asked: &Asked<'_>) -> Result<()> {
        match asked.operation.answer {
            Answer::Nothing => return Ok(()),
            Answer::Object | Answer::Text => return members(answer, []).map(drop),
            Answer::Identified { id, missing } => return check_id(answer, id, missing),
            Answer::Login => check_authenticated(answer)?,
            Answer::Authentication | Answer::PossibleAuthentication | Answer::Confirmation => {}
        }
        // One that is there is never handed on unverified.
        match jwt(answer)? {
            Some(jwt) => self.verify_answer(&jwt, asked),
            None if asked.operation.answer == Answer::PossibleAuthentication
                && !asked.jwt_required =>
            {
                Ok(())
            }
            None => Err(missing_jwt()),
        }
    }

    fn verify_answer(&self, jwt: &str, asked: &Asked<'_>) -> Result<()> {
        let further = |claims: &Claims<'_>| {
            if asked.operation.answer != Answer::Confirmation {
                claims.check_is_login()?;
            }
            claims.check_subject(asked.subject)
        };
        self.verify(jwt, Origin::Answer, None, asked.patience, further)
            .map(drop)
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
pub(crate) fn members<'a, const N: usize>(
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
