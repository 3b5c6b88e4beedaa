//! What happened and what changed, as an Atom feed (RFC 4287).

use time::UtcDateTime;
use uuid::Uuid;

use super::said::{Part, Said, Times};
use super::scope::place_of;
use super::standing::Seen;
use super::words::{
    PeriodReasonValue, ProviderValue, ServiceValue, SinceReasonValue, SubjectValue,
};
use super::{Change, Incident, Subject, tell};
use crate::record::Catalogue;
use crate::setup::write::xml::Xml;
use crate::texts::Texts;

/// So many entries are told, the newest first.
const MAX_ENTRIES: usize = 50;

/// So many providers are named in its title.
const MAX_NAMED: usize = 3;

/// The name space of the ids of entries. It never changes, because readers know entries by their ids.
const IDS: Uuid = Uuid::from_u128(0x2f0c_2f0b_6d5b_4c0e_9a53_7e3b_6f0a_91d4);

/// An entry.
struct Entry {
    id: Uuid,
    title: String,
    text: String,
    /// The page that tells more, and its part.
    href: String,
    published: UtcDateTime,
    updated: UtcDateTime,
}

/// The feed. `now` is the time at which somebody looks, for a site that monitors nothing.
pub fn feed(texts: &Texts, seen: Option<&Seen>, catalogue: &Catalogue, now: UtcDateTime) -> String {
    let times = Times::new(texts, now);
    let mut entries: Vec<Entry> = Vec::new();
    if let Some(seen) = seen {
        let incidents = seen.snapshot.incidents.iter();
        entries.extend(incidents.filter_map(|one| incident(times, texts, catalogue, one)));
        let changes = seen.snapshot.changes.iter();
        entries.extend(changes.map(|one| change(times, texts, catalogue, one)));
    }
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.updated));
    entries.truncate(MAX_ENTRIES);
    let title = title(texts, catalogue);
    let ids: Vec<&str> = catalogue
        .records
        .iter()
        .map(|record| record.id.as_str())
        .collect();
    let id = Uuid::new_v5(&IDS, ids.join(" ").as_bytes());
    // Without an entry the feed is as old as the day.
    let updated = entries.first().map_or_else(
        || now.replace_time(time::Time::MIDNIGHT),
        |entry| entry.updated,
    );
    let attributes = [
        ("xmlns", "http://www.w3.org/2005/Atom"),
        ("xml:lang", &*texts.language),
    ];
    Xml::document("feed", &attributes, |xml| {
        xml.text("id", &[], &id.urn().to_string());
        xml.text("title", &[], &title);
        xml.text("updated", &[], &rfc3339(updated));
        xml.element("author", &[], |xml| xml.text("name", &[], &title));
        xml.empty(
            "link",
            &[
                ("rel", "self"),
                ("type", "application/atom+xml"),
                ("href", "/status.atom"),
            ],
        );
        xml.empty(
            "link",
            &[
                ("rel", "alternate"),
                ("type", "text/html"),
                ("href", "/status"),
            ],
        );
        for entry in &entries {
            xml.element("entry", &[], |xml| {
                xml.text("id", &[], &entry.id.urn().to_string());
                xml.text("title", &[], &entry.title);
                xml.text("published", &[], &rfc3339(entry.published));
                xml.text("updated", &[], &rfc3339(entry.updated));
                let href = entry.href.as_str();
                let link = [("rel", "alternate"), ("type", "text/html"), ("href", href)];
                xml.empty("link", &link);
                xml.text("summary", &[], &entry.text);
            });
        }
    })
}

/// The name of the feed, with those of the providers where they are few.
fn title(texts: &Texts, catalogue: &Catalogue) -> String {
    let names = catalogue.records.iter().map(|record| record.name.as_str());
    if names.len() > MAX_NAMED {
        return texts.status.page.title.clone();
    }
    let names = texts.words.list(names);
    let title = &texts.status.machines.feed_title;
    title.fill(|ProviderValue::Provider| &names)
}

fn incident(
    times: Times<'_>,
    texts: &Texts,
    catalogue: &Catalogue,
    incident: &Incident,
) -> Option<Entry> {
    let words = &texts.status.machines;
    let (record, service) = tell::find(catalogue, &incident.service)?;
    let name = format!("{}: {}", record.name, tell::name(texts, service));
    let reason = || Part::Text(tell::reason(texts, incident.reason).to_owned());
    let (title, text) = match incident.end {
        None => {
            let text = Said::fill(&words.feed_text_now, |value| match value {
                SinceReasonValue::Time => full(times, incident.begin),
                SinceReasonValue::Reason => reason(),
            });
            (&words.feed_began, text)
        }
        Some(end) => {
            let text = Said::fill(&words.feed_text_over, |value| match value {
                PeriodReasonValue::From => full(times, incident.begin),
                PeriodReasonValue::To => full(times, end),
                PeriodReasonValue::Length => times.length_part(incident.duration(end)),
                PeriodReasonValue::Reason => reason(),
            });
            (&words.feed_over, text)
        }
    };
    let begin = incident.begin.unix_timestamp_nanos();
    let id = format!("incident {} {begin}", incident.service);
    Some(Entry {
        id: Uuid::new_v5(&IDS, id.as_bytes()),
        title: title.fill(|ServiceValue::Service| &name),
        text: text.plain(),
        href: place_of(catalogue, record, service),
        published: incident.begin,
        updated: incident.end.unwrap_or(incident.begin),
    })
}

