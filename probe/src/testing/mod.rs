//! What tests, fuzzing and benchmarks need to hold the readers against anything a server may send.

pub(crate) mod conversation;
#[cfg(test)]
pub(crate) mod fragmentation;
#[cfg(fuzzing)]
pub mod fuzzing;
#[cfg(feature = "tls")]
pub(crate) mod readers;
pub(crate) mod script;
