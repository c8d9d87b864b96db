//! Logging in, from the first key to the revoked one: the library's calls against the emulator, with
//! a browser and its authenticator in between.

mod adding;
mod answers;
mod documents;
mod keys;
mod passwords;
mod support;
mod transactions;
