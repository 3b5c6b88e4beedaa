//! The history of the services in real databases.

#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

mod crash;
mod directory;
mod events;
mod file_faults;
#[path = "../http/mod.rs"]
#[allow(dead_code, reason = "nothing is sent here")]
mod http;
#[path = "../postgres/mod.rs"]
mod postgres;
mod postgres_faults;
mod program;
mod stores;
mod writing;
