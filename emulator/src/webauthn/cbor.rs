//! CBOR as WebAuthn requires it: maps of known members without duplicates, in canonical encoding.

use super::refusal::Refusal;
use ciborium::Value;

/// Several times the size of the largest key. Limits the work on untrusted input.
const SIZE_MAX: usize = 16 * 1024;

/// Decodes a map that fills all the bytes.
pub(super) fn map(what: &'static str, mut bytes: &[u8]) -> Result<Map, Refusal> {
    let map = map_prefix(what, &mut bytes)?;
    if bytes.is_empty() {
        Ok(map)
    } else {
        refuse(what, "trailing bytes")
    }
}

/// Decodes the map at the start of the bytes, and leaves the bytes after it.
pub(super) fn map_prefix(what: &'static str, bytes: &mut &[u8]) -> Result<Map, Refusal> {
    let all = *bytes;
    if all.len() > SIZE_MAX {
        return refuse(what, "too long");
    }
    // Deep nesting is an error: ciborium limits it.
    let value: Value = match ciborium::from_reader(&mut *bytes) {
        Ok(value) => value,
        Err(_) => return refuse(what, "malformed CBOR"),
    };
    // Encoding it again detects any other encoding: padded integers, indefinite lengths.
    let mut canonical = Vec::new();
    if ciborium::into_writer(&value, &mut canonical).is_err()
        || canonical != all[..all.len() - bytes.len()]
    {
        return refuse(what, "CBOR that is not in canonical form");
    }
    if let Some(key) = duplicate_key(&value) {
        return refuse(what, format!("duplicate key {}", name(key)));
    }
    Map::new(what, value)
}

/// A duplicate key of a map, at any depth of the value.
fn duplicate_key(value: &Value) -> Option<&Value> {
    match value {
        Value::Map(members) => members
            .iter()
            .enumerate()
            .find_map(|(index, (key, value))| {
                let earlier = members[..index].iter().any(|(earlier, _)| earlier == key);
                earlier.then_some(key).or_else(|| duplicate_key(value))
            }),
        Value::Array(items) => items.iter().find_map(duplicate_key),
        Value::Tag(_, inner) => duplicate_key(inner),
        _ => None,
    }
}

fn name(key: &Value) -> String {
    match key {
        Value::Text(text) => format!("{text:?}"),
        Value::Integer(number) => i128::from(*number).to_string(),
        other => format!("{other:?}"),
    }
}

/// A map whose members are taken one by one. Those left at the end are unknown.
pub(super) struct Map {
    what: &'static str,
    members: Vec<(Value, Value)>,
}

impl Map {
    fn new(what: &'static str, value: Value) -> Result<Self, Refusal> {
        match value {
            Value::Map(members) => Ok(Self { what, members }),
            _ => refuse(what, "not a map"),
        }
    }

    pub(super) fn take(&mut self, key: impl Into<Value>) -> Option<Value> {
        let key = key.into();
        let index = self.members.iter().position(|member| member.0 == key)?;
        Some(self.members.swap_remove(index).1)
    }

    pub(super) fn bytes(&mut self, key: impl Into<Value>) -> Result<Vec<u8>, Refusal> {
        self.typed(key, "bytes", |value| value.into_bytes().ok())
    }

    pub(super) fn text(&mut self, key: impl Into<Value>) -> Result<String, Refusal> {
        self.typed(key, "text", |value| value.into_text().ok())
    }

    pub(super) fn integer(&mut self, key: impl Into<Value>) -> Result<i128, Refusal> {
        self.typed(key, "an integer", |value| {
            value.into_integer().ok().map(Into::into)
        })
    }

    pub(super) fn map(
        &mut self,
        key: impl Into<Value>,
        what: &'static str,
    ) -> Result<Self, Refusal> {
        Self::new(what, self.typed(key, "a map", Some)?)
    }

    /// Refuses unknown members. Call it when all known ones are taken.
    pub(super) fn end(self) -> Result<(), Refusal> {
        match self.members.first() {
            None => Ok(()),
            Some((key, _)) => refuse(self.what, format!("unknown key {}", name(key))),
        }
    }

    fn typed<T>(
        &mut self,
        key: impl Into<Value>,
        kind: &str,
        convert: impl FnOnce(Value) -> Option<T>,
    ) -> Result<T, Refusal> {
        let key = key.into();
        match self.take(key.clone()).and_then(convert) {
            Some(value) => Ok(value),
            None => refuse(self.what, format!("no {} that is {kind}", name(&key))),
        }
    }
}

fn refuse<T>(what: &'static str, why: impl Into<String>) -> Result<T, Refusal> {
    let why = why.into();
    Err(Refusal::Cbor { what, why })
}
