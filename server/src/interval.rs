//! How often something is done by itself.

use std::str::FromStr;
use std::time::Duration;

use crate::limits::seconds;

/// A time between two rounds of at least so many seconds, or never. Whoever is asked more often is bothered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval<const MIN_SECONDS: u32 = 60>(pub Option<Duration>);

impl<const MIN_SECONDS: u32> FromStr for Interval<MIN_SECONDS> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "off" {
            return Ok(Self(None));
        }
        let time = seconds(text).filter(|time| *time >= MIN_SECONDS);
        time.map(|time| Self(Some(Duration::from_secs(time.into()))))
            .ok_or_else(|| {
                format!("expected a time from {MIN_SECONDS}s on, such as 30m or 6h, or off")
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_parsed() {
        for (text, expected, often) in [
            ("off", Some(None), Some(None)),
            ("1h", Some(Some(3600)), Some(Some(3600))),
            ("60s", Some(Some(60)), Some(Some(60))),
            ("59s", None, Some(Some(59))),
            ("5s", None, Some(Some(5))),
            ("4s", None, None),
            ("0m", None, None),
            ("1", None, None),
            ("", None, None),
            ("never", None, None),
        ] {
            let seconds = |time: Option<Duration>| time.map(|time| time.as_secs());
            let read = text.parse::<Interval>().ok();
            assert_eq!(read.map(|read| seconds(read.0)), expected, "{text}");
            let read = text.parse::<Interval<5>>().ok();
            assert_eq!(read.map(|read| seconds(read.0)), often, "{text}");
        }
    }
}
