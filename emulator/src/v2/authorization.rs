//! The `Authorization` header, in both of its forms.

use axum::http::{HeaderMap, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::error::ServiceError;
use crate::host::only;

/// What a call presents.
#[derive(Debug, PartialEq, Eq)]
pub enum Authorization {
    Nothing,
    /// `Basic` with the API key as the name and an empty password.
    ApiKey(String),
    /// A token or a session: after `Bearer`, or bare, as LoginID's browser and Android SDKs send it.
    Token(String),
}

impl Authorization {
    /// Reads the header. An empty one counts as absent: the SDKs send it when they have no token.
    pub fn read(headers: &HeaderMap) -> Result<Self, ServiceError> {
        if !headers.contains_key(header::AUTHORIZATION) {
            return Ok(Self::Nothing);
        }
        let value = only(headers, &header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let value = value.ok_or_else(|| malformed("is there more than once, or not ASCII"))?;
        let value = value.trim();
        let is_scheme = |name: &str| value.eq_ignore_ascii_case(name);
        match value.split_once(' ') {
            None if value.is_empty() => Ok(Self::Nothing),
            None if is_scheme("bearer") || is_scheme("basic") => {
                Err(malformed("has nothing after its scheme"))
            }
            None => Ok(Self::Token(value.to_owned())),
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => {
                Ok(Self::Token(token.trim().to_owned()))
            }
            Some((scheme, credentials)) if scheme.eq_ignore_ascii_case("basic") => {
                api_key(credentials.trim())
            }
            Some(_) => Err(malformed("has a scheme that is neither Basic nor Bearer")),
        }
    }
}

/// The API key before the colon of `Basic` credentials.
fn api_key(credentials: &str) -> Result<Authorization, ServiceError> {
    let decoded = STANDARD.decode(credentials).ok();
    let text = decoded.and_then(|bytes| String::from_utf8(bytes).ok());
    match text.as_deref().and_then(|text| text.split_once(':')) {
        Some((key, "")) if !key.is_empty() => Ok(Authorization::ApiKey(key.to_owned())),
        _ => Err(malformed(
            "must be Basic with the base64 of the API key and a colon",
        )),
    }
}

fn malformed(wrong: &str) -> ServiceError {
    ServiceError::unauthorized(format!("The Authorization header {wrong}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn read(values: &[&'static str]) -> Option<Authorization> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::AUTHORIZATION, HeaderValue::from_static(value));
        }
        Authorization::read(&headers).ok()
    }

    #[test]
    fn both_forms_are_read() {
        let token = || Some(Authorization::Token("a.b.c".to_owned()));
        assert_eq!(read(&["Bearer a.b.c"]), token());
        assert_eq!(read(&["bearer  a.b.c"]), token());
        assert_eq!(read(&["a.b.c"]), token());
        let key = || Some(Authorization::ApiKey("key".to_owned()));
        assert_eq!(read(&["Basic a2V5Og=="]), key());
        assert_eq!(read(&["basic a2V5Og=="]), key());
        for nothing in [&[][..], &[""], &["  "]] {
            assert_eq!(read(nothing), Some(Authorization::Nothing));
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for values in [
            // Without the colon, with a password, without padding, with an empty key, in base64url.
            &["Basic a2V5"][..],
            &["Basic a2V5OnB3"],
            &["Basic a2V5Og"],
            &["Basic Og=="],
            &["Basic _-8="],
            &["Digest a2V5Og=="],
            &["Bearer"],
            &["bearer "],
            &["Basic"],
            &["a.b.c", "a.b.c"],
        ] {
            assert_eq!(read(values), None, "{values:?}");
        }
    }
}
