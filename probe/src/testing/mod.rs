//! What tests, fuzzing and benchmarks need to hold the readers against anything a server may send.

#[cfg(fuzzing)]
pub mod fuzzing;
#[cfg(test)]
pub(crate) mod pieces;
#[cfg(feature = "net")]
pub(crate) mod readers;
pub(crate) mod rehearsal;
pub(crate) mod script;
