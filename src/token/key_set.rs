//! Public keys of the service that were fetched together: one key, or a JSON Web Key Set
//! (RFC 7517).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{AlgorithmParameters, Jwk, KeyOperations};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::json;
use crate::key::VerifyingKey;

/// The deepest nesting of a key set. Its own members need three levels.
const MAX_DEPTH: usize = 32;

/// Keys of tokens. Two keys may have the same id.
#[derive(Clone, Debug, Default)]
pub(crate) struct KeySet(Vec<(Id, VerifyingKey)>);

/// The id of a key.
#[derive(Clone, Debug, PartialEq)]
enum Id {
    /// The key was requested by the id in a token: it is the key of that token.
    Requested,
    Named(String),
    None,
}

impl Id {
    fn is(&self, kid: Option<&str>) -> bool {
        match self {
            Id::Requested => true,
            Id::Named(id) => Some(id.as_str()) == kid,
            Id::None => false,
        }
    }
}

impl KeySet {
    /// The answer to a request for the key of a token.
    pub(crate) fn requested(key: VerifyingKey) -> KeySet {
        KeySet(vec![(Id::Requested, key)])
    }

    /// Keys with their ids.
    pub(crate) fn named(keys: impl IntoIterator<Item = (String, VerifyingKey)>) -> KeySet {
        let keys = keys.into_iter();
        KeySet(keys.map(|(id, key)| (Id::Named(id), key)).collect())
    }

    /// Reads a key set. Keys that cannot verify ES256 are skipped, as RFC 7517 asks (section
    /// 5); a set without any other is an error, a clause about "it".
    pub(crate) fn from_json(text: &str) -> Result<KeySet, String> {
        let set = json::parse_object(text, MAX_DEPTH)
            .map_err(|_| "it is not one JSON object without duplicate members")?;
        KeySet::from_members(&set.into())
    }

    /// Reads a key set that is parsed already.
    pub(crate) fn from_members(set: &Map<String, Value>) -> Result<KeySet, String> {
        let Some(Value::Array(keys)) = set.get("keys") else {
            return Err("it has no array 'keys'".to_owned());
        };
        let mut usable = Vec::new();
        let mut first_problem = None;
        for key in keys {
            match usable_key(key) {
                Ok(key) => usable.push(key),
                Err(problem) => first_problem = first_problem.or(Some(problem)),
            }
        }
        if usable.is_empty() {
            let why = first_problem.map_or("it is empty".to_owned(), |problem| {
                format!("the first: {problem}")
            });
            return Err(format!(
                "it has no public key for ES256 on curve P-256 ({why})"
            ));
        }
        Ok(KeySet(usable))
    }

