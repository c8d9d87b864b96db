//! Which keys of a key set the library uses, and why it skips the others.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

/// The largest key set that the library reads.
const MAX_SIZE: usize = 64 * 1024;

/// A key.
pub struct Key {
    /// Its id, or its place.
    pub name: String,
    pub unusable: Option<String>,
}

/// Reads a key set. An error says what is wrong with "it".
pub fn read(text: &str) -> Result<Vec<Key>, &'static str> {
    if text.len() > MAX_SIZE {
        return Err("it is larger than 64 KiB");
    }
    let set: Value = serde_json::from_str(text).map_err(|_| "it is not JSON")?;
    let keys = set["keys"].as_array().ok_or("it has no array 'keys'")?;
    let keys = keys.iter().enumerate();
    Ok(keys
        .map(|(index, key)| Key {
            name: match key["kid"].as_str() {
                Some(kid) => kid.chars().take(100).collect(),
                None => format!("key {}", index + 1),
            },
            unusable: unusable(key),
        })
        .collect())
}

/// Why a key cannot verify tokens, by the rules of the library.
fn unusable(key: &Value) -> Option<String> {
    if key.get("d").is_some() {
        return Some("it is a private key, and whoever read it can forge tokens".to_owned());
    }
    for (member, expected, required) in [
        ("kty", "EC", true),
        ("crv", "P-256", true),
        ("alg", "ES256", false),
        ("use", "sig", false),
    ] {
        match key.get(member) {
            None if !required => {}
            Some(Value::String(found)) if found == expected => {}
            found => {
                let found = found.map_or("absent".to_owned(), |value| {
                    value.to_string().chars().take(100).collect()
                });
                return Some(format!("its {member} is {found}, not \"{expected}\""));
            }
        }
    }
    let verifies = key.get("key_ops").is_none_or(|operations| {
        let operations = operations.as_array();
        operations.is_some_and(|operations| operations.iter().any(|one| one == "verify"))
    });
    if !verifies {
        return Some("its key_ops do not have \"verify\"".to_owned());
    }
    if key
        .get("kid")
        .is_some_and(|kid| kid.as_str().is_none_or(str::is_empty))
    {
        return Some("its kid is not a text".to_owned());
    }
    let coordinate = |name: &str| {
        let bytes = URL_SAFE_NO_PAD.decode(key[name].as_str()?).ok()?;
        (bytes.len() == 32).then_some(bytes)
    };
    let point = coordinate("x").zip(coordinate("y"));
    let point = point.map(|(x, y)| [vec![4], x, y].concat());
    match point.map(|point| p256::PublicKey::from_sec1_bytes(&point)) {
        Some(Ok(_)) => None,
        _ => Some("its x and y are no point of the curve".to_owned()),
    }
}
