//! `loginid token`: what a token says, and whether it is genuine.

pub mod decode;
mod times;
pub mod verify;
