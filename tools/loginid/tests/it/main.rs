//! The program `loginid` against the emulator, over a socket.

mod support;

mod config;
mod doctor;
mod keygen;
mod program;
mod token;
