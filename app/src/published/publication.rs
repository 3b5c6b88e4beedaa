//! All that is published for one domain, compared with its record.

use super::comparison::{SourceComparison, Status};
use super::program::{Program, Told, Verdict};
use super::source::{Observation, Source};
use crate::address::Domain;
use crate::record::Group;

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::published::testing::{DOMAIN, group, observed};

    fn publication(published: &str) -> Publication {
        let published = published
            .replace("IMAP", "imap mail.example.net 993 tls full password")
            .replace("POP", "pop3 pop.example.net 995 tls full password")
            .replace("SMTP", "smtp smtp.example.net 587 starttls full password");
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
