//! Row "HTTP" of the trust tests: whatever the other side does, a call ends
//! with the right status, in time, and does nothing twice.

#[path = "../support/capi.rs"]
mod capi;

mod answers;
mod certificates;
mod connections;
mod cuts;
mod deadline;
mod listener;
mod memory;
mod retries;
mod signals;
