//! Checks that several servers make for each other, in something that may be out of reach.

use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use futures_util::future::BoxFuture;
use serde::Serialize;

pub use crate::storage::prompt::OutOfReach;

/// What several servers have found, and which of them checks.
pub trait SharedResults: Send + Sync {
    /// Claims the check of a service, for [`LEASE`], unless it was found or is checked.
    ///
    /// # Errors
    ///
    /// When it is out of reach: then it is not known whether it was claimed.
    fn ask(&self, claim: Claim, ages: MaxAges) -> BoxFuture<'_, Result<Answer, OutOfReach>>;

    /// Has the claim for [`LEASE`] from now on, if it still has it.
    ///
    /// # Errors
    ///
    /// When it is out of reach.
    fn renew(&self, claim: Claim) -> BoxFuture<'_, Result<(), OutOfReach>>;

    /// Gives the claim back with what was found, or without, if it still has it.
    ///
    /// # Errors
    ///
    /// When it is out of reach.
    fn end(&self, claim: Claim, report: Option<String>) -> BoxFuture<'_, Result<(), OutOfReach>>;
}

/// How long a claim lasts. A server renews it while it checks.
pub const LEASE: Duration = Duration::from_secs(6);

/// The longest report, in bytes.
pub const MAX_REPORT: usize = 128 * 1024;

/// A service, as all servers name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Service([u8; 32]);

/// Somebody who wants to check a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// What is checked.
    pub service: Service,
    /// Who; no other one has this number.
    pub id: i64,
}

/// How long ago a check may have begun.
#[derive(Clone, Copy, Debug)]
pub struct MaxAges {
    /// Any.
    pub all: Duration,
    /// One that has ended.
    pub ended: Duration,
}

/// Who checks a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Whoever has asked.
    Mine,
    /// Another one.
    Running,
    /// Another one has.
    Found {
        /// What it found.
        report: String,
        /// How long ago it began.
        age: Duration,
    },
}

impl Service {
    /// The service that all of this makes out.
    pub(super) fn named(parts: &impl Serialize) -> Self {
        // These parts are numbers and texts in lists, which can always be written.
        let text = serde_json::to_vec(parts).unwrap_or_default();
        let mut hash = [0; 32];
        hash.copy_from_slice(digest(&SHA256, &text).as_ref());
        Self(hash)
    }

    /// As it is stored.
    pub(super) const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}
