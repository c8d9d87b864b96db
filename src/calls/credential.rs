//! What authorizes an attempt.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use ureq::http::HeaderValue;
use zeroize::Zeroizing;

use crate::error::{Error, Result};

/// The credential in the `Authorization` of an attempt.
pub(crate) enum Credential {
    None,
    /// A token.
    Bearer(Zeroizing<String>),
    /// An API key, sent as a user name without a password.
    ApiKey(Zeroizing<String>),
}

impl Credential {
    pub(super) fn secret(&self) -> Option<&str> {
        match self {
            Credential::None => None,
            Credential::Bearer(secret) | Credential::ApiKey(secret) => Some(secret),
        }
    }

    /// The length of what is sent after the scheme.
    pub(super) fn sent_len(&self) -> usize {
        match self {
            Credential::None => 0,
            Credential::Bearer(token) => token.len(),
            // Base64 of the key and a colon.
            Credential::ApiKey(key) => (key.len() + 1).div_ceil(3) * 4,
        }
    }

    /// The value of the header, which Debug does not show, and which is wiped when the last copy
    /// of the request is dropped.
    pub(super) fn header(&self) -> Result<Option<HeaderValue>> {
        let value = match self {
            Credential::None => return Ok(None),
            Credential::Bearer(token) => self.after("Bearer ", |value| value.push_str(token)),
            Credential::ApiKey(key) => {
                let mut user = Zeroizing::new(String::with_capacity(key.len() + 1));
                user.push_str(key);
                user.push(':');
                self.after("Basic ", |value| {
                    STANDARD.encode_string(user.as_bytes(), value)
                })
            }
        };
        let mut value = HeaderValue::from_maybe_shared(Bytes::from_owner(value))
            .map_err(|_| Error::internal("the credential is not a header value"))?;
        value.set_sensitive(true);
        Ok(Some(value))
    }

    /// What `add` adds to the scheme. The text never grows beyond its first size, which would
    /// leave a copy in freed memory.
    fn after(&self, scheme: &str, add: impl FnOnce(&mut String)) -> Zeroizing<String> {
        let size = scheme.len() + self.sent_len();
        let mut value = Zeroizing::new(String::with_capacity(size));
        value.push_str(scheme);
        add(&mut value);
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_api_key_is_a_user_name_without_a_password() {
        let header = |credential: Credential| {
            let value = credential.header().unwrap();
            let sent = value
                .as_ref()
                .and_then(|value| value.to_str().ok()?.split_once(' '));
            assert_eq!(
                sent.map_or(0, |(_, sent)| sent.len()),
                credential.sent_len()
            );
            value
        };
        let key = header(Credential::ApiKey(Zeroizing::new("key".to_owned()))).unwrap();
        assert_eq!(key, "Basic a2V5Og==");
        assert!(!format!("{key:?}").contains("a2V5"));
        let token = header(Credential::Bearer(Zeroizing::new("a.b.c".to_owned()))).unwrap();
        assert_eq!(token, "Bearer a.b.c");
        assert!(header(Credential::None).is_none());
    }
}
