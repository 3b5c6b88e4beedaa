//! Relays of the running program: what they carry, and what they refuse to.

#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

mod attacks;
mod browser;
mod carrying;
#[path = "../http/mod.rs"]
#[allow(dead_code, reason = "no form is sent here")]
mod http;
mod limits;
mod mail;
mod program;
