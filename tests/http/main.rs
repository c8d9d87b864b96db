//! Row "HTTP" of the trust tests: whatever the peer does, a call ends with the right
//! status, in time, and does nothing twice.

#[path = "../support/capi.rs"]
mod capi;
#[path = "../common/mod.rs"]
mod common;
#[allow(dead_code, reason = "the tests of the boundary use the rest of it")]
#[path = "../support/described.rs"]
mod described;
#[allow(dead_code, reason = "the tests of the boundary use the rest of it")]
#[path = "../support/header.rs"]
mod header;
#[allow(dead_code, reason = "the tests of the boundary use the rest of it")]
#[path = "../support/library.rs"]
mod library;
#[path = "../support/listener.rs"]
mod listener;
#[path = "../support/part.rs"]
mod part;
#[path = "../support/pem_forms.rs"]
mod pem_forms;
#[path = "../support/torture.rs"]
mod torture;

mod answers;
mod arrived;
mod broken;
mod certificates;
mod connections;
mod cuts;
mod deadline;
mod endings;
mod framing;
mod handshakes;
mod https_proxy;
mod idle;
mod memory;
mod messages;
mod once;
mod pem;
mod proxy;
mod proxy_environment;
mod relay;
mod retries;
mod roots;
mod signals;
mod tls;
mod v2;
mod versions;
