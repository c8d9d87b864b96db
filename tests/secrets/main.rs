//! Row "Secrets" of the trust tests: keys, tokens, passwords and codes appear
//! in nothing that a program might print, and the key is wiped.

#[path = "../support/capi.rs"]
mod capi;
#[path = "../support/listener.rs"]
mod listener;

mod calls;
mod echoes;
mod memory;
mod shown;
