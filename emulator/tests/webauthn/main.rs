//! The WebAuthn verifier with a real software authenticator, and with forged answers that are wrong in one
//! place only. Each test asserts the reason of the refusal.

mod assertion;
mod attestation;
mod cbor;
mod client_data;
mod forge;
mod genuine;
mod registration;
