//! The emulator from the outside: over its port, as SDKs and testers use it.

mod support;

mod certs;
mod codes;
mod connections;
mod control;
mod credentials;
mod faults;
mod program;
mod service_tokens;
mod tls;
mod transactions;
mod users;
