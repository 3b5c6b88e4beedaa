//! The history of the services in real databases.

#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

mod directory;
mod events;
#[path = "../postgres/mod.rs"]
mod postgres;
mod stores;