    /// These keys, and those of `others` whose id none of these has.
    pub(crate) fn and(&self, mut others: KeySet) -> KeySet {
        let has = |other: &Id| self.0.iter().any(|(id, _)| id == other && *id != Id::None);
        others.0.retain(|(id, _)| !has(id));
        KeySet([self.0.clone(), others.0].concat())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The keys that may have signed a token with this key id. A token without one says nothing
    /// about its key, so there must be no choice.
    pub(super) fn candidates(&self, kid: Option<&str>) -> impl Iterator<Item = &VerifyingKey> {
        let is_only = kid.is_none() && self.0.len() == 1;
        let keys = self.0.iter();
        keys.filter(move |(id, _)| is_only || id.is(kid))
            .map(|(_, key)| key)
    }

    /// Whether a key of this set may have signed a token with this key id.
    pub(super) fn serves(&self, kid: Option<&str>) -> bool {
        self.candidates(kid).next().is_some()
    }

    /// The keys of each id.
    pub(super) fn by_id(&self) -> impl Iterator<Item = (&str, KeySet)> {
        self.0.iter().filter_map(|(id, _)| {
            let Id::Named(name) = id else { return None };
            let same = self.0.iter().filter(|(other, _)| other == id);
            Some((name.as_str(), KeySet(same.cloned().collect())))
        })
    }
}

/// The keys of a set, each by its id or place, with why it is skipped, if it is: a clause about
/// "it" that shows nothing of the key.
pub(crate) fn explain(text: &str) -> Vec<(String, Option<String>)> {
    let set: Map<String, Value> = match json::parse_object(text, MAX_DEPTH) {
        Ok(set) => set.into(),
        Err(_) => Map::new(),
    };
    let keys = set.get("keys").and_then(Value::as_array);
    let explained = keys.into_iter().flatten().enumerate().map(|(place, key)| {
        let name = match key.get("kid").and_then(Value::as_str) {
            Some(kid) => kid.chars().take(MAX_SHOWN).collect(),
            None => format!("key {}", place + 1),
        };
        (name, usable_key(key).err())
    });
    explained.collect()
}

/// The longest id that an explanation shows, in characters.
const MAX_SHOWN: usize = 100;

/// The longest value that an explanation shows, in bytes: names of algorithms and curves are
/// shorter.
const MAX_NAME: usize = 20;

/// The key with its id if it is a public key that may verify ES256, or why it is not: a clause
/// about "it".
fn usable_key(key: &Value) -> Result<(Id, VerifyingKey), String> {
    // A private key does not belong there.
    if key.get("d").is_some() {
        return Err("it is a private key, and whoever read it can forge tokens".to_owned());
    }
    for (name, expected, is_required) in [
        ("kty", "EC", true),
        ("crv", "P-256", true),
        ("alg", "ES256", false),
        ("use", "sig", false),
    ] {
        let fits = match key.get(name) {
            None => !is_required,
            Some(value) => value == expected,
        };
        if !fits {
            let found = match key.get(name).map(Value::to_string) {
                None => "absent".to_owned(),
                Some(text) if text.len() <= MAX_NAME => text,
                // It may be a key in the wrong place.
                Some(_) => "a longer text".to_owned(),
            };
            return Err(format!("its {name} is {found}, not \"{expected}\""));
        }
    }
    // `Jwk` would read null as absent.
    if let Some(name) = ["key_ops", "kid"]
        .into_iter()
        .find(|name| key.get(name).is_some_and(Value::is_null))
    {
        return Err(format!("its {name} is null"));
    }
    let Ok(Jwk { common, algorithm }) = Jwk::deserialize(key) else {
        return Err("a member of it is not of the type that RFC 7517 demands".to_owned());
    };
    let may_verify = common
        .key_operations
        .is_none_or(|operations| operations.contains(&KeyOperations::Verify));
    if !may_verify {
        return Err("its key_ops do not have \"verify\"".to_owned());
    }
    let id = match common.key_id {
        None => Id::None,
        Some(id) if !id.is_empty() => Id::Named(id),
        Some(_) => return Err("its kid is empty".to_owned()),
    };
    let coordinate = |text: &str| -> Option<[u8; 32]> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        bytes.try_into().ok()
    };
    let point = match &algorithm {
        AlgorithmParameters::EllipticCurve(point) => coordinate(&point.x).zip(coordinate(&point.y)),
        _ => None,
    };
    match point.and_then(|(x, y)| VerifyingKey::from_coordinates(&x, &y)) {
        Some(key) => Ok((id, key)),
        None => Err("its x and y are no point of the curve".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::token::testing::{jwk, key_pair};

    /// The key as JWK with this member set, or removed if it is null.
    fn with(name: &str, value: Value) -> Value {
        let mut key = jwk("a", &key_pair().1);
        match value {
            Value::Null => key.as_object_mut().unwrap().remove(name),
            value => key.as_object_mut().unwrap().insert(name.to_owned(), value),
        };
        key
    }

    fn with_null(name: &str) -> Value {
        let mut key = jwk("a", &key_pair().1);
        key[name] = Value::Null;
        key
    }

    fn read(keys: Value) -> Result<KeySet, String> {
        KeySet::from_json(&json!({ "keys": keys }).to_string())
    }

    #[test]
    fn a_key_is_read_with_or_without_what_is_optional() {
        for key in [
            with("other", json!({"nested": [1]})),
            with("alg", Value::Null),
            with("use", Value::Null),
            with("key_ops", Value::Null),
            with("key_ops", json!(["sign", "verify"])),
        ] {
            let set = read(json!([key])).unwrap();
            assert!(set.serves(Some("a")) && set.serves(None), "{key}");
            assert!(!set.serves(Some("b")));
        }
        let set = read(json!([with("kid", Value::Null)])).unwrap();
        assert!(set.serves(None) && !set.serves(Some("a")));
    }

    #[test]
    fn the_key_that_was_written_is_the_key_that_is_read() {
        let key = key_pair().1;
        let set = read(json!([jwk("a", &key)])).unwrap();
        let read: Vec<_> = set.candidates(Some("a")).map(VerifyingKey::spki).collect();
        assert_eq!(read, [key.spki()]);
    }

    #[test]
    fn keys_that_cannot_verify_are_skipped_and_a_set_without_others_is_refused() {
        let other = jwk("b", &key_pair().1);
        let flipped = |name: &str| {
            let key = jwk("a", &key_pair().1);
            let mut bytes = URL_SAFE_NO_PAD.decode(key[name].as_str().unwrap()).unwrap();
            bytes[31] ^= 1;
            with(name, URL_SAFE_NO_PAD.encode(bytes).into())
        };
        for key in [
            with("kty", json!("RSA")),
            with("kty", Value::Null),
            with("crv", json!("P-384")),
            with("alg", json!("RS256")),
            with("alg", json!(1)),
            with("use", json!("enc")),
            with("key_ops", json!(["sign"])),
            with("key_ops", json!("verify")),
            with_null("alg"),
            with_null("use"),
            with_null("key_ops"),
            with_null("kid"),
            with("d", json!("AAAA")),
            with("kid", json!("")),
            with("kid", json!(7)),
            with("x", json!("AAAA")),
            with("x", Value::Null),
            with("y", json!("!")),
            flipped("x"),
            flipped("y"),
            with("x", json!("A".repeat(43))),
            json!([]),
            json!("key"),
        ] {
            assert!(read(json!([key])).is_err(), "{key}");
            let set = read(json!([key, other])).unwrap();
            assert!(set.serves(None), "the only usable key, next to {key}");
            assert!(!set.serves(Some("a")), "{key}");
        }
    }

    #[test]
    fn anything_but_a_set_with_a_usable_key_is_refused() {
        let key = jwk("a", &key_pair().1);
        for text in [
            "",
            "[]",
            "{}",
            "<html>",
            r#"{"keys":{}}"#,
            r#"{"keys":[]}"#,
            r#"{"keys":[],"keys":[]}"#,
            &format!(r#"{{"keys":[{key}]}}{{}}"#),
            &format!(r#"{{"keys":[{key}],"keys":[]}}"#),
            &key.to_string(),
        ] {
            assert!(KeySet::from_json(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_set_without_a_usable_key_says_why_and_repeats_no_long_value() {
        let long = "CANARY".repeat(4);
        for (keys, why) in [
            (json!([]), "(it is empty)"),
            (
                json!([with("kid", json!(7))]),
                "(the first: a member of it is not of the type that RFC 7517 demands)",
            ),
            (
                json!([with("key_ops", json!(["sign"])), with("kty", json!("RSA"))]),
                "(the first: its key_ops do not have \"verify\")",
            ),
            (
                json!([with("alg", json!("RS256"))]),
                "(the first: its alg is \"RS256\", not \"ES256\")",
            ),
            (
                json!([with("alg", json!(long))]),
                "(the first: its alg is a longer text, not \"ES256\")",
            ),
        ] {
            let problem = read(keys).expect_err("no usable key");
            let start = "it has no public key for ES256 on curve P-256 ";
            assert_eq!(problem, format!("{start}{why}"));
        }
    }

    #[test]
    fn keys_of_one_id_are_all_candidates_and_without_an_id_there_must_be_no_choice() {
        let keys = [jwk("a", &key_pair().1), jwk("a", &key_pair().1)];
        let set = read(json!(keys)).unwrap();
        assert_eq!(set.candidates(Some("a")).count(), 2);
        assert_eq!(set.candidates(None).count(), 0);
        let ids: Vec<_> = set.by_id().map(|(id, set)| (id, set.0.len())).collect();
        assert_eq!(ids, [("a", 2), ("a", 2)]);
    }

    #[test]
    fn pinned_keys_take_the_place_of_others_with_their_id() {
        let pinned = key_pair().1;
        let set = KeySet::named([("a".to_owned(), pinned.clone())]);
        let nameless = with("kid", Value::Null);
        let fetched = json!([jwk("a", &key_pair().1), jwk("b", &key_pair().1), nameless]);
        let both = set.and(read(fetched).unwrap());
        let a: Vec<_> = both.candidates(Some("a")).map(VerifyingKey::spki).collect();
        assert_eq!(a, [pinned.spki()]);
        assert!(both.serves(Some("b")));
        assert_eq!(both.0.len(), 3);
    }
}