fn change(times: Times<'_>, texts: &Texts, catalogue: &Catalogue, change: &Change) -> Entry {
    let words = &texts.status;
    let subject = tell::subject(catalogue, &change.subject, texts);
    let text = |text: &str| match text {
        "" => words.changes.nothing.clone(),
        text => printable(text),
    };
    let at = change.at.unix_timestamp_nanos();
    let id = format!("change {} {} {at}", change.subject, change.fact);
    let service = match &change.subject {
        Subject::Service(key) => tell::find(catalogue, key),
        Subject::Domain(_) => None,
    };
    let href = match service {
        Some((record, service)) => place_of(catalogue, record, service),
        None => "/status#changes".to_owned(),
    };
    let (before, after) = (text(&change.before), text(&change.after));
    Entry {
        id: Uuid::new_v5(&IDS, id.as_bytes()),
        title: words
            .machines
            .feed_changed
            .fill(|SubjectValue::Subject| &subject),
        text: format!(
            "{}. {}. {}: {before}. {}: {after}.",
            words.changes.fact(change.fact),
            Said::from(full(times, change.at)).plain(),
            words.changes.before,
            words.changes.after,
        ),
        href,
        published: change.at,
        updated: change.at,
    }
}

/// A time with its day, because nobody knows when an entry is read.
fn full(times: Times<'_>, at: UtcDateTime) -> Part {
    times.day_and_clock(at)
}

/// A text of a server without what XML cannot have (XML 1.0 §2.2).
fn printable(text: &str) -> String {
    let allowed =
        |letter: &char| !letter.is_control() && !matches!(letter, '\u{fffe}' | '\u{ffff}');
    text.chars().filter(allowed).collect()
}

/// A time as Atom has it (RFC 3339), in whole seconds.
pub(super) fn rfc3339(at: UtcDateTime) -> String {
    let (hour, minute, second) = at.time().as_hms();
    format!("{}T{hour:02}:{minute:02}:{second:02}Z", at.date())
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::process::{Command, Stdio};
    use std::sync::Arc;
    use std::time::Duration;

    use probe::Outcome;

    use super::*;
    use crate::record::built_in;
    use crate::status::{ChangedFact, Event, Reason, Snapshot};

    fn at(seconds: i64) -> UtcDateTime {
        UtcDateTime::from_unix_timestamp(1_795_788_000 + seconds).unwrap()
    }

    fn feed_of(events: impl IntoIterator<Item = Event>) -> String {
        let mut snapshot = Snapshot::default();
        events.into_iter().for_each(|event| snapshot.apply(event));
        let seen = Seen {
            snapshot: Arc::new(snapshot),
            every: Duration::from_secs(300),
            now: at(0),
        };
        let catalogue = Catalogue::read(&[built_in()], false).unwrap();
        feed(&Texts::english(), Some(&seen), &catalogue, at(0))
    }

    fn assert_valid(feed: &str) {
        let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/src/status/schemas/atom.rng");
        let mut xmllint = Command::new("xmllint")
            .args(["--noout", "--nonet", "--relaxng", schema, "-"])
            .stdin(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the package libxml2-utils has xmllint");
        let mut input = xmllint.stdin.take().unwrap();
        input.write_all(feed.as_bytes()).unwrap();
        drop(input);
        let output = xmllint.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}\n{feed}");
    }

    #[test]
    fn a_feed_is_valid_whatever_servers_say() {
        let service = "centurylink/imap".parse().unwrap();
        let hostile = "<b>&\"'\u{0}\u{1b}[1m\u{ffff}]]>";
        let events = [
            Event::Incident(Incident {
                service,
                begin: at(-100),
                end: None,
                reason: Reason::Found(Outcome::ConnectionRefused),
            }),
            Event::Change(Change {
                subject: "centurylink/smtp".parse().unwrap(),
                fact: ChangedFact::Capabilities,
                at: at(-50),
                before: hostile.to_owned(),
                after: String::new(),
            }),
        ];
        assert_valid(&feed_of([]));
        let feed = feed_of(events);
        assert_valid(&feed);
        assert_eq!(feed.matches("<entry>").count(), 2, "{feed}");
        assert!(feed.contains("&lt;b&gt;&amp;"), "{feed}");
        let catalogue = Catalogue::read(&[built_in()], false).unwrap();
        assert_valid(&super::feed(&Texts::english(), None, &catalogue, at(0)));
    }

    #[test]
    fn a_feed_has_the_newest_entries_and_ids_that_stay() {
        let incident = |number: i64| {
            Event::Incident(Incident {
                service: "centurylink/imap".parse().unwrap(),
                begin: at(-3600 * number),
                end: Some(at(-3600 * number + 60)),
                reason: Reason::Slow,
            })
        };
        let feed = feed_of((1..=80).map(incident));
        assert_valid(&feed);
        let ids: Vec<_> = feed.split("<id>").skip(2).map(|rest| &rest[..45]).collect();
        assert_eq!(ids.len(), MAX_ENTRIES);
        let mut different = ids.clone();
        different.sort_unstable();
        different.dedup();
        assert_eq!(different.len(), ids.len());
        // Readers have seen this one.
        assert_eq!(ids[0], "urn:uuid:e8da5438-7d49-58f5-aa37-620046a5ccdb");
    }
}
