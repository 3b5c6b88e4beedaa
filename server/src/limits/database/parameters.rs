//! How values are given to the functions of the database.

use std::time::Duration;

use super::super::counters::RateLimit;
use super::super::key::Key;

/// The limits, as the functions name them.
const KIND_OF_DENIAL: [(i16, RateLimit); 7] = [
    (2, RateLimit::AccountsPerClient),
    (3, RateLimit::SignInsPerAccount),
    (4, RateLimit::MessagesPerAccount),
    (5, RateLimit::FailuresPerAccount),
    (6, RateLimit::FailuresPerProvider),
    (7, RateLimit::RelaysPerClient),
    (8, RateLimit::RelaysPerService),
];

/// The limit of this number.
pub(super) fn denial_of(kind: i16) -> Option<RateLimit> {
    let found = KIND_OF_DENIAL.iter().find(|(known, _)| *known == kind);
    found.map(|(_, limit)| *limit)
}

/// The number of a limit, 0 for one that the functions do not name.
pub(super) fn kind_of(limit: RateLimit) -> i16 {
    let found = KIND_OF_DENIAL.iter().find(|(_, known)| *known == limit);
    found.map_or(0, |(kind, _)| *kind)
}

/// The locks of these keys, in the order in which every function takes them.
pub(super) fn locks(keys: impl Iterator<Item = Key>) -> Vec<i64> {
    let mut locks: Vec<i64> = keys.map(lock).collect();
    locks.sort_unstable();
    locks.dedup();
    locks
}

/// Where two keys have the same lock, they only wait for each other.
fn lock(key: Key) -> i64 {
    let [a, b, c, d, e, f, g, h, ..] = *key.bytes();
    i64::from_be_bytes([a, b, c, d, e, f, g, h])
}

pub(super) fn as_bytes(keys: impl Iterator<Item = Key>) -> Vec<Vec<u8>> {
    keys.map(|key| key.bytes().to_vec()).collect()
}

pub(super) fn as_count(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

/// Rounded down, as in memory, so that as many fit into a time as should.
pub(crate) fn as_micros(time: Duration) -> i64 {
    // Sums of two of them must not overflow in the database.
    i64::try_from(time.as_micros()).map_or(i64::MAX / 8, |micros| micros.min(i64::MAX / 8))
}

pub(crate) fn from_micros(micros: i64) -> Duration {
    Duration::from_micros(u64::try_from(micros).unwrap_or_default())
}
