//! What has changed since the check before. Each change is told once, and what keeps changing is not told again and
//! again: several machines behind one name show their certificates in turn, and big providers their addresses.

use std::collections::BTreeSet;
use std::time::Duration;

use app::status::{
    Certificate, Change, ChangedFact, CheckResult, Incident, ServiceFacts, ServiceKey,
    ServiceState, Subject,
};
use probe::Outcome;
use time::UtcDateTime;

/// What was told of a fact so lately is not told again.
const MEMORY: Duration = Duration::from_secs(7 * 86400);

/// A fact changes so often within that time, and then no more of it is told.
const MAX_CHANGES_OF_ONE_FACT: usize = 5;

/// The longest text of a change, in characters.
const MAX_TEXT: usize = 500;

/// An outage of so long says that the documented values do not work any more.
const LONG_OUTAGE: Duration = Duration::from_secs(86400);

/// Changes that were told before, the newest first, and the time now.
#[derive(Clone, Copy, Debug)]
pub struct Told<'a, I> {
    /// All of them, of any subject.
    pub changes: I,
    /// The service that is looked at.
    pub service: &'a ServiceKey,
    /// When it was looked at.
    pub now: UtcDateTime,
}

impl<'a, I: Iterator<Item = &'a Change> + Clone> Told<'a, I> {
    /// Those of one fact of the service.
    fn of(&self, fact: ChangedFact) -> impl Iterator<Item = &'a Change> {
        let service = self.service;
        let own = move |change: &&Change| {
            change.fact == fact
                && matches!(&change.subject, Subject::Service(subject) if subject == service)
        };
        self.changes.clone().filter(own)
    }

    /// The change, unless one of the fact was told too often lately. `is_known` says whether a change that was told
    /// lately says this one already.
    fn change(
        &self,
        fact: ChangedFact,
        before: String,
        after: String,
        is_known: impl Fn(&Change) -> bool,
    ) -> Option<Change> {
        let (now, mut lately) = (self.now, self.of(fact));
        let mut lately = lately.by_ref().filter(|change| now - change.at < MEMORY);
        let mut count = 0;
        if before == after
            || lately.any(|change| {
                count += 1;
                count == MAX_CHANGES_OF_ONE_FACT || is_known(change)
            })
        {
            return None;
        }
        Some(Change {
            subject: Subject::Service(self.service.clone()),
            fact,
            at: now,
            before: shortened(before),
            after: shortened(after),
        })
    }

    /// What went from a set, and what came to it, unless all of it came or went lately, too.
    fn difference(
        &self,
        fact: ChangedFact,
        before: &BTreeSet<String>,
        after: &BTreeSet<String>,
    ) -> Option<Change> {
        // What was never seen is no change.
        if before.is_empty() || after.is_empty() {
            return None;
        }
        let names = |change: &Change, word: &str| {
            let mut words = change
                .before
                .split(SEPARATOR)
                .chain(change.after.split(SEPARATOR));
            words.any(|known| known == word)
        };
        let is_new = |word: &&String| {
            let mut lately = self.of(fact).filter(|change| self.now - change.at < MEMORY);
            !lately.any(|change| names(change, word))
        };
        let went: Vec<_> = before.difference(after).filter(is_new).cloned().collect();
        let came: Vec<_> = after.difference(before).filter(is_new).cloned().collect();
        self.change(fact, went.join(SEPARATOR), came.join(SEPARATOR), |_| false)
    }
}

/// Stands between the words of a list.
const SEPARATOR: &str = ", ";

/// How a service shows itself differently now.
pub fn changed_facts<'a>(
    told: &Told<'a, impl Iterator<Item = &'a Change> + Clone>,
    before: &ServiceFacts,
    after: &ServiceFacts,
) -> Vec<Change> {
    let certificate = match (&before.certificate, &after.certificate) {
        (Some(before), Some(after)) if before.fingerprint != after.fingerprint => {
            let (before, after) = (certificate_line(before), certificate_line(after));
            told.change(ChangedFact::Certificate, before, after.clone(), |change| {
                change.before == after || change.after == after
            })
        }
        _ => None,
    };
    // Without an address the DNS was not seen.
    let aliases = match !before.addresses.is_empty() && !after.addresses.is_empty() {
        true => {
            let after = after.aliases.join(SEPARATOR);
            let before = before.aliases.join(SEPARATOR);
            told.change(ChangedFact::Aliases, before, after.clone(), |change| {
                change.before == after || change.after == after
            })
        }
        false => None,
    };
    let addresses =
        |facts: &ServiceFacts| facts.addresses.iter().map(ToString::to_string).collect();
    let (old, new) = (addresses(before), addresses(after));
    let addresses = told.difference(ChangedFact::Addresses, &old, &new);
    let (old, new) = (&before.capabilities, &after.capabilities);
    let capabilities = told.difference(ChangedFact::Capabilities, old, new);
    let all = [certificate, aliases, addresses, capabilities];
    all.into_iter().flatten().collect()
}

