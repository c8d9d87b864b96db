//! The client and its calls, in the groups of LoginID's documentation.
//!
//! Every call to the service returns the service's JSON object unchanged, so that
//! unknown fields are kept.

mod answer;
mod authentication;
mod client;
mod codes;
mod credentials;
mod keys;
mod operations;
mod registration;
mod service_token;
mod tokens;
mod transaction_token;
mod transactions;
mod users;

use crate::calls::Call;
use crate::codes::Code;
use crate::error::{Error, Result};
use crate::json::{self, Malformed, Members};
pub use client::Client;

/// The options of a FIDO2 registration that the service knows.
const FIDO2_OPTIONS: [&str; 4] = [
    "display_name",
    "override_name",
    "roaming_authenticator",
    "register_session",
];

/// Adds `options`, a JSON object given as text. An unknown option is an error: the service
/// would silently ignore a misspelt one.
fn with_options<'a>(call: Call<'a>, options: Option<&str>, known: &[&str]) -> Result<Call<'a>> {
    let Some(options) = options else {
        return Ok(call);
    };
    let members = object(options, "options_json")?;
    if let Some((name, _)) = members
        .iter()
        .find(|(name, _)| !known.contains(&name.as_str()))
    {
        return Err(Error::new(
            Code::InvalidOptions,
            format!(
                "options_json has an unknown member '{name}'; it may have {}",
                known.join(", ")
            ),
        ));
    }
    if members.is_empty() {
        return Ok(call);
    }
    Ok(call.raw("options", options))
}

/// Reads an argument that must be one JSON object.
fn object<'a>(text: &'a str, name: &str) -> Result<Members<'a>> {
    json::members(text).map_err(|problem| {
        let message = match problem {
            // The parser's message could quote the argument.
            Malformed::NotAnObject(_) => format!("{name} is not one JSON object"),
            problem => format!("{name} cannot be used: {problem}"),
        };
        Error::new(Code::InvalidJson, message)
    })
}
