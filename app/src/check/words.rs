//! The words around a test, read from `content/en/test.toml`.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;

use super::Refusal;
use super::event::{FindingWords, Labels, Mark};
use super::refusal::whole;
use crate::content;

/// Everything that is said around a test, apart from the outcomes.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TestWords {
    labels: LabelWords,
    pub(super) verdicts: VerdictWords,
    pub(super) password: PasswordWords,
    pub(super) shared: Shared,
    pub(super) facts: FactWords,
    refusals: BTreeMap<String, RefusalWords>,
}

/// The fixed words around the results; [`Labels`] says what they are for.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct LabelWords {
    running: String,
    finished: String,
    details: String,
    server_said: String,
    advice: String,
    working: String,
    good: String,
    notice: String,
    bad: String,
    skipped: String,
}

/// The verdict on a service without a fault.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct VerdictWords {
    pub(super) good: String,
    pub(super) signed_in: String,
}

/// What is added to the good news about the password.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PasswordWords {
    pub(super) accepted: String,
    pub(super) not_given: String,
}

/// What is added to a result that was found for somebody else.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Shared {
    verdict: String,
}

/// The labels of the technical facts.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FactWords {
    pub(super) addresses: String,
    pub(super) aliases: String,
    pub(super) connected: String,
    pub(super) attempt: String,
    pub(super) tls_version: String,
    pub(super) cipher: String,
    pub(super) group: String,
    pub(super) names: String,
    pub(super) subject: String,
    pub(super) issuer: String,
    pub(super) valid: String,
    pub(super) days_left: String,
    pub(super) key: String,
    pub(super) signature: String,
    pub(super) sent: String,
    pub(super) built: String,
    pub(super) fingerprint: String,
    pub(super) staple: String,
    pub(super) staple_good: String,
    pub(super) staple_revoked: String,
    pub(super) staple_unknown: String,
    pub(super) other: String,
    pub(super) srv: String,
    pub(super) tlsa: String,
    pub(super) dnssec: String,
    pub(super) dnssec_proven: String,
    pub(super) messages: String,
    pub(super) capabilities: String,
    pub(super) mechanisms: String,
    pub(super) mechanism: String,
    pub(super) usage: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RefusalWords {
    title: String,
    explanation: String,
    advice: String,
}

impl TestWords {
    /// The built-in words in American English.
    pub fn english() -> Self {
        Self::read("en").expect("a test reads the built-in words")
    }

    /// Reads the words in this language.
    ///
    /// # Errors
    ///
    /// The first fault with its file and, where it is one of form, its line.
    pub fn read(language: &str) -> Result<Self, String> {
        let file = content::file(language, "test.toml")?;
        let words: Self = file.toml()?;
        let mut refusals = Refusal::ALL.iter();
        match refusals.find(|refusal| !words.refusals.contains_key(refusal.code())) {
            None => Ok(words),
            Some(missing) => Err(format!(
                "{}: [refusals.{}] is missing",
                file.name,
                missing.code()
            )),
        }
    }

    /// The fixed words around the results.
    pub(super) fn labels(&self) -> Labels {
        let words = &self.labels;
        let labels = [
            &words.running,
            &words.finished,
            &words.details,
            &words.server_said,
            &words.advice,
            &words.working,
            &words.good,
            &words.notice,
            &words.bad,
            &words.skipped,
        ];
        Labels(labels.map(Clone::clone).to_vec())
    }

    /// Says why a test is not run. `providers` names those whose addresses are known.
    pub(super) fn refusal(&self, refusal: Refusal, providers: &str) -> FindingWords {
        let words = &self.refusals[refusal.code()];
        let wait = refusal.wait().map(waiting).unwrap_or_default();
        let fill = |text: &String| {
            text.replace("{provider}", providers)
                .replace("{wait}", &wait)
        };
        FindingWords {
            mark: Mark::Notice,
            title: fill(&words.title),
            explanation: fill(&words.explanation),
            advice: lines(&fill(&words.advice)),
            more: None,
        }
    }

    /// A verdict that is so old.
    pub(super) fn shared_verdict(&self, verdict: &str, age: Duration) -> String {
        let age = match age.as_secs() {
            0 | 1 => "a second".to_owned(),
            seconds @ 2..120 => format!("{seconds} seconds"),
            seconds => format!("{} minutes", seconds / 60),
        };
        let words = self.shared.verdict.replace("{age}", &age);
        words.replace("{verdict}", verdict)
    }
}

/// One sentence a line: whoever does one after the other must find back to where he was.
pub(super) fn lines(text: &str) -> String {
    text.replace(". ", ".\n")
}

/// A time to wait, as one says it.
fn waiting(time: Duration) -> String {
    match whole(time, Duration::from_secs(60)) {
        1 => "a minute".to_owned(),
        minutes @ 2..120 => format!("{minutes} minutes"),
        minutes => format!("{} hours", minutes.div_ceil(60)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::event::Label;
    use super::*;

    #[test]
    fn every_label_stands_in_its_place() {
        let words = TestWords::english();
        let labels = words.labels();
        assert_eq!(labels.of(Label::Running), words.labels.running);
        assert_eq!(labels.of(Label::Finished), words.labels.finished);
        assert_eq!(labels.of(Label::Details), words.labels.details);
        assert_eq!(labels.of(Label::ServerSaid), words.labels.server_said);
        assert_eq!(labels.of(Label::Advice), words.labels.advice);
        assert_eq!(labels.mark(Mark::Working), words.labels.working);
        assert_eq!(labels.mark(Mark::Good), words.labels.good);
        assert_eq!(labels.mark(Mark::Notice), words.labels.notice);
        assert_eq!(labels.mark(Mark::Bad), words.labels.bad);
        assert_eq!(labels.mark(Mark::Skipped), words.labels.skipped);
    }

    #[test]
    fn advice_has_a_line_for_each_sentence() {
        assert_eq!(lines("Wait. Test again."), "Wait.\nTest again.");
        assert_eq!(lines("See example.net."), "See example.net.");
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
            assert_eq!(waiting(time), wait, "{seconds}");
            let verdict = TestWords::english().shared_verdict("Works", time);
            assert_eq!(verdict, format!("Works (tested {age} ago)"), "{seconds}");
        }
    }

    #[test]
    fn every_refusal_has_words_and_no_words_are_left_over() {
        let words = TestWords::english();
        assert_eq!(words.refusals.len(), Refusal::ALL.len());
        for refusal in Refusal::ALL {
            let said = words.refusal(refusal, "Example Mail");
            for text in [&said.title, &said.explanation, &said.advice] {
                assert!(
                    !text.is_empty() && !text.contains('{'),
                    "{refusal:?}: {text}"
                );
            }
        }
    }
}
