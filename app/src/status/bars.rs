//! The bars of the last days, one for each.
//!
//! A bar has the height of a whole day. What went wrong is cut off from its top, in another color, and a day on which
//! something did has a sign below it: so it is seen by the height, by the sign and by the color.
//!
//! Beside many other services there is no room for this. There the bars of worse days are lower, and days of a kind
//! that follow each other are one dashed line.

use std::fmt::Write as _;

use time::{Date, Duration};

use super::history::{Day, MAX_DAYS, ServiceHistory};

/// The width of the picture.
pub const WIDTH: usize = MAX_DAYS * STEP;

/// The height of the picture.
pub const HEIGHT: u32 = BOTTOM + 10;

/// The room of a day.
const STEP: usize = 5;

/// Where the bars end.
pub const BOTTOM: u32 = 30;

/// The least that is cut off, or nobody would see it.
const MIN_CUT: u32 = 8;

/// How a bar of a strip is dashed: a day, and the room to the next.
pub const DASHES: &str = "4 1";

/// How a day was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayState {
    /// Nothing was checked.
    None,
    /// No trouble.
    Ok,
    /// Slow, or not perfect, at some time.
    Degraded,
    /// Trouble at some time.
    Down,
}

/// The last [`MAX_DAYS`] days of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bars {
    /// The first of them.
    first: Date,
    /// One for each, the oldest first.
    days: Vec<Day>,
}

/// Days one after the other on which the same was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
    /// How they were.
    pub state: DayState,
    /// How many checks failed.
    pub failed: u32,
    /// How many checks there were.
    pub checks: u32,
}

/// What is drawn: the line of each kind, as SVG has it (`d` of `path`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lines {
    /// What went well.
    pub ok: String,
    /// What was slow or not perfect.
    pub degraded: String,
    /// What failed.
    pub down: String,
    /// Days without a check.
    pub none: String,
    /// The signs below days that were not perfect.
    pub dots: String,
    /// The signs below days with trouble.
    pub triangles: String,
}

impl DayState {
    /// All, the best first.
    pub const ALL: [Self; 4] = [Self::Ok, Self::Degraded, Self::Down, Self::None];

    /// The height of its bar in a strip.
    pub const fn height(self) -> u32 {
        match self {
            Self::Ok => BOTTOM,
            Self::Degraded => 20,
            Self::Down => 10,
            Self::None => 2,
        }
    }

    fn of(day: &Day) -> Self {
        match (day.checks(), day.down, day.degraded) {
            (0, ..) => Self::None,
            (_, 0, 0) => Self::Ok,
            (_, 0, _) => Self::Degraded,
            _ => Self::Down,
        }
    }
}

impl Bars {
    /// The days of a service until today.
    pub fn new(history: Option<&ServiceHistory>, today: Date) -> Self {
        let last = i64::try_from(MAX_DAYS).unwrap_or(0) - 1;
        let first = today.saturating_sub(Duration::days(last));
        let day = |number: i64| {
            let date = first.saturating_add(Duration::days(number));
            let day = history.and_then(|history| history.days.get(&date));
            day.copied().unwrap_or_default()
        };
        let days = (0..=last).map(day).collect();
        Self { first, days }
    }

    /// How many days were in this state.
    pub fn count(&self, state: DayState) -> usize {
        let days = self.days.iter();
        days.filter(|day| DayState::of(day) == state).count()
    }

    /// How many checks found the service working, and how many there were.
    pub fn worked(&self) -> (u64, u64) {
        let sum = |count: fn(&Day) -> u32| self.days.iter().map(|day| u64::from(count(day))).sum();
        let (checks, down): (u64, u64) = (sum(Day::checks), sum(|day| day.down));
        (checks - down, checks)
    }

    /// Which share of all checks found the service working, in hundredths of a percent; `None` without a check. What
    /// is not all is never rounded up to it.
    pub fn share(&self) -> Option<u64> {
        let (worked, checks) = self.worked();
        (worked * 10_000).checked_div(checks)
    }

    /// The days of a table. Days without trouble that follow each other are one row.
    pub fn runs(&self) -> Vec<Run> {
        let mut runs: Vec<Run> = Vec::new();
        for (number, day) in (0..).zip(&self.days) {
            let date = self.first.saturating_add(Duration::days(number));
            let state = DayState::of(day);
            let joins = |run: &&mut Run| {
                run.state == state && matches!(state, DayState::None | DayState::Ok)
            };
            match runs.last_mut().filter(joins) {
                Some(run) => {
                    run.to = date;
                    run.checks = run.checks.saturating_add(day.checks());
                }
                None => runs.push(Run {
                    from: date,
                    to: date,
                    state,
                    failed: day.down,
                    checks: day.checks(),
                }),
            }
        }
        runs
    }

    /// The days of this kind, as a strip has them (`d` of `path`): a line for those that follow each other, as thick as
    /// they are high.
    pub fn strip(&self, state: DayState) -> String {
        let mut line = String::new();
        let middle = BOTTOM - state.height() / 2;
        let mut left = 0;
        for days in self
            .days
            .chunk_by(|a, b| DayState::of(a) == DayState::of(b))
        {
            let width = days.len() * STEP;
            if days.first().map(DayState::of) == Some(state) {
                // Writing to a string does not fail.
                let _ = write!(line, "M{left} {middle}h{}", width - 1);
            }
            left += width;
        }
        line
    }

