//! The results of an hour in steps of five minutes, as they are stored: JSON with a list of numbers for each step that
//! has any. What is usual is left out at the end of a list, so that a step takes ten bytes.

use std::collections::BTreeMap;
use std::time::Duration;

use app::status::history::POINT;
use app::status::{CheckResult, Counts};

use super::times::{begin_of_hour, hour, milliseconds};

/// Milliseconds of a step.
const STEP: i64 = POINT.as_millis() as i64;

/// The results of one hour of a service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Steps(BTreeMap<i64, Counts>);

/// The step from 0 to 11, how many are ok, the sum of the response times in milliseconds; how many are degraded and
/// how many down, if not 0; the longest response time, if it is not the sum; how many have one, if not as many as
/// are not down.
type Stored = Vec<u64>;

impl Steps {
    /// Reads what is stored. What cannot be read counts as nothing.
    pub(super) fn read(text: &str) -> Self {
        let stored: Vec<Stored> = serde_json::from_str(text).unwrap_or_default();
        let steps = stored.iter().map(|numbers| {
            let number = |place: usize, usual: u64| numbers.get(place).copied().unwrap_or(usual);
            let count = |place, usual| number(place, usual).try_into().unwrap_or(u32::MAX);
            let (ok, sum) = (number(1, 0), number(2, 0));
            let degraded = number(3, 0);
            let counts = Counts {
                ok: count(1, 0),
                degraded: count(3, 0),
                down: count(4, 0),
                timed: count(6, ok.saturating_add(degraded)),
                response_time: Duration::from_millis(sum),
                longest: Duration::from_millis(number(5, sum)),
            };
            (number(0, 0).try_into().unwrap_or_default(), counts)
        });
        Self(steps.collect())
    }

    /// How it is stored.
    pub(super) fn text(&self) -> String {
        let stored = self.0.iter().map(|(step, counts)| -> Stored {
            let milliseconds = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
            let sum = milliseconds(counts.response_time);
            let mut numbers = vec![
                (*step).try_into().unwrap_or_default(),
                counts.ok.into(),
                sum,
            ];
            let unusual: [(u64, u64); 4] = [
                (counts.degraded.into(), 0),
                (counts.down.into(), 0),
                (milliseconds(counts.longest), sum),
                (
                    counts.timed.into(),
                    u64::from(counts.ok) + u64::from(counts.degraded),
                ),
            ];
            let last = unusual.iter().rposition(|(number, usual)| number != usual);
            let shown = last.map_or(0, |last| last + 1);
            numbers.extend(unusual[..shown].iter().map(|(number, _)| number));
            numbers
        });
        let stored: Vec<Stored> = stored.collect();
        // Lists of numbers can always be written.
        serde_json::to_string(&stored).unwrap_or_default()
    }

    /// Counts one more result of the hour.
    pub(super) fn add(&mut self, result: &CheckResult) {
        let at = milliseconds(result.at);
        let step = (at - begin_of_hour(hour(at))) / STEP;
        self.0.entry(step).or_default().add(result);
    }

    /// The begin of each step of this hour in milliseconds since 1970, and what was found in it.
    pub(super) fn points(&self, hour: i64) -> impl Iterator<Item = (i64, Counts)> {
        let begin = begin_of_hour(hour);
        self.0
            .iter()
            .map(move |(step, counts)| (begin.saturating_add(step.saturating_mul(STEP)), *counts))
    }

    /// The whole hour.
    pub(super) fn sum(&self) -> Counts {
        let add = |sum: Counts, counts: &Counts| Counts {
            ok: sum.ok.saturating_add(counts.ok),
            degraded: sum.degraded.saturating_add(counts.degraded),
            down: sum.down.saturating_add(counts.down),
            timed: sum.timed.saturating_add(counts.timed),
            response_time: sum.response_time.saturating_add(counts.response_time),
            longest: sum.longest.max(counts.longest),
        };
        self.0.values().fold(Counts::default(), add)
    }
}

#[cfg(test)]
mod tests {
    use app::status::{Reason, ServiceState};
    use time::UtcDateTime;

    use super::*;

    #[test]
    fn what_is_read_is_what_was_written() {
        let mut steps = Steps::default();
        for (minute, state, time) in [
            (0, ServiceState::Ok, Some(40)),
            (4, ServiceState::Degraded, Some(2000)),
            (5, ServiceState::Down, None),
            (59, ServiceState::Ok, Some(50)),
        ] {
            steps.add(&CheckResult {
                service: "lab/imap".parse().unwrap(),
                at: UtcDateTime::from_unix_timestamp(3600 * 480_000 + 60 * minute).unwrap(),
                state,
                reason: Reason::Slow,
                response_time: time.map(Duration::from_millis),
            });
        }
        let text = steps.text();
        assert_eq!(text, "[[0,1,2040,1,0,2000],[1,0,0,0,1],[11,1,50]]");
        assert_eq!(Steps::read(&text), steps);
        let sum = steps.sum();
        assert_eq!((sum.ok, sum.degraded, sum.down, sum.timed), (2, 1, 1, 3));
        assert_eq!(sum.response_time, Duration::from_millis(2090));
        assert_eq!(sum.longest, Duration::from_secs(2));
        let begins = steps.points(480_000).map(|(begin, _)| begin / 60_000);
        let begin = 480_000 * 60;
        assert_eq!(begins.collect::<Vec<_>>(), [begin, begin + 5, begin + 55]);
    }

    #[test]
    fn what_is_unusual_is_stored_too() {
        let counts = Counts {
            ok: u32::MAX,
            degraded: u32::MAX,
            down: 1,
            // Some that work may have none, and some that do not may have one.
            timed: 3,
            response_time: Duration::from_millis(9),
            longest: Duration::from_millis(9),
        };
        let none = Counts {
            ok: 1,
            ..Counts::default()
        };
        let steps = Steps([(3, counts), (4, none)].into());
        assert_eq!(Steps::read(&steps.text()), steps);
    }

    #[test]
    fn what_cannot_be_read_counts_as_nothing() {
        for text in ["", "{}", "[[1,2,3,4,5,6,-7]]", "[[\"1\"]]"] {
            assert_eq!(Steps::read(text), Steps::default(), "{text}");
        }
        assert_eq!(Steps::read("[[]]").sum(), Counts::default());
    }
}
