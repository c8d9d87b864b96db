//! Row "Secrets" of the trust tests: keys, tokens, passwords and codes appear
//! in nothing that a program might print, and the key is wiped.

#[path = "../support/capi.rs"]
mod capi;
#[path = "../common/mod.rs"]
mod common;
#[path = "../support/listener.rs"]
mod listener;
#[path = "../support/part.rs"]
mod part;
#[allow(dead_code, reason = "the tests of tokens use more of it")]
#[path = "../tokens/support/service.rs"]
mod signer;
#[path = "../support/torture.rs"]
mod torture;

mod calls;
mod echoes;
mod forged;
mod memory;
mod proxy;
mod shown;
mod v2;
