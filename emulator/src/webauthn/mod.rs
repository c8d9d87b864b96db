//! The WebAuthn relying party: verification of registrations and assertions. Pure functions, without
//! state or I/O: the service keeps the challenges, the keys and the clock. The steps are those of WebAuthn
//! Level 3, "Registering a New Credential" and "Verifying an Authentication Assertion".
//!
//! **Why not a verifier crate.** Compared in November 2026. The first three build here without system
//! libraries, but each would need half of this code around it.
//!
//! - `webauthn-rs-core` 0.6.2 (no longer over OpenSSL; 176 crates, `rsa` and `kbkdf` as release candidates)
//!   and `webauthn_rp` 0.3.0 (95 crates) generate the challenge themselves and keep it in their own state
//!   type, which `webauthn_rp` expires by the real clock. The emulator issues its own challenges, for
//!   example transaction hashes, and its clock can be moved.
//! - `webauthn-rs-core` and `caden` 0.9.0 accept certificates, and a `none` attestation with a statement
//!   that is not empty. `webauthn-rs-core` also accepts duplicate CBOR keys.
//! - `passkey-rp` 0.1.0 needs a newer rustc and does not support `packed`.
//!
//! This code uses maintained parts: `ciborium` reads CBOR, `serde_json` the client data, `aws-lc-rs` hashes
//! and checks points and signatures. The tests use the authenticator of the `passkey` crates, which has
//! another implementation of the cryptography (RustCrypto).
//!
//! The caller checks that a challenge is used once and in time, that `credential_id` in the request is the
//! one in the [`RegisteredKey`], that it is new on registration and on the allow list on login, and stores
//! the returned sign count.

mod attestation;
mod authenticator_data;
mod base64url;
mod cbor;
mod client_data;
mod expected;
mod public_key;
mod refusal;
mod verify;

pub use self::expected::Expected;
pub use self::public_key::{ALGORITHMS, PublicKey};
pub use self::refusal::Refusal;
pub use self::verify::{RegisteredKey, verify_assertion, verify_registration};
