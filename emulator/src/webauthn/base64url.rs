//! For `#[serde(with = "base64url")]`: bytes as a string.

use crate::encoding::{base64url, from_base64url};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serializer};

pub(super) fn serialize<S: Serializer>(
    bytes: &impl AsRef<[u8]>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&base64url(bytes))
}

pub(super) fn deserialize<'de, T: TryFrom<Vec<u8>>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    let text = String::deserialize(deserializer)?;
    let bytes = from_base64url(&text).ok_or_else(|| D::Error::custom("not base64url"))?;
    T::try_from(bytes).map_err(|_| D::Error::custom("not the right bytes"))
}
