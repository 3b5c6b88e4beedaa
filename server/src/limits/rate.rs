//! Rates, as on the command line.

use std::fmt;
use std::num::NonZeroU32;
use std::time::Duration;

/// A maximum count in a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// The count.
    pub count: NonZeroU32,
    /// The time.
    pub time: Duration,
}

impl Rate {
    /// A rate with its time in seconds.
    pub const fn new(count: NonZeroU32, seconds: u32) -> Self {
        Self {
            count,
            time: Duration::from_secs(seconds as u64),
        }
    }

    /// The rate with its count multiplied by a factor.
    pub fn times(self, factor: NonZeroU32) -> Self {
        Self {
            count: self.count.saturating_mul(factor),
            ..self
        }
    }

    /// The time after which one more is allowed (the emission interval of GCRA).
    pub fn one(self) -> Duration {
        self.time / self.count.get()
    }
}

/// Parses `30` or `30/10m`; a number without a time is for `SECONDS` seconds.
pub(super) fn parse<const SECONDS: u32>(text: &str) -> Result<Rate, String> {
    let (count, time) = match text.split_once('/') {
        Some((count, time)) => (count, seconds(time)),
        None => (text, Some(SECONDS)),
    };
    match (count.parse(), time) {
        (Ok(count), Some(time)) => Ok(Rate::new(count, time)),
        _ => Err("expected a number from 1 on, and perhaps a time, such as 30/10m or 5/1h".into()),
    }
}

/// Parses `90s`, `10m` or `1h`.
pub(crate) fn seconds(text: &str) -> Option<u32> {
    let unit = match text.chars().last()? {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        _ => return None,
    };
    let number: u32 = text[..text.len() - 1].parse().ok()?;
    number.checked_mul(unit).filter(|seconds| *seconds > 0)
}

impl fmt::Display for Rate {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.time.as_secs();
        match (seconds % 3600, seconds % 60) {
            (0, _) => write!(out, "{}/{}h", self.count, seconds / 3600),
            (_, 0) => write!(out, "{}/{}m", self.count, seconds / 60),
            _ => write!(out, "{}/{seconds}s", self.count),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_read_and_written() {
        for (text, expected) in [
            ("30", Some("30/10m")),
            ("30/10m", Some("30/10m")),
            ("1/90s", Some("1/90s")),
            ("5/1h", Some("5/1h")),
            ("5/120m", Some("5/2h")),
            ("0", None),
            ("-1", None),
            ("5/", None),
            ("5/0s", None),
            ("5/ä", None),
            ("5/9999999h", None),
            ("/10m", None),
            ("five", None),
        ] {
            let read = parse::<600>(text).ok().map(|rate| rate.to_string());
            assert_eq!(read.as_deref(), expected, "{text}");
        }
    }
}
