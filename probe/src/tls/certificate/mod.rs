//! Certificates: what they say, and what they are worth.

mod classify;
mod facts;
#[cfg(test)]
mod tests;

pub(crate) use classify::{classify, notice};
pub(crate) use facts::{facts, sanitize};
