//! Password hashing with Argon2id.

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use tokio::task::spawn_blocking;

use crate::error::ServiceError;

/// 4 MiB and one pass: low for Argon2, but tests log in often and the hashes are never stored.
fn hasher() -> Argon2<'static> {
    let params = Params::new(4 * 1024, 1, 1, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// Hashes a password.
pub async fn hash(password: String) -> Result<String, ServiceError> {
    let hash = spawn_blocking(move || hash_blocking(&password)).await;
    hash.unwrap_or_else(|_| Err(ServiceError::bad_request("The password cannot be hashed")))
}

/// Hashes a password on this thread, which takes some milliseconds.
pub fn hash_blocking(password: &str) -> Result<String, ServiceError> {
    let hash = hasher().hash_password(password.as_bytes());
    hash.map(|hash| hash.to_string())
        .map_err(|_| ServiceError::bad_request("The password cannot be hashed"))
}

/// Whether this is a hash that passwords can be compared with.
pub fn is_hash(text: &str) -> bool {
    PasswordHash::new(text).is_ok()
}

/// Whether a password has this hash.
pub async fn matches(password: String, hash: String) -> bool {
    let check = move || {
        let hash = PasswordHash::new(&hash)?;
        hasher().verify_password(password.as_bytes(), &hash)
    };
    spawn_blocking(check)
        .await
        .is_ok_and(|checked| checked.is_ok())
}
