//! Certificates: what they say, and what they are worth.

mod classify;
mod facts;
mod oid_names;
#[cfg(test)]
mod tests;

pub(crate) use classify::{classify, notice};
pub(crate) use facts::{facts, name};