/// Whether the documented values have stopped working, or work again. A failure that only other values can end is
/// told at once; others are outages, and told when they have lasted for a day.
pub fn documented_values<'a>(
    told: &Told<'a, impl Iterator<Item = &'a Change> + Clone>,
    result: &CheckResult,
    open: Option<&Incident>,
) -> Option<Change> {
    let works = Outcome::Ok.code();
    let last = told.of(ChangedFact::DocumentedValues).next();
    let last = last.map_or(works, |change| change.after.as_str());
    let now = match result.state {
        ServiceState::Ok | ServiceState::Degraded => works,
        ServiceState::Down => {
            let lasts_long = open.is_some_and(|open| open.duration(result.at) >= LONG_OUTAGE);
            let other_values = match result.reason {
                app::status::Reason::Found(outcome) => contradicts_values(outcome),
                app::status::Reason::Slow => false,
            };
            // What was told stays until it works again, for whatever reason it fails.
            match (last == works) && (lasts_long || other_values) {
                true => result.reason.code(),
                false => last,
            }
        }
    };
    (now != last).then(|| Change {
        subject: Subject::Service(result.service.clone()),
        fact: ChangedFact::DocumentedValues,
        at: result.at,
        before: last.to_owned(),
        after: now.to_owned(),
    })
}

/// Whether the server is there, or its name is gone, and says that a documented value is not right.
fn contradicts_values(outcome: Outcome) -> bool {
    matches!(
        outcome,
        Outcome::NameNotFound
            | Outcome::NoAddress
            | Outcome::UnexpectedService
            | Outcome::TlsOnPlainPort
            | Outcome::PlainOnTlsPort
            | Outcome::StarttlsNotOffered
            | Outcome::TlsNameNotKnown
            | Outcome::CertificateWrongName
    )
}

/// Who signed it, when it ends and its fingerprint.
fn certificate_line(certificate: &Certificate) -> String {
    let Certificate {
        fingerprint,
        issuer,
        not_after,
        ..
    } = certificate;
    let end = match UtcDateTime::from_unix_timestamp(*not_after) {
        Ok(end) => end.date().to_string(),
        Err(_) => not_after.to_string(),
    };
    format!("{issuer}, until {end}, SHA-256 {fingerprint}")
}

