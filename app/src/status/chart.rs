//! The chart of the response times of the last day.

use std::fmt::Write as _;
use std::time::Duration;

use time::UtcDateTime;

use super::history::{Counts, ServiceHistory};

/// The width of the picture.
pub const WIDTH: u32 = SLOTS * STEP;

/// The height of the picture.
pub const HEIGHT: u32 = 60;

/// Where the highest point is; the name of its value stands above.
const TOP: u32 = 16;

/// The line at the highest point (`d` of `path`).
pub const TOP_LINE: &str = "M0 16h480";

/// So many points are drawn: one for each half hour.
const SLOTS: u32 = 48;

/// The room of a point.
const STEP: u32 = 10;

/// The length of a point in seconds.
const SLOT: i64 = 1800;

/// What the checks of the last day found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chart {
    /// When the first slot begins.
    begin: i64,
    /// One for each half hour, the oldest first.
    slots: Vec<Counts>,
}

/// One row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// When it begins.
    pub begin: UtcDateTime,
    /// What was found in the hour from then on; there was at least one check.
    pub counts: Counts,
}

impl Chart {
    /// The day until now.
    pub fn new(history: Option<&ServiceHistory>, now: UtcDateTime) -> Self {
        let end = now.unix_timestamp().div_euclid(SLOT) + 1;
        let begin = (end - i64::from(SLOTS)) * SLOT;
        let mut slots = vec![Counts::default(); SLOTS as usize];
        for point in history.iter().flat_map(|history| &history.points) {
            let place = (point.begin.unix_timestamp() - begin).div_euclid(SLOT);
            let slot = usize::try_from(place).ok();
            if let Some(slot) = slot.and_then(|place| slots.get_mut(place)) {
                *slot = sum(*slot, point.counts);
            }
        }
        Self { begin, slots }
    }

    /// The usual response time of the day, and the longest; `None` if it has not answered.
    pub fn usual(&self) -> Option<(Duration, Duration)> {
        let all = self.slots.iter().copied().fold(Counts::default(), sum);
        Some((all.mean()?, all.longest))
    }

    /// The highest mean, to which the picture reaches.
    pub fn top(&self) -> Option<Duration> {
        self.slots.iter().filter_map(Counts::mean).max()
    }

    /// The line of the means as SVG has it (`d` of `path`), broken where there is none.
    pub fn line(&self) -> String {
        let mut line = String::new();
        let Some(top) = self.top().map(|top| top.as_micros().max(1)) else {
            return line;
        };
        let mut before = false;
        for (place, slot) in (0_u32..).zip(&self.slots) {
            let mean = slot.mean();
            if let Some(mean) = mean {
                let x = place * STEP + STEP / 2;
                let share = mean.as_micros() * u128::from(HEIGHT - 2 - TOP) / top;
                let y = u128::from(HEIGHT - 2) - share;
                let command = if before { 'L' } else { 'M' };
                // A point that stands alone is seen as the round end of a line. Writing to a string does not fail.
                let _ = write!(line, "{command}{x} {y}");
                if !before {
                    line.push_str("h.1");
                }
            }
            before = mean.is_some();
        }
        line
    }

    /// The signs at half hours with failed checks.
    pub fn triangles(&self) -> String {
        let mut line = String::new();
        for (place, slot) in (0_u32..).zip(&self.slots) {
            if slot.down > 0 {
                let _ = write!(line, "M{} {HEIGHT}l5-12 5 12z", place * STEP);
            }
        }
        line
    }

    /// The table, hour by hour, without the hours without a check.
    pub fn rows(&self) -> Vec<Row> {
        let hours = self.slots.chunks(2).zip(0..);
        let rows = hours.filter_map(|(hour, number)| {
            let counts = hour.iter().copied().fold(Counts::default(), sum);
            let begin = UtcDateTime::from_unix_timestamp(self.begin + 2 * SLOT * number);
            let checked = counts.checks() > 0;
            checked.then_some(Row {
                begin: begin.ok()?,
                counts,
            })
        });
        rows.collect()
    }
}

fn sum(a: Counts, b: Counts) -> Counts {
    Counts {
        ok: a.ok.saturating_add(b.ok),
        degraded: a.degraded.saturating_add(b.degraded),
        down: a.down.saturating_add(b.down),
        timed: a.timed.saturating_add(b.timed),
        response_time: a.response_time.saturating_add(b.response_time),
        longest: a.longest.max(b.longest),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::status::Point;

    /// A day that ends at the end of a half hour.
    const NOW: i64 = 1_795_788_000 + 1799;

    fn chart(points: &[(i64, u32, u64)]) -> Chart {
        let mut history = ServiceHistory::default();
        for (minutes_ago, down, millis) in points {
            let begin = UtcDateTime::from_unix_timestamp(NOW - 60 * minutes_ago).unwrap();
            let answered = *millis > 0;
            let time = Duration::from_millis(*millis);
            let counts = Counts {
                ok: u32::from(answered),
                down: *down,
                timed: u32::from(answered),
                response_time: time,
                longest: time,
                ..Counts::default()
            };
            history.points.push_back(Point { begin, counts });
        }
        let now = UtcDateTime::from_unix_timestamp(NOW).unwrap();
        Chart::new(Some(&history), now)
    }

    #[test]
    fn the_line_is_broken_where_nothing_was_measured() {
        for (points, line, triangles) in [
            (vec![], "", ""),
            (vec![(0, 0, 50)], "M475 16h.1", ""),
            (vec![(31, 0, 100), (1, 0, 50)], "M465 16h.1L475 37", ""),
            (
                vec![(61, 0, 100), (31, 1, 0), (1, 0, 50)],
                "M455 16h.1M475 37h.1",
                "M460 60l5-12 5 12z",
            ),
            // What is older than a day, or in the future, is left out.
            (vec![(1441, 1, 100), (-60, 1, 100)], "", ""),
        ] {
            let chart = chart(&points);
            assert_eq!(chart.line(), line, "{points:?}");
            assert_eq!(chart.triangles(), triangles, "{points:?}");
        }
    }

    #[test]
    fn the_table_has_the_hours_with_checks() {
        let chart = chart(&[(40, 0, 100), (1, 0, 50), (0, 1, 0)]);
        let rows: Vec<_> = (chart.rows().into_iter())
            .map(|row| (row.counts.checks(), row.counts.down, row.counts.mean()))
            .collect();
        assert_eq!(rows, [(3, 1, Some(Duration::from_millis(75)))]);
        let usual = (Duration::from_millis(75), Duration::from_millis(100));
        assert_eq!(chart.usual(), Some(usual));
    }
}
