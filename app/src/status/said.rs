//! Sentences with times in them. A page marks each time up, so that the browser can show it in the time zone of the
//! customer; elsewhere it is a text.

use std::time::Duration;

use time::{Date, UtcDateTime};

use super::words::{
    AgoWords, BothValue, ClockValue, DayClockValue, LengthWords, NumberValue, StatusWords,
};
use crate::content::template::{Piece, Placeholder, Template};
use crate::texts::Texts;

/// A part of a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Words.
    Text(String),
    /// When something was, as a time of the day or a day.
    Clock(UtcDateTime, String),
    /// How long ago it was.
    Ago(UtcDateTime, String),
}

/// A sentence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said(pub Vec<Part>);

impl Said {
    /// Words without a time.
    pub fn text(words: impl Into<String>) -> Self {
        Self(vec![Part::Text(words.into())])
    }

    /// A template with these values.
    pub(crate) fn fill<P: Placeholder, S: Into<Self>>(
        template: &Template<P>,
        value: impl Fn(P) -> S,
    ) -> Self {
        let pieces = template.pieces().iter();
        let parts = pieces.flat_map(|piece| match piece {
            Piece::Text(text) => vec![Part::Text(text.clone())],
            Piece::Value(placeholder) => value(*placeholder).into().0,
        });
        Self(parts.collect())
    }

    /// All of it as a text.
    pub fn plain(&self) -> String {
        let parts = self.0.iter().map(|part| match part {
            Part::Text(text) | Part::Clock(_, text) | Part::Ago(_, text) => text.as_str(),
        });
        parts.collect()
    }
}

impl From<Part> for Said {
    fn from(part: Part) -> Self {
        Self(vec![part])
    }
}

/// What is said of times, in one language, by somebody who looks now.
#[derive(Clone, Copy)]
pub struct Times<'a> {
    texts: &'a Texts,
    now: UtcDateTime,
}

impl<'a> Times<'a> {
    /// In these texts, at this time.
    pub fn new(texts: &'a Texts, now: UtcDateTime) -> Self {
        Self { texts, now }
    }

    /// The time at which somebody looks.
    pub fn now(self) -> UtcDateTime {
        self.now
    }

