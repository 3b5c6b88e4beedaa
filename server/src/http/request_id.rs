//! Request ids, which are in the log, in the response and on error pages.

use std::fmt;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// Identifies a request among all requests of this server and, most likely, of all servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestId(u64);

impl RequestId {
    /// The id of a request that has just arrived.
    pub(crate) fn next() -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        // A random start, so that the ids of two runs of the program differ.
        static START: LazyLock<u64> = LazyLock::new(|| RandomState::new().build_hasher().finish());
        Self(START.wrapping_add(COUNT.fetch_add(1, Ordering::Relaxed)))
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:016x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_differ() {
        assert_ne!(RequestId::next(), RequestId::next());
        assert_eq!(RequestId(1).to_string().len(), 16);
    }
}
