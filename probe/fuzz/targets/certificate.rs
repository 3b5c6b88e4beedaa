//! Certificates and what comes with them.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| probe::fuzzing::certificates(bytes));