    /// What is drawn.
    pub fn lines(&self) -> Lines {
        let mut lines = Lines::default();
        for (number, day) in self.days.iter().enumerate() {
            let left = number * STEP;
            let middle = left + STEP / 2;
            // Writing to a string does not fail.
            let _ = match DayState::of(day) {
                DayState::None => write!(lines.none, "M{middle} {}v3", BOTTOM - 3),
                DayState::Ok => write!(lines.ok, "M{middle} 0v{BOTTOM}"),
                DayState::Degraded => write!(lines.dots, "M{middle} 36h0"),
                DayState::Down => write!(lines.triangles, "M{left} 40l2.5-7 2.5 7z"),
            };
            let down = cut(day.down, day.checks());
            let degraded = cut(day.degraded, day.checks()).min(BOTTOM - down);
            let rest = BOTTOM - down - degraded;
            if down > 0 {
                let _ = write!(lines.down, "M{middle} 0v{down}");
            }
            if degraded > 0 {
                let _ = write!(lines.degraded, "M{middle} {down}v{degraded}");
            }
            if rest > 0 && rest < BOTTOM {
                let _ = write!(lines.ok, "M{middle} {}v{rest}", down + degraded);
            }
        }
        lines
    }
}

/// How much of a bar is cut off for so many of all checks.
fn cut(count: u32, checks: u32) -> u32 {
    let share = u64::from(count) * u64::from(BOTTOM);
    let share = share.checked_div(u64::from(checks)).unwrap_or(0);
    match count {
        0 => 0,
        _ => u32::try_from(share)
            .unwrap_or(BOTTOM)
            .clamp(MIN_CUT, BOTTOM),
    }
}

#[cfg(test)]
mod tests {
    use time::Month;

    use super::*;

    fn today() -> Date {
        Date::from_calendar_date(2026, Month::November, 27).unwrap()
    }

    fn bars(days: &[(i64, u32, u32, u32)]) -> Bars {
        let mut history = ServiceHistory::default();
        for (ago, ok, degraded, down) in days {
            let day = Day {
                ok: *ok,
                degraded: *degraded,
                down: *down,
                ..Day::default()
            };
            history.days.insert(today() - Duration::days(*ago), day);
        }
        Bars::new(Some(&history), today())
    }

    #[test]
    fn what_went_wrong_is_cut_off_from_the_top_and_has_a_sign() {
        for (day, ok, degraded, down, sign) in [
            ((0, 288, 0, 0), "M447 0v30", "", "", ""),
            ((0, 0, 0, 288), "", "", "M447 0v30", "M445 40l2.5-7 2.5 7z"),
            // Never so little that nobody sees it.
            (
                (0, 287, 0, 1),
                "M447 8v22",
                "",
                "M447 0v8",
                "M445 40l2.5-7 2.5 7z",
            ),
            ((0, 144, 144, 0), "M447 15v15", "M447 0v15", "", "M447 36h0"),
            (
                (0, 0, 1, 287),
                "",
                "M447 29v1",
                "M447 0v29",
                "M445 40l2.5-7 2.5 7z",
            ),
        ] {
            let lines = bars(&[day]).lines();
            assert_eq!(lines.ok, ok, "{day:?}");
            assert_eq!(lines.degraded, degraded, "{day:?}");
            assert_eq!(lines.down, down, "{day:?}");
            assert_eq!(lines.dots + &lines.triangles, sign, "{day:?}");
            assert_eq!(lines.none.matches('M').count(), 89, "{day:?}");
        }
        let none = Bars::new(None, today()).lines();
        assert_eq!(none.none.matches('M').count(), MAX_DAYS);
        assert_eq!(none.ok, "");
    }

    #[test]
    fn days_of_a_kind_that_follow_each_other_are_one_line_of_a_strip() {
        let bars = bars(&[(3, 9, 0, 0), (2, 8, 0, 1), (1, 8, 1, 0), (0, 5, 0, 0)]);
        let strips = DayState::ALL.map(|state| bars.strip(state));
        let expected = ["M430 15h4M445 15h4", "M440 20h4", "M435 25h4", "M0 29h429"];
        assert_eq!(strips, expected);
        let alternating: Vec<_> = (0..90).map(|ago| (ago, 1, ago as u32 % 2, 0)).collect();
        let bars = super::tests::bars(&alternating);
        let length: usize = DayState::ALL
            .map(|state| bars.strip(state).len())
            .iter()
            .sum();
        assert!(length <= 90 * "M445 15h4".len(), "{length}");
    }

    #[test]
    fn days_without_trouble_that_follow_each_other_are_one_row() {
        let bars = bars(&[(3, 100, 0, 0), (2, 90, 0, 10), (1, 80, 20, 0), (0, 5, 0, 0)]);
        let runs: Vec<_> = (bars.runs().into_iter())
            .map(|run| ((run.to - run.from).whole_days() + 1, run.state, run.failed))
            .collect();
        assert_eq!(
            runs,
            [
                (86, DayState::None, 0),
                (1, DayState::Ok, 0),
                (1, DayState::Down, 10),
                (1, DayState::Degraded, 0),
                (1, DayState::Ok, 0),
            ]
        );
        assert_eq!(bars.count(DayState::Ok), 2);
    }

    #[test]
    fn what_is_slow_works_and_nothing_is_rounded_up_to_all() {
        for (days, worked, share) in [
            (vec![], (0, 0), None),
            (vec![(0, 288, 0, 0)], (288, 288), Some(10_000)),
            (
                vec![(0, 288, 0, 0), (1, 0, 288, 0)],
                (576, 576),
                Some(10_000),
            ),
            (vec![(0, 99_999, 0, 1)], (99_999, 100_000), Some(9_999)),
            (vec![(0, 0, 0, 7)], (0, 7), Some(0)),
        ] {
            let bars = bars(&days);
            assert_eq!((bars.worked(), bars.share()), (worked, share), "{days:?}");
        }
    }
}
