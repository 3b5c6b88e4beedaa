//! All that is published for one domain, compared with its record.

use probe::Protocol;
use strum::IntoStaticStr;

use super::offer::{Offer, offers};
use super::program::{Program, Told, Verdict};
use super::source::{Answer, Observation, Source};
use crate::address::Domain;
use crate::record::Group;
use crate::setup::read::Found;

/// What is published for a domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publication {
    /// The domain.
    pub domain: Domain,
    /// Every place that was asked.
    pub sources: Vec<SourceComparison>,
    /// What mail programs are told by that, as far as it is known.
    pub told: Vec<Told>,
}

/// What is published in one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceComparison {
    /// The place.
    pub source: Source,
    /// How it stands to the record.
    pub status: Status,
    /// The services, those that programs prefer first.
    pub offers: Vec<Offer>,
    /// The protocols of which a service is said not to be offered.
    pub not_offered: Vec<Protocol>,
    /// How many services cannot be read.
    pub broken_services: usize,
    /// Why it could not be read or asked.
    pub why: Option<String>,
}

/// How what is published stands to the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Status {
    /// All of it is as in the record.
    Same,
    /// Some of it is not.
    Differs,
    /// Nothing is published.
    Absent,
    /// Nobody knows.
    Unreachable,
}

impl Status {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Same, Self::Differs, Self::Absent, Self::Unreachable];

    /// The name in logs and metrics.
    pub fn id(self) -> &'static str {
        self.into()
    }
}

impl Publication {
    /// Compares what was found with the settings of the domain's group.
    pub fn new(domain: Domain, group: &Group, observations: Vec<Observation>) -> Self {
        let sources = observations.into_iter();
        let sources = sources.map(|observation| SourceComparison::new(&domain, group, observation));
        let sources: Vec<_> = sources.collect();
        Self {
            told: Told::all(group, &sources),
            sources,
            domain,
        }
    }

    /// The domain as a whole: it differs where any place does, and nobody knows where none could be asked.
    pub fn status(&self) -> Status {
        let any = |status| self.sources.iter().any(|source| source.status == status);
        match () {
            () if any(Status::Differs) => Status::Differs,
            () if any(Status::Same) => Status::Same,
            () if any(Status::Absent) => Status::Absent,
            () => Status::Unreachable,
        }
    }

    /// The programs that lead their users astray, or leave them alone with what should have worked.
    pub fn misled(&self) -> impl Iterator<Item = &Told> {
        self.told.iter().filter(|told| told.is_misled())
    }

    /// Whether Thunderbird, given an address of the domain, was seen to be offered what the record has, IMAP first
    /// where there is IMAP.
    pub fn thunderbird_finds_ours(&self) -> bool {
        let mut told = self.told.iter();
        let told = told.find(|told| told.program == Program::Thunderbird);
        told.is_some_and(|told| {
            let offers = matches!(told.verdict, Verdict::Offers(_));
            // Over Autodiscover it asks an address for which nobody here has asked.
            offers && !told.is_misled() && told.source != Source::Autodiscover
        })
    }
}

impl SourceComparison {
    fn new(domain: &Domain, group: &Group, observation: Observation) -> Self {
        let Observation { source, answer } = observation;
        let empty = |status, why| Self {
            source,
            status,
            offers: Vec::new(),
            not_offered: Vec::new(),
            broken_services: 0,
            why,
        };
        match answer {
            Answer::Absent => empty(Status::Absent, None),
            Answer::Unreachable(why) => empty(Status::Unreachable, Some(why)),
            Answer::Unreadable(problem) => empty(Status::Differs, Some(problem.to_string())),
            Answer::Found(found) => Self::of_found(domain, group, source, &found),
        }
    }

    fn of_found(domain: &Domain, group: &Group, source: Source, found: &Found) -> Self {
        // In the DNS each protocol has a name of its own, and none comes first.
        let offers = offers(group, domain, found, source != Source::Srv);
        let differs = offers.iter().any(|offer| !offer.differences.is_empty());
        let not_offered: Vec<Protocol> = found
            .not_offered
            .iter()
            .map(|(protocol, _)| *protocol)
            .collect();
        let nothing = offers.is_empty() && not_offered.is_empty() && found.broken_services == 0;
        let status = match () {
            () if nothing => Status::Absent,
            () if differs || found.broken_services > 0 => Status::Differs,
            () => Status::Same,
        };
        Self {
            source,
            status,
            offers,
            not_offered,
            broken_services: found.broken_services,
            why: None,
        }
    }

    /// Whether there is nothing in it that a program could read.
    pub fn is_empty(&self) -> bool {
        self.offers.is_empty() && self.not_offered.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::published::testing::{DOMAIN, group, observed};

    fn publication(published: &str) -> Publication {
        let published = published
            .replace("IMAP", "imap mail.example.net 993 tls full")
            .replace("POP", "pop3 pop.example.net 995 tls full")
            .replace("SMTP", "smtp smtp.example.net 587 starttls full");
        Publication::new(DOMAIN.parse().unwrap(), &group(), observed(&published))
    }

    #[test]
    fn a_domain_stands_as_the_places_do_that_say_something() {
        for (published, expected) in [
            ("", Status::Unreachable),
            ("autoconfig: ?\nispdb: ?", Status::Unreachable),
            ("autoconfig: ?\nispdb: -", Status::Absent),
            ("autoconfig: ?\nispdb: IMAP, SMTP", Status::Same),
            (
                "autoconfig: IMAP, SMTP\nispdb: POP, IMAP, SMTP",
                Status::Differs,
            ),
            ("autoconfig: garbage", Status::Differs),
            ("autoconfig: IMAP, SMTP, broken", Status::Differs),
            ("srv: POP, IMAP, SMTP", Status::Same),
            // An Autodiscover that knows Exchange only says nothing of mail.
            ("autodiscover:", Status::Absent),
        ] {
            assert_eq!(publication(published).status(), expected, "{published}");
        }
    }

    #[test]
    fn thunderbird_is_promised_only_what_was_seen() {
        for (published, expected) in [
            ("", false),
            ("autoconfig: IMAP, SMTP", true),
            ("autoconfig: IMAP, SMTP\nispdb: POP, SMTP", true),
            ("ispdb: IMAP, POP, SMTP", true),
            ("ispdb: POP, IMAP, SMTP", false),
            ("autoconfig: ?\nispdb: IMAP, SMTP", false),
            ("autoconfig: IMAP", false),
            (
                "autoconfig: imap mail.example.net 993 tls local-part, SMTP",
                false,
            ),
            ("autodiscover: IMAP, SMTP", false),
            ("srv: IMAP, SMTP", false),
        ] {
            let ours = publication(published).thunderbird_finds_ours();
            assert_eq!(ours, expected, "{published}");
        }
    }
}
