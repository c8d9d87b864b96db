//! The WebAuthn verifier against a real software authenticator, and against answers forged to be
//! wrong in one place only. Each refusal is asserted by its name: one for another reason is a failure.

mod assertion;
mod attestation;
mod cbor;
mod client_data;
mod forge;
mod genuine;
mod registration;
