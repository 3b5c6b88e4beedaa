//! How a service stood day by day, and how fast it answered.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use time::{Date, UtcDateTime};

use super::{CheckResult, ServiceFacts, ServiceState};

/// So many days are shown.
pub const MAX_DAYS: usize = 90;

/// So long a point of the chart is.
pub const POINT: Duration = Duration::from_secs(300);

/// So many points are shown: those of one day.
pub const MAX_POINTS: usize = 288;

/// Everything that is known of a service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServiceHistory {
    /// The last check.
    pub last: Option<CheckResult>,
    /// What it showed of itself at the last check that saw it.
    pub facts: Option<ServiceFacts>,
    /// The days with checks, in UTC; at most [`MAX_DAYS`].
    pub days: BTreeMap<Date, Day>,
    /// The last day in steps of [`POINT`], the oldest first; steps without a check are left out.
    pub points: VecDeque<Point>,
}

/// What the checks of a time found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// How many found that it works.
    pub ok: u32,
    /// How many found that it is degraded.
    pub degraded: u32,
    /// How many found that it is down.
    pub down: u32,
    /// How many have a response time.
    pub timed: u32,
    /// The sum of the response times.
    pub response_time: Duration,
    /// The longest of them.
    pub longest: Duration,
}

/// One day.
pub type Day = Counts;

/// One step of the chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    /// When it begins, a multiple of [`POINT`] since 1970.
    pub begin: UtcDateTime,
    /// What was found.
    pub counts: Counts,
}

impl Counts {
    /// Counts one more result.
    pub fn add(&mut self, result: &CheckResult) {
        let count = match result.state {
            ServiceState::Ok => &mut self.ok,
            ServiceState::Degraded => &mut self.degraded,
            ServiceState::Down => &mut self.down,
        };
        *count = count.saturating_add(1);
        if let Some(time) = result.response_time {
            self.timed = self.timed.saturating_add(1);
            self.response_time = self.response_time.saturating_add(time);
            self.longest = self.longest.max(time);
        }
    }

    /// How many checks there were.
    pub const fn checks(&self) -> u32 {
        self.ok
            .saturating_add(self.degraded)
            .saturating_add(self.down)
    }

    /// The mean response time, if there is one.
    pub fn mean(&self) -> Option<Duration> {
        self.response_time.checked_div(self.timed)
    }
}

impl ServiceHistory {
    /// Counts one more result, unless it is not newer than the last one.
    pub(super) fn add(&mut self, result: CheckResult) {
        if self.last.as_ref().is_some_and(|last| last.at >= result.at) {
            return;
        }
        self.days.entry(result.at.date()).or_default().add(&result);
        while self.days.len() > MAX_DAYS {
            self.days.pop_first();
        }
        let begin = begin_of_point(result.at);
        match self.points.back_mut().filter(|last| last.begin == begin) {
            Some(last) => last.counts.add(&result),
            None => {
                let mut counts = Counts::default();
                counts.add(&result);
                self.points.push_back(Point { begin, counts });
            }
        }
        while self.points.len() > MAX_POINTS {
            self.points.pop_front();
        }
        self.last = Some(result);
    }
}

/// The begin of the step that contains this time.
pub fn begin_of_point(at: UtcDateTime) -> UtcDateTime {
    let seconds = at.unix_timestamp();
    let step = POINT.as_secs().cast_signed();
    let begin = seconds - seconds.rem_euclid(step);
    UtcDateTime::from_unix_timestamp(begin).unwrap_or(at)
}