fn shortened(text: String) -> String {
    match text.char_indices().nth(MAX_TEXT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use app::status::Reason;

    use super::*;

    fn key() -> ServiceKey {
        "lab/imap".parse().unwrap()
    }

    fn at(hours: i64) -> UtcDateTime {
        UtcDateTime::from_unix_timestamp(1_700_000_000 + 3600 * hours).unwrap()
    }

    /// `a1 b2 c:IMAP n:alias f:ab`: addresses by their last numbers, capabilities, aliases and a fingerprint.
    fn facts(text: &str) -> ServiceFacts {
        let mut facts = ServiceFacts::default();
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            match word.split_once(':') {
                Some(("c", word)) => drop(facts.capabilities.insert(word.to_owned())),
                Some(("n", word)) => facts.aliases.push(word.to_owned()),
                Some(("f", word)) => {
                    facts.certificate = Some(Certificate {
                        fingerprint: word.to_owned(),
                        issuer: "CN=CA".to_owned(),
                        names: Vec::new(),
                        not_after: 1_900_000_000,
                    });
                }
                _ => drop(
                    facts
                        .addresses
                        .insert([192, 0, 2, word.parse().unwrap()].into()),
                ),
            }
        }
        facts
    }

    /// The changes that are told while a service shows these facts, each for so many hours, newest first.
    fn told(hours: i64, shown: &[&str]) -> Vec<Change> {
        let mut changes: Vec<Change> = Vec::new();
        let service = key();
        for (hour, pair) in (1..).zip(shown.windows(2)) {
            let told = Told {
                changes: changes.iter(),
                service: &service,
                now: at(hour * hours),
            };
            let new = changed_facts(&told, &facts(pair[0]), &facts(pair[1]));
            changes.splice(0..0, new);
        }
        changes
    }

    fn lines(changes: &[Change]) -> Vec<String> {
        let line = |change: &Change| {
            let Change {
                fact,
                before,
                after,
                ..
            } = change;
            format!("{fact}: {before} > {after}")
        };
        changes.iter().map(line).collect()
    }

    #[test]
    fn what_changes_is_told_with_before_and_after() {
        let certificate = |name| format!("CN=CA, until 2030-03-17, SHA-256 {name}");
        let (ab, cd) = (certificate("ab"), certificate("cd"));
        for (shown, expected) in [
            (["1 2 c:IDLE f:ab n:x", "1 2 c:IDLE f:ab n:x"], vec![]),
            (
                ["1 2", "1 3"],
                vec!["addresses: 192.0.2.2 > 192.0.2.3".to_owned()],
            ),
            (["1 2", "1"], vec!["addresses: 192.0.2.2 > ".to_owned()]),
            (["1", "1 2"], vec!["addresses:  > 192.0.2.2".to_owned()]),
            (["1 n:a n:b", "1 n:a"], vec!["aliases: a, b > a".to_owned()]),
            (["1 n:a", "1"], vec!["aliases: a > ".to_owned()]),
            (["f:ab", "f:cd"], vec![format!("certificate: {ab} > {cd}")]),
            (
                ["c:IDLE c:QUOTA", "c:IDLE c:ID"],
                vec!["capabilities: QUOTA > ID".to_owned()],
            ),
            (
                ["1 f:ab", "2 f:cd"],
                vec![
                    format!("certificate: {ab} > {cd}"),
                    "addresses: 192.0.2.1 > 192.0.2.2".to_owned(),
                ],
            ),
            // What was not seen before did not come.
            (["", "1 n:a c:IDLE f:ab"], vec![]),
            (["1 n:a c:IDLE f:ab", ""], vec![]),
        ] {
            assert_eq!(lines(&told(1, &shown)), expected, "{shown:?}");
        }
    }

    #[test]
    fn what_goes_to_and_fro_is_told_once_in_a_week() {
        // Two machines with a certificate each, behind one name.
        let shown: Vec<&str> = (0..100).map(|n| ["f:ab", "f:cd"][n % 2]).collect();
        assert_eq!(told(1, &shown).len(), 1);
        assert_eq!(told(24 * 8, &["f:ab", "f:cd", "f:ab"]).len(), 2);
        // Addresses in turn.
        let shown: Vec<&str> = (0..100)
            .map(|n| ["1 2", "3 4", "1 3", "2 4"][n % 4])
            .collect();
        let changes = told(1, &shown);
        let expected = "addresses: 192.0.2.1, 192.0.2.2 > 192.0.2.3, 192.0.2.4";
        assert_eq!(lines(&changes), [expected]);
        // A server that says something else each time.
        let shown: Vec<String> = (0..100).map(|n| format!("c:X{n}")).collect();
        let shown: Vec<&str> = shown.iter().map(String::as_str).collect();
        assert_eq!(told(1, &shown).len(), MAX_CHANGES_OF_ONE_FACT);
        // Other facts are told meanwhile.
        let shown = ["1 f:ab", "2 f:ab", "2 f:cd", "1 f:cd"];
        assert_eq!(told(1, &shown).len(), 2);
    }

    #[test]
    fn no_text_is_longer_than_a_page_can_show() {
        let long: Vec<String> = (0..200).map(|n| format!("c:CAPABILITY-{n}")).collect();
        let changes = told(1, &["c:IDLE", &long.join(" ")]);
        assert_eq!(changes[0].after.chars().count(), MAX_TEXT + 1);
    }

    #[test]
    fn documented_values_fail_at_once_where_only_others_can_work_and_else_after_a_day() {
        use Outcome::{CertificateWrongName, ConnectionRefused, NameNotFound, Ok};
        let service = key();
        for (results, expected) in [
            (&[(0, Ok)][..], &[][..]),
            (&[(0, ConnectionRefused), (23, ConnectionRefused)], &[]),
            (
                &[
                    (0, ConnectionRefused),
                    (24, ConnectionRefused),
                    (25, ConnectionRefused),
                ],
                &["24 ok > connection-refused"],
            ),
            (
                &[(0, ConnectionRefused), (23, Ok), (24, ConnectionRefused)],
                &[],
            ),
            (
                &[
                    (0, NameNotFound),
                    (1, CertificateWrongName),
                    (2, Ok),
                    (3, Ok),
                ],
                &["0 ok > name-not-found", "2 name-not-found > ok"],
            ),
        ] {
            let (mut changes, mut open): (Vec<Change>, Option<Incident>) = (Vec::new(), None);
            for (hours, outcome) in results {
                let result = CheckResult {
                    service: key(),
                    at: at(*hours),
                    state: match outcome {
                        Ok => ServiceState::Ok,
                        _ => ServiceState::Down,
                    },
                    reason: Reason::Found(*outcome),
                    response_time: None,
                };
                let incident = super::super::incidents::incident(open.as_ref(), &result, result.at);
                open = incident.or(open).filter(|incident| incident.end.is_none());
                let told = Told {
                    changes: changes.iter(),
                    service: &service,
                    now: result.at,
                };
                let change = documented_values(&told, &result, open.as_ref());
                changes.splice(0..0, change);
            }
            let lines = changes.iter().rev().map(|change| {
                let hours = (change.at - at(0)).whole_hours();
                format!("{hours} {} > {}", change.before, change.after)
            });
            assert_eq!(lines.collect::<Vec<_>>(), expected, "{results:?}");
        }
    }
}
