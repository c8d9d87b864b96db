//! A replacement for the service's signing key, to sign tokens that the service never
//! would. Its public key is in the client's configuration (`public_keys`, `jwks`), or served
//! at `/certs` or in a key set.

use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

/// A P-256 key that signs tokens.
pub struct Signer {
    pair: EcdsaKeyPair,
    pub kid: &'static str,
}

impl Signer {
    pub fn new(kid: &'static str) -> Signer {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key");
        Signer { pair, kid }
    }

    pub fn from_pkcs8(kid: &'static str, der: &[u8]) -> Signer {
        let pair =
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der).expect("a PKCS#8 key");
        Signer { pair, kid }
    }

    pub fn pkcs8(&self) -> Vec<u8> {
        let der = self.pair.to_pkcs8v1().expect("a key");
        der.as_ref().to_vec()
    }

    /// The public key as SubjectPublicKeyInfo.
    pub fn spki(&self) -> Vec<u8> {
        let der: PublicKeyX509Der<'_> = self.pair.public_key().as_der().expect("a key");
        der.as_ref().to_vec()
    }

    pub fn pem(&self) -> String {
        pem("PUBLIC KEY", &self.spki())
    }

    /// The uncompressed point, 0x04 ‖ x ‖ y.
    pub fn point(&self) -> &[u8] {
        self.pair.public_key().as_ref()
    }

    /// The public key as a JSON Web Key, as the current service publishes it.
    pub fn jwk(&self) -> Value {
        let (x, y) = self.point()[1..].split_at(32);
        json!({"kty": "EC", "use": "sig", "key_ops": ["verify"], "alg": "ES256", "kid": self.kid,
            "crv": "P-256", "x": encode(x), "y": encode(y)})
    }

    /// r ‖ s over a message.
    pub fn signature(&self, message: &[u8]) -> Vec<u8> {
        let signature = self.pair.sign(&SystemRandom::new(), message);
        signature.expect("a signature").as_ref().to_vec()
    }

    /// `{"alg":"ES256","typ":"JWT","kid":…}`.
    pub fn header(&self) -> Value {
        json!({"alg": "ES256", "typ": "JWT", "kid": self.kid})
    }

    /// A token with exactly these texts as header and claims.
    pub fn sign_text(&self, header: impl AsRef<[u8]>, claims: impl AsRef<[u8]>) -> String {
        self.sign_encoded(&encode(header), &encode(claims))
    }

    /// A token with exactly these first two parts.
    pub fn sign_encoded(&self, header: &str, claims: &str) -> String {
        let signed = format!("{header}.{claims}");
        let signature = encode(self.signature(signed.as_bytes()));
        format!("{signed}.{signature}")
    }

    pub fn sign(&self, header: &Value, claims: &Value) -> String {
        self.sign_text(header.to_string(), claims.to_string())
    }

    /// A token with the usual header.
    pub fn token(&self, claims: &Value) -> String {
        self.sign(&self.header(), claims)
    }
}

pub fn pem(label: &str, der: &[u8]) -> String {
    let base64 = STANDARD.encode(der);
    format!("-----BEGIN {label}-----\n{base64}\n-----END {label}-----\n")
}

/// base64url without padding.
pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub fn decode(part: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(part).expect("base64url")
}

pub fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.expect("a clock after 1970").as_secs()
}

/// The claims of a login token for `client_id`, as the service writes them.
pub fn login_claims(client_id: &str) -> Value {
    json!({
        "sub": "5f2c1d1e-9a3b-4d43-8c1c-0f6a3f1c7b11", "nid": "ns-1", "iss": "loginid.io",
        "aud": client_id, "udata": "alice@example.com", "action": "auth.login",
        "iat": now(), "exp": now() + 3600,
    })
}

/// The claims of a login token of the current service, as it writes them.
pub fn v2_login_claims(issuer: &str, application_id: &str) -> Value {
    json!({
        "iss": issuer, "aud": application_id, "sub": "01H8ZXQG5K7M9N1P3R5T7V9W",
        "username": "alice@example.com", "iat": now(), "exp": now() + 600,
        "credID": "01H8ZXQG5K7M9N1P3R5T7V9X", "scopes": ["passkey:read", "auth:write"],
        "tokenType": "jwtAccess", "rpId": "example.com", "verify": "/fido2/v2/mgmt/token/verify",
    })
}

/// `object` with these members set; null removes one.
pub fn with(object: &Value, changes: Value) -> Value {
    let mut object = object.clone();
    let members = object.as_object_mut().expect("an object");
    for (name, value) in changes.as_object().expect("an object") {
        match value {
            Value::Null => members.remove(name),
            value => members.insert(name.clone(), value.clone()),
        };
    }
    object
}
