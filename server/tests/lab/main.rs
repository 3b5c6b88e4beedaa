//! The program against the lab: real Dovecot, real Postfix.
#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

mod accounts;
mod command_line;
#[path = "../http/mod.rs"]
mod http;
mod lab;
mod limits;
mod monitor;
mod proxied;
mod secrets;
mod server;
#[path = "../tls/mod.rs"]
mod tls;
