//! The words around a test, read from `content/<language>/test.toml`.

use std::collections::BTreeMap;
use std::time::Duration;

use probe::Endpoint;
use serde::Deserialize;
use strum::IntoEnumIterator;
use time::{Date, OffsetDateTime};

use super::Refusal;
use super::event::{FindingWords, Mark, ResultLabels};
use super::refusal::round_up;
use super::self_message::MessageWords;
use crate::content::by_id::{ById, Table};
use crate::content::file::File;
use crate::content::template::{Plain, Template, placeholders, plain};
use crate::content::words::words;

/// Everything that is said around a test, apart from the outcomes.
#[derive(Clone, Debug)]
pub struct TestWords {
    labels: LabelWords,
    pub(super) verdicts: VerdictWords,
    pub(super) password: PasswordWords,
    pub(super) message: MessageWords,
    pub(super) facts: FactWords,
    shared: SharedWords,
    plan: PlanWords,
    durations: DurationWords,
    units: UnitWords,
    dates: DateWords,
    /// Has every code; `read` makes sure of it.
    refusals: BTreeMap<&'static str, RefusalText>,
}

words! {
    /// The fixed words around the results; [`ResultLabels`] says what they are for.
    LabelWords: running answers note fault unfinished not_run receiving sending steps details server_reply advice
        working good notice bad skipped
}

words! {
    /// The verdict on a service without a fault.
    VerdictWords: good signed_in
}

words! {
    /// What is added to the good news about the password.
    PasswordWords: accepted opened may_send not_given; arrived(TimeValue)
}

words! {
    /// The labels of the technical facts.
    FactWords: addresses aliases connected attempt tls_version cipher group names subject issuer valid
        days_left key signature sent built fingerprint staple staple_good staple_revoked staple_unknown
        other srv tlsa dnssec dnssec_proven messages capabilities mechanisms mechanism usage
        size_limit documented_size on_the_way folder spf dkim dmarc
}

words! {
    /// What is added to a result that was found for somebody else.
    SharedWords:; verdict(SharedValue)
}

words! {
    /// The server of a service, in the plan of a test.
    PlanWords:; address(AddressValue)
}

words! {
    /// Times to wait, and how long ago something was.
    DurationWords: second minute; seconds(NumberValue) minutes(NumberValue) hours(NumberValue)
}

words! {
    /// What was measured.
    UnitWords: decimal_point under_a_millisecond;
        milliseconds(NumberValue) seconds(NumberValue) megabytes(NumberValue)
}

/// Days and periods.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DateWords {
    day: Template<DayValue>,
    period: Template<PeriodValue>,
    months: [Plain; 12],
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RefusalText {
    #[serde(deserialize_with = "plain")]
    title: String,
    explanation: Template<RefusalValue>,
    advice: Vec<Template<RefusalValue>>,
}

