//! `mailguide record` against a web server and a DNS server on loopback.

#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

mod import;
#[path = "../../../probe/tests/name_servers/mod.rs"]
mod name_servers;
mod new;
mod program;
mod site;
