//! What the browser says about the ceremony, in JSON. The authenticator signs its hash.

use super::{Expected, Refusal};
use crate::encoding::sha256;
use serde::Deserialize;

/// Other members may come and are none of our business. Of these, serde refuses a second one.
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
    // serde would take an array of the members' values for the object.
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
    // Browsers name the top origin only when it is another one. LoginID's pages are never framed.
    if data.cross_origin == Some(true) || data.top_origin.is_some() {
        return Err(Refusal::CrossOrigin);
    }
    Ok(sha256(&[json]))
}
