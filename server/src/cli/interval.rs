//! How often something is done by itself.

use std::str::FromStr;
use std::time::Duration;

use crate::limits::seconds;

/// The shortest interval. Whoever is asked more often is bothered.
const MIN: Duration = Duration::from_secs(60);

/// A time between two rounds, or never.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval(pub Option<Duration>);

impl FromStr for Interval {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "off" {
            return Ok(Self(None));
        }
        let time = seconds(text).map(|seconds| Duration::from_secs(seconds.into()));
        let time = time.filter(|time| *time >= MIN);
        time.map(|time| Self(Some(time)))
            .ok_or("expected a time from 1m on, such as 30m or 6h, or off")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_parsed() {
        for (text, expected) in [
            ("off", Some(None)),
            ("1h", Some(Some(3600))),
            ("60s", Some(Some(60))),
            ("59s", None),
            ("0m", None),
            ("1", None),
            ("", None),
            ("never", None),
        ] {
            let read = text.parse::<Interval>().ok();
            let seconds = read.map(|interval| interval.0.map(|time| time.as_secs()));
            assert_eq!(seconds, expected, "{text}");
        }
    }
}
