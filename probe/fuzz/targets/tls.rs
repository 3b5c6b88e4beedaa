//! The first flight of a TLS server.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| probe::fuzzing::flight(bytes));
