//! Tokens that allow something for one user: grants, and those of external authentication.

use zeroize::Zeroizing;

use super::client::Client;
use super::operations;
use super::user::is_token;
use crate::budget::Budget;
use crate::calls::Call;
use crate::calls::answer::{missing_token, token};
use crate::codes::Code;
use crate::error::{Error, Result};
use crate::operation::Operation;

/// A grant that is requested inside another call. Nobody else has it, so it may be requested
/// again.
static INNER_GRANT: Operation = Operation {
    safe: true,
    ..operations::CREATE_GRANT
};

impl Client {
    /// A grant, which allows what its scopes name for one user, for a few seconds: `{token}`.
    /// `scopes` are separated by spaces.
    pub fn create_grant(&self, username: &str, scopes: &str) -> Result<String> {
        if scopes.split_ascii_whitespace().next().is_none() {
            return Err(Error::new(
                Code::EmptyArgument,
                "scopes must name at least one scope, for example passkey:read",
            ));
        }
        self.send(grant_call(&operations::CREATE_GRANT, username, scopes))
    }

    /// A token with which the user's browser completes an external authentication: `{token}`.
    pub fn create_external_auth(&self, username: &str) -> Result<String> {
        self.send(Call::new(&operations::CREATE_EXTERNAL_AUTH).text("username", username))
    }

    /// A grant for one attempt of another call, within the budget of that call.
    pub(super) fn grant(
        &self,
        username: &str,
        scope: &str,
        budget: &Budget,
    ) -> Result<Zeroizing<String>> {
        let call = grant_call(&INNER_GRANT, username, scope);
        self.execute(call, budget, read_grant)
            .map_err(Error::with_final_operation)
    }
}

/// A call for a grant that names no user, and so allows nothing.
pub(super) fn call_without_user(scope: &str) -> Call<'static> {
    Call::new(&INNER_GRANT).texts("grants", [scope].into_iter())
}

fn grant_call<'a>(operation: &'static Operation, username: &str, scopes: &str) -> Call<'a> {
    let scopes = scopes.split_ascii_whitespace();
    Call::new(operation)
        .texts("grants", scopes)
        .text("username", username)
}

pub(super) fn read_grant(answer: String) -> Result<Zeroizing<String>> {
    let answer = Zeroizing::new(answer);
    token(&answer, "token")?
        .filter(|grant| is_token(grant))
        .ok_or_else(|| missing_token("token"))
}
