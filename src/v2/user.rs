//! For which user a call acts: by a token of that user, or by name.

use crate::calls::Call;
use crate::codes::Code;
use crate::error::{Error, Result};

/// The longest token that is sent.
const MAX_TOKEN_BYTES: usize = 16 * 1024;

/// Authorizes a call by a token, or names the user for whom a grant is requested.
pub(super) fn acting<'a>(
    mut call: Call<'a>,
    username: Option<&'a str>,
    token: Option<&'a str>,
) -> Result<Call<'a>> {
    if username.is_some() == token.is_some() {
        return Err(Error::new(
            Code::TokenOrUsernameRequired,
            "the call acts for a user: give either token or username",
        ));
    }
    call.token = token
        .map(|token| checked_token("token", token))
        .transpose()?;
    call.subject.username = username;
    Ok(call)
}

/// A token that the caller gave, if it can be sent.
pub(super) fn checked_token<'a>(name: &str, token: &'a str) -> Result<&'a str> {
    if is_token(token) {
        return Ok(token);
    }
    Err(Error::new(
        Code::InvalidToken,
        format!("{name} must be at most 16 KiB of visible ASCII characters without spaces"),
    ))
}

pub(super) fn is_token(text: &str) -> bool {
    text.len() <= MAX_TOKEN_BYTES && text.bytes().all(|byte| byte.is_ascii_graphic())
}
