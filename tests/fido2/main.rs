//! Logins with keys, from registration to revocation: the library's calls against the emulator,
//! with a browser and its authenticator between them.

mod adding;
mod answers;
mod documents;
mod keys;
mod passwords;
mod support;
mod to_json;
mod transactions;
