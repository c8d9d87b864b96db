//! Checks an answer of the service before it is returned to the caller.

use super::transaction_token::check_is_login;
use crate::calls::Call;
use crate::calls::answer::{
    check_authenticated, check_id, check_nothing, members, missing_token, token,
};
use crate::error::Result;
use crate::operation::{Answer, Operation};
use crate::token::{Claims, Subject};

/// The member with the token of an answer.
const JWT: &str = "jwt";

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
        Answer::Nothing | Answer::NoContent => return check_nothing(answer),
        Answer::Object | Answer::Text | Answer::List { .. } => {
            return members(answer, []).map(drop);
        }
        Answer::Identified { id, missing } => return check_id(answer, id, missing),
        Answer::Login => check_authenticated(answer)?,
        Answer::Authentication | Answer::PossibleAuthentication | Answer::Confirmation => {}
    }
    let may_lack_jwt =
        call.operation.answer == Answer::PossibleAuthentication && !call.jwt_required;
    match token(answer, JWT)? {
        // A token is never returned unverified.
        Some(jwt) => verify(&jwt, &|claims| call.check_claims(claims)),
        None if may_lack_jwt => Ok(()),
        None => Err(missing_token(JWT)),
    }
}
