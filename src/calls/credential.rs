//! What authorizes an attempt.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
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

    /// The API key. It is sent encoded, so that its parts alone do not show in what repeats it.
    pub(super) fn key(&self) -> Option<&str> {
        match self {
            Credential::ApiKey(key) => Some(key),
            _ => None,
        }
    }

    /// The value of the header, which Debug does not show.
    pub(super) fn header(&self) -> Result<Option<HeaderValue>> {
        let value = match self {
            Credential::None => return Ok(None),
            Credential::Bearer(token) => Zeroizing::new(format!("Bearer {}", **token)),
            Credential::ApiKey(key) => {
                let user = Zeroizing::new(format!("{}:", **key));
                let user = Zeroizing::new(STANDARD.encode(user.as_bytes()));
                Zeroizing::new(format!("Basic {}", *user))
            }
        };
        let mut value = HeaderValue::from_str(&value)
            .map_err(|_| Error::internal("the credential is not a header value"))?;
        value.set_sensitive(true);
        Ok(Some(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_api_key_is_a_user_name_without_a_password() {
        let header = |credential: Credential| credential.header().unwrap();
        let key = header(Credential::ApiKey(Zeroizing::new("key".to_owned()))).unwrap();
        assert_eq!(key, "Basic a2V5Og==");
        assert!(!format!("{key:?}").contains("a2V5"));
        let token = header(Credential::Bearer(Zeroizing::new("a.b.c".to_owned()))).unwrap();
        assert_eq!(token, "Bearer a.b.c");
        assert!(header(Credential::None).is_none());
    }
}