placeholders! {
    /// In a verdict that is not new.
    SharedValue { Verdict = "verdict", Age = "age" }

    /// In the server of a service.
    AddressValue { Host = "host", Port = "port", Security = "security" }

    /// In how long something took.
    TimeValue { Time = "time" }

    /// In what is counted or measured.
    NumberValue { Number = "number" }

    /// In a day.
    DayValue { Day = "day", Month = "month", Year = "year" }

    /// In a time from one day to another.
    PeriodValue { From = "from", To = "to" }

    /// In the reason why a test is not run.
    RefusalValue { Provider = "provider", Wait = "wait" }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WordsFile {
    labels: LabelWords,
    verdicts: VerdictWords,
    password: PasswordWords,
    message: MessageWords,
    facts: FactWords,
    shared: SharedWords,
    plan: PlanWords,
    durations: DurationWords,
    units: UnitWords,
    dates: DateWords,
    refusals: ById<RefusalText>,
}

impl TestWords {
    /// Reads the words of a language from its file.
    ///
    /// # Errors
    ///
    /// The first fault, with its file, and with its line where the fault has a place in the file.
    pub(crate) fn read(file: &File) -> Result<Self, String> {
        let words: WordsFile = file.toml()?;
        let table = Table::new(file, "refusals", "the code of a refusal");
        let declared = Refusal::iter().map(Refusal::code);
        let refusals = words
            .refusals
            .map(&table, declared.map(|code| (code, code)))?;
        Ok(Self {
            labels: words.labels,
            verdicts: words.verdicts,
            password: words.password,
            message: words.message,
            facts: words.facts,
            shared: words.shared,
            plan: words.plan,
            durations: words.durations,
            units: words.units,
            dates: words.dates,
            refusals,
        })
    }

    /// The fixed words around the results. `webmail` is the word for it and its address, where they are known.
    pub(super) fn labels(&self, webmail: (String, String)) -> ResultLabels {
        let words = &self.labels;
        let labels = [
            &words.running,
            &words.answers,
            &words.note,
            &words.fault,
            &words.unfinished,
            &words.not_run,
            &words.receiving,
            &words.sending,
            &words.steps,
            &words.details,
            &words.server_reply,
            &words.advice,
            &webmail.0,
            &webmail.1,
            &words.working,
            &words.good,
            &words.notice,
            &words.bad,
            &words.skipped,
        ];
        ResultLabels(labels.map(Clone::clone).to_vec())
    }

    /// Opens what only people who help want to know.
    pub(crate) fn details(&self) -> &str {
        &self.labels.details
    }

    /// Says that the message to oneself has arrived.
    pub(super) fn arrived(&self, on_the_way: Duration) -> String {
        self.password
            .arrived
            .fill(|TimeValue::Time| self.time(on_the_way))
    }

    /// Says why a test is not run. `providers` names those whose addresses are known.
    pub(super) fn refusal(&self, refusal: Refusal, providers: &str) -> FindingWords {
        let words = &self.refusals[refusal.code()];
        let wait = refusal.wait().map(|wait| self.wait(wait));
        let wait = wait.unwrap_or_default();
        let fill = |text: &Template<RefusalValue>| {
            text.fill(|value| match value {
                RefusalValue::Provider => providers,
                RefusalValue::Wait => &wait,
            })
        };
        FindingWords {
            mark: Mark::Notice,
            title: words.title.clone(),
            explanation: fill(&words.explanation),
            advice: lines(words.advice.iter().map(fill)),
            more: None,
        }
    }

    /// A verdict that is so old.
    pub(super) fn shared_verdict(&self, verdict: &str, age: Duration) -> String {
        let words = &self.durations;
        let age = match age.as_secs() {
            0 | 1 => words.second.clone(),
            seconds @ 2..120 => number(&words.seconds, seconds),
            seconds => number(&words.minutes, seconds / 60),
        };
        self.shared.verdict.fill(|value| match value {
            SharedValue::Verdict => verdict,
            SharedValue::Age => &age,
        })
    }

    /// Where a service is, and how it is protected, in the words for that.
    pub(crate) fn address(&self, endpoint: &Endpoint, security: &str) -> String {
        self.plan.address.fill(|value| match value {
            AddressValue::Host => endpoint.host.to_string(),
            AddressValue::Port => endpoint.port.to_string(),
            AddressValue::Security => security.to_owned(),
        })
    }

    /// How long something took.
    pub(crate) fn time(&self, elapsed: Duration) -> String {
        let words = &self.units;
        match elapsed.as_millis() {
            0 => words.under_a_millisecond.clone(),
            millis @ 1..1_000 => number(&words.milliseconds, millis),
            _ => number(&words.seconds, self.decimal(elapsed.as_secs_f64())),
        }
    }

    /// How much there is.
    pub(super) fn megabytes(&self, bytes: u64) -> String {
        let megabytes = bytes as f64 / 1_000_000.0;
        number(&self.units.megabytes, self.decimal(megabytes))
    }

    /// From one day to another, both in seconds since 1970.
    pub(super) fn period(&self, from: i64, to: i64) -> String {
        let day = |seconds| {
            let moment = OffsetDateTime::from_unix_timestamp(seconds);
            moment.map_or_else(|_| String::new(), |moment| self.day(moment.date()))
        };
        let (from, to) = (day(from), day(to));
        self.dates.period.fill(|value| match value {
            PeriodValue::From => &from,
            PeriodValue::To => &to,
        })
    }

    /// A day with the name of its month, so that nobody mistakes the day for the month.
    pub(crate) fn day(&self, date: Date) -> String {
        let months = &self.dates.months;
        self.dates.day.fill(|value| match value {
            DayValue::Day => date.day().to_string(),
            DayValue::Month => months[usize::from(u8::from(date.month())) - 1].0.clone(),
            DayValue::Year => date.year().to_string(),
        })
    }

    /// A time to wait, as one says it.
    fn wait(&self, time: Duration) -> String {
        let words = &self.durations;
        match round_up(time, Duration::from_secs(60)) {
            1 => words.minute.clone(),
            minutes @ 2..120 => number(&words.minutes, minutes),
            minutes => number(&words.hours, minutes.div_ceil(60)),
        }
    }

    /// A number with one digit behind the decimal point.
    fn decimal(&self, number: f64) -> String {
        format!("{number:.1}").replace('.', &self.units.decimal_point)
    }
}

fn number(words: &Template<NumberValue>, number: impl ToString) -> String {
    words.fill(|NumberValue::Number| number.to_string())
}

/// Puts each sentence on a line of its own, so that customers who follow them step by step keep their place.
pub(super) fn lines(sentences: impl IntoIterator<Item = String>) -> String {
    sentences.into_iter().collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::super::event::ResultLabel;
    use super::*;
    use crate::content::Files;

    fn english() -> TestWords {
        let files = Files::built_in().unwrap();
        TestWords::read(&files.folder("en").file("test.toml").unwrap()).unwrap()
    }

    #[test]
    fn every_label_stands_in_its_place() {
        let words = english();
        let labels = words.labels(Default::default());
        assert_eq!(labels.of(ResultLabel::Running), words.labels.running);
        assert_eq!(labels.of(ResultLabel::Answers), words.labels.answers);
        assert_eq!(labels.of(ResultLabel::Note), words.labels.note);
        assert_eq!(labels.of(ResultLabel::Fault), words.labels.fault);
        assert_eq!(labels.of(ResultLabel::Unfinished), words.labels.unfinished);
        assert_eq!(labels.of(ResultLabel::NotRun), words.labels.not_run);
        assert_eq!(labels.of(ResultLabel::Receiving), words.labels.receiving);
        assert_eq!(labels.of(ResultLabel::Sending), words.labels.sending);
        assert_eq!(labels.of(ResultLabel::Steps), words.labels.steps);
        assert_eq!(labels.of(ResultLabel::Details), words.labels.details);
        assert_eq!(
            labels.of(ResultLabel::ServerReply),
            words.labels.server_reply
        );
        assert_eq!(labels.of(ResultLabel::Advice), words.labels.advice);
        assert_eq!(labels.mark(Mark::Working), words.labels.working);
        assert_eq!(labels.mark(Mark::Good), words.labels.good);
        assert_eq!(labels.mark(Mark::Notice), words.labels.notice);
        assert_eq!(labels.mark(Mark::Bad), words.labels.bad);
        assert_eq!(labels.mark(Mark::Skipped), words.labels.skipped);
    }

    #[test]
    fn times_are_said_in_whole_minutes_and_ages_in_seconds() {
        for (seconds, wait, age) in [
            (0, "a minute", "a second"),
            (2, "a minute", "2 seconds"),
            (60, "a minute", "60 seconds"),
            (61, "2 minutes", "61 seconds"),
            (600, "10 minutes", "10 minutes"),
            (7_201, "3 hours", "120 minutes"),
        ] {
            let time = Duration::from_secs(seconds);
            assert_eq!(english().wait(time), wait, "{seconds}");
            let verdict = english().shared_verdict("Works", time);
            assert_eq!(verdict, format!("Works (tested {age} ago)"), "{seconds}");
        }
    }

    #[test]
    fn days_are_written_in_one_way() {
        let date = Date::from_calendar_date(2026, time::Month::November, 3).unwrap();
        assert_eq!(english().day(date), "3 November 2026");
        let period = english().period(1_793_664_000, 1_793_750_400);
        assert!(period.contains("3 November 2026"), "{period}");
        assert!(!english().period(i64::MAX, 0).contains("2026"));
    }

    #[test]
    fn every_refusal_has_words_and_no_words_are_left_over() {
        let words = english();
        assert_eq!(words.refusals.len(), Refusal::iter().count());
        for refusal in Refusal::iter() {
            let text = words.refusal(refusal, "Example Mail");
            for text in [&text.title, &text.explanation, &text.advice] {
                assert!(
                    !text.is_empty() && !text.contains('{'),
                    "{refusal:?}: {text}"
                );
            }
        }
    }

    #[test]
    fn what_was_measured_is_told_with_its_unit() {
        let words = english();
        for (millis, expected) in [
            (0, "under 1 ms"),
            (1, "1 ms"),
            (999, "999 ms"),
            (1_000, "1.0 s"),
            (61_250, "61.2 s"),
        ] {
            assert_eq!(words.time(Duration::from_millis(millis)), expected);
        }
        assert_eq!(words.megabytes(1_540_000), "1.5 MB");
        let period = words.period(0, 1_782_864_000);
        assert_eq!(period, "1 January 1970 – 1 July 2026");
    }
}
