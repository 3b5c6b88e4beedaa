//! Whole conversations with a server that says anything.

#![no_main]

use libfuzzer_sys::fuzz_target;
use probe::Protocol;

fuzz_target!(|bytes: &[u8]| probe::fuzzing::conversation(Protocol::Imap, bytes));
