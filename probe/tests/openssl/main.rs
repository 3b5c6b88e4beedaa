//! What a TLS server does is named exactly: tried on OpenSSL in every mode that it has, and on scripts
//! for what it no longer has.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod certificates;
mod checking;
mod hellos;
mod modes;
mod programs;
#[path = "../reports/mod.rs"]
mod reports;
mod s_server;