    /// The words around it.
    pub fn words(self) -> &'a StatusWords {
        &self.texts.status
    }

    /// How long ago something was. What is said to be in the future, by a clock that is wrong, is just now.
    pub fn ago(self, at: UtcDateTime) -> Part {
        let seconds = (self.now - at).whole_seconds().max(0);
        let AgoWords {
            now,
            minute,
            hour,
            day,
            minutes,
            hours,
            days,
        } = &self.words().ago;
        let number = |text: &Template<NumberValue>, number: i64| text.fill(|_| number.to_string());
        let words = match (seconds / 60, seconds / 3600, seconds / 86_400) {
            (0, ..) => now.clone(),
            (1, ..) => minute.clone(),
            (number_of @ 2..60, ..) => number(minutes, number_of),
            (_, 1, _) => hour.clone(),
            (_, number_of @ 2..24, _) => number(hours, number_of),
            (.., 1) => day.clone(),
            (.., number_of) => number(days, number_of),
        };
        Part::Ago(at, words)
    }

    /// When something was: the time, and the day if that is not today.
    pub fn clock(self, at: UtcDateTime) -> Part {
        if at.date() != self.now.date() {
            return self.day_and_clock(at);
        }
        let time = format!("{:02}:{:02}", at.hour(), at.minute());
        let words = &self.words().clock;
        Part::Clock(at, words.time.fill(|ClockValue::Time| &time))
    }

    /// When something was, always with the day.
    pub fn day_and_clock(self, at: UtcDateTime) -> Part {
        let time = format!("{:02}:{:02}", at.hour(), at.minute());
        let day = self.day(at.date());
        let text = self.words().clock.day_time.fill(|value| match value {
            DayClockValue::Day => &day,
            DayClockValue::Time => &time,
        });
        Part::Clock(at, text)
    }

    /// A day.
    pub fn day(self, day: Date) -> String {
        self.texts.test.day(day)
    }

    /// How long something lasted, in its two largest units.
    pub fn length(self, length: Duration) -> String {
        let LengthWords {
            short,
            minute,
            hour,
            day,
            minutes,
            hours,
            days,
            both,
        } = &self.words().length;
        let unit = |one: &String, several: &Template<NumberValue>, number: u64| match number {
            0 => None,
            1 => Some(one.clone()),
            _ => Some(several.fill(|NumberValue::Number| number.to_string())),
        };
        let whole = length.as_secs() / 60;
        let number_of_days = unit(day, days, whole / 1440);
        let number_of_hours = unit(hour, hours, whole / 60 % 24);
        let number_of_minutes = unit(minute, minutes, whole % 60);
        let (larger, smaller) = match number_of_days {
            Some(days) => (Some(days), number_of_hours),
            None => (number_of_hours, number_of_minutes),
        };
        match (larger, smaller) {
            (Some(larger), Some(smaller)) => both.fill(|value| match value {
                BothValue::Larger => &larger,
                BothValue::Smaller => &smaller,
            }),
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => short.clone(),
        }
    }

    /// The length of something, as a part of a sentence.
    pub(crate) fn length_part(self, length: Duration) -> Part {
        Part::Text(self.length(length))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60;
    const HOUR: i64 = 3600;
    const DAY: i64 = 86_400;

    /// 27 November 2026, 14:05:30 UTC.
    fn now() -> UtcDateTime {
        UtcDateTime::from_unix_timestamp(1_795_788_330).unwrap()
    }

    fn said(part: Part) -> String {
        Said(vec![part]).plain()
    }

    #[test]
    fn how_long_ago_something_was_is_said_in_one_unit() {
        let texts = Texts::english();
        for (seconds, expected) in [
            (-DAY, "just now"),
            (-1, "just now"),
            (0, "just now"),
            (59, "just now"),
            (MINUTE, "a minute ago"),
            (2 * MINUTE - 1, "a minute ago"),
            (2 * MINUTE, "2 minutes ago"),
            (HOUR - 1, "59 minutes ago"),
            (HOUR, "an hour ago"),
            (2 * HOUR - 1, "an hour ago"),
            (2 * HOUR, "2 hours ago"),
            (DAY - 1, "23 hours ago"),
            (DAY, "a day ago"),
            (90 * DAY, "90 days ago"),
        ] {
            let at = now() - time::Duration::seconds(seconds);
            assert_eq!(
                said(Times::new(&texts, now()).ago(at)),
                expected,
                "{seconds}"
            );
        }
    }

    #[test]
    fn a_time_of_another_day_names_the_day() {
        let texts = Texts::english();
        for (seconds, expected) in [
            (0, "14:05 UTC"),
            (14 * HOUR, "00:05 UTC"),
            (15 * HOUR, "26 November 2026, 23:05 UTC"),
            (-10 * HOUR, "28 November 2026, 00:05 UTC"),
        ] {
            let at = now() - time::Duration::seconds(seconds);
            assert_eq!(
                said(Times::new(&texts, now()).clock(at)),
                expected,
                "{seconds}"
            );
        }
    }

    #[test]
    fn how_long_something_lasted_is_said_in_two_units_at_most() {
        let texts = Texts::english();
        for (seconds, expected) in [
            (0, "less than a minute"),
            (59, "less than a minute"),
            (MINUTE, "1 minute"),
            (42 * MINUTE, "42 minutes"),
            (HOUR, "1 hour"),
            (HOUR + MINUTE, "1 hour 1 minute"),
            (5 * HOUR + 20 * MINUTE, "5 hours 20 minutes"),
            (DAY, "1 day"),
            (DAY + 5 * MINUTE, "1 day"),
            (3 * DAY + 4 * HOUR, "3 days 4 hours"),
        ] {
            let length = Duration::from_secs(seconds.cast_unsigned());
            assert_eq!(Times::new(&texts, now()).length(length), expected);
        }
    }
}
