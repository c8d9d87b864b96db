//! The browser's client data, in JSON. The authenticator signs its hash.

use serde::Deserialize;

use super::expected::Expected;
use super::refusal::Refusal;
use crate::encoding::sha256;

/// Other members are ignored. Duplicates of these are refused by serde.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ClientData {
    r#type: String,
    challenge: String,
    origin: String,
    cross_origin: Option<bool>,
    top_origin: Option<String>,
}

/// Checks the client data and returns its SHA-256.
pub(super) fn verify(
    expected: &Expected,
    ceremony: &'static str,
    json: &[u8],
) -> Result<[u8; 32], Refusal> {
    // serde also accepts an array of the members' values.
    if !json.trim_ascii_start().starts_with(b"{") {
        return Err(Refusal::ClientData("not a JSON object".into()));
    }
    let data: ClientData =
        serde_json::from_slice(json).map_err(|error| Refusal::ClientData(error.to_string()))?;
    if data.r#type != ceremony {
        return Err(Refusal::ClientDataType {
            expected: ceremony,
            found: data.r#type,
        });
    }
    if data.challenge != expected.challenge {
        return Err(Refusal::Challenge);
    }
    if !expected.origins.contains(&data.origin) {
        return Err(Refusal::Origin(data.origin));
    }
    // Browsers send the top origin only if it differs. LoginID's pages are never framed.
    if data.cross_origin == Some(true) || data.top_origin.is_some() {
        return Err(Refusal::CrossOrigin);
    }
    Ok(sha256(&[json]))
}
