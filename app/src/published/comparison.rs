//! What is published in one place, compared with the record.

use probe::Protocol;
use strum::IntoStaticStr;

use super::offer::{Offer, offers};
use super::source::{Answer, Observation, Source};
use crate::address::Domain;
use crate::record::Group;
use crate::setup::read::Found;

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

impl SourceComparison {
    /// Compares what was found with the settings of the domain's group.
    pub(super) fn new(domain: &Domain, group: &Group, observation: Observation) -> Self {
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
