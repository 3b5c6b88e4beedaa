//! Names for what is counted, each used once.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// A name that no other one of any server has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Id {
    process: u64,
    number: u64,
}

/// The name of this process among all servers.
static PROCESS: LazyLock<u64> = LazyLock::new(|| fastrand::Rng::new().u64(..));

impl Id {
    /// One that was never used.
    pub fn next() -> Self {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        Self {
            process: *PROCESS,
            number: NUMBER.fetch_add(1, Ordering::Relaxed),
        }
    }

    /// The name of this process among all servers.
    pub(super) fn of_process() -> i64 {
        PROCESS.cast_signed()
    }

    /// As it is stored.
    pub(super) fn bytes(self) -> [u8; 16] {
        (u128::from(self.process) << 64 | u128::from(self.number)).to_be_bytes()
    }
}
