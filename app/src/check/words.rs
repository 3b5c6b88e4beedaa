//! The words around a test, read from `content/en/test.toml`.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Refusal;
use super::event::{FindingWords, Labels, Mark};

/// Everything that is said around a test, apart from the outcomes.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TestWords {
    labels: LabelWords,
    pub(super) verdicts: VerdictWords,
    pub(super) without_password: WithoutPassword,
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

/// What is added to the good news when no password was tested.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WithoutPassword {
    pub(super) note: String,
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
    /// The English words, which are part of the program.
    pub fn english() -> Self {
        // A test reads the same text, so this cannot fail in a program that was tested.
        toml::from_str(include_str!("../../content/en/test.toml"))
            .expect("content/en/test.toml is checked by a test")
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
        let wait = match refusal {
            Refusal::TooMany { minutes: 0 | 1 } => "a minute".to_owned(),
            Refusal::TooMany { minutes } => format!("{minutes} minutes"),
            _ => String::new(),
        };
        let fill = |text: &String| {
            text.replace("{provider}", providers)
                .replace("{wait}", &wait)
        };
        FindingWords {
            mark: Mark::Notice,
            title: fill(&words.title),
            explanation: fill(&words.explanation),
            advice: fill(&words.advice),
            more: None,
        }
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
