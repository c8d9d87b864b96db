//! Authenticators that are known by their AAGUID.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use uuid::Uuid;

/// A few of the public list of passkey providers, and the authenticators of tests: those that hide what they are
/// send zeros, and Chromium's virtual one sends a value of its own.
const KNOWN: [(&str, &str); 8] = [
    (
        "00000000-0000-0000-0000-000000000000",
        "Unknown authenticator",
    ),
    (
        "01020304-0506-0708-0102-030405060708",
        "Chromium virtual authenticator",
    ),
    ("fbfc3007-154e-4ecc-8c0b-6e020557d7bd", "iCloud Keychain"),
    (
        "ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4",
        "Google Password Manager",
    ),
    ("08987058-cadc-4b81-b6e1-30de50dcbe96", "Windows Hello"),
    ("bada5566-a7aa-401f-bd96-45619a55120d", "1Password"),
    ("d548826e-79b4-db40-a3d8-11116f7e8349", "Bitwarden"),
    ("53414d53-554e-4700-0000-000000000000", "Samsung Pass"),
];

/// The name of an authenticator.
pub fn name(aaguid: &[u8; 16]) -> Option<&'static str> {
    let text = Uuid::from_bytes(*aaguid).to_string();
    let mut known = KNOWN.iter();
    known.find(|(id, _)| *id == text).map(|(_, name)| *name)
}

/// The description of an authenticator. Its icons are the emulator's own.
pub fn describe(aaguid: &[u8; 16]) -> Option<Value> {
    let name = name(aaguid)?;
    Some(json!({
        "id": Uuid::from_bytes(*aaguid).to_string(),
        "name": name,
        "iconLight": icon("#222"),
        "iconDark": icon("#eee"),
    }))
}

/// A key in this colour, as a `data:` URL.
fn icon(colour: &str) -> String {
    let svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 24 24\" fill=\"{colour}\">\
         <path d=\"M7 14a4 4 0 1 1 3.9-5H22v4h-3v3h-4v-3h-4.1A4 4 0 0 1 7 14z\"/></svg>"
    );
    format!("data:image/svg+xml;base64,{}", STANDARD.encode(svg))
}
