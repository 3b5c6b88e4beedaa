//! Times as integers.

use std::time::Duration;

use time::UtcDateTime;

const MILLISECONDS_PER_HOUR: i64 = 3_600_000;

/// Milliseconds since 1970.
pub(super) fn milliseconds(at: UtcDateTime) -> i64 {
    // The years from -9999 to 9999 fit.
    (at.unix_timestamp_nanos() / 1_000_000)
        .try_into()
        .unwrap_or_default()
}

/// The time so many milliseconds after 1970; `None` where no clock shows it.
pub(super) fn at(milliseconds: i64) -> Option<UtcDateTime> {
    UtcDateTime::from_unix_timestamp_nanos(i128::from(milliseconds) * 1_000_000).ok()
}

/// The hour since 1970 that contains this time.
pub(super) fn hour(milliseconds: i64) -> i64 {
    milliseconds.div_euclid(MILLISECONDS_PER_HOUR)
}

/// The begin of an hour since 1970, in milliseconds since then.
pub(super) const fn begin_of_hour(hour: i64) -> i64 {
    hour.saturating_mul(MILLISECONDS_PER_HOUR)
}

/// A response time in milliseconds. Those of a month and longer are that long.
pub(super) fn length(time: Duration) -> i64 {
    i32::try_from(time.as_millis()).unwrap_or(i32::MAX).into()
}

/// A response time of so many milliseconds.
pub(super) fn duration(milliseconds: i64) -> Duration {
    Duration::from_millis(milliseconds.try_into().unwrap_or_default())
}
