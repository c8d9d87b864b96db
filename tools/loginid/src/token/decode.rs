//! `loginid token decode`: what a token says, without any verification.

use loginid::diagnostics::decode_unverified;
use serde_json::{Value, json};

use super::times;
use crate::arguments::Decode;
use crate::failure::Failure;
use crate::{files, output};

const WARNING: &str =
    "NOT VERIFIED: anyone can write a token that says this. To verify it: loginid token verify";

pub fn run(options: &Decode, as_json: bool) -> Result<u8, Failure> {
    let token = files::token(options.token_file.as_deref())?;
    let decoded = decode_unverified(&token).map_err(Failure::Library)?;
    let decoded: Value = serde_json::from_str(&decoded)
        .map_err(|_| Failure::Failed("the token is not readable".to_owned()))?;
    let times = times::in_words(&decoded["claims"]);
    if as_json {
        // Standard output has one document only.
        let _ = output::complain(WARNING);
        output::json(&json!({
            "verified": false,
            "header": decoded["header"],
            "claims": decoded["claims"],
            "times": times,
        }))?;
        return Ok(0);
    }
    output::line(WARNING)?;
    for (title, part) in [
        ("header", &decoded["header"]),
        ("claims", &decoded["claims"]),
        ("times", &Value::Object(times)),
    ] {
        output::line(title)?;
        for (name, value) in part.as_object().into_iter().flatten() {
            match value {
                Value::String(text) if title == "times" => {
                    output::line(&format!("  {name}: {text}"))?;
                }
                value => output::line(&format!("  {name}: {value}"))?,
            }
        }
    }
    Ok(0)
}
