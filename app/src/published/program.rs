//! Which place each mail program believes, and what it takes of it.
//!
//! What is said here of a program was read in its own source code or documentation; nothing is said of a program of
//! which nobody knows in which order it asks.

use probe::{Protocol, Security};
use strum::{EnumIter, IntoEnumIterator, IntoStaticStr};

use super::comparison::{SourceComparison, Status};
use super::offer::Offer;
use super::source::Source;
use crate::record::Group;
use crate::setup::order::best;

/// A mail program that looks for its settings by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, EnumIter, IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Program {
    /// Thunderbird on a computer: the provider's autoconfig, Thunderbird's list, both for the domain of the MX,
    /// Autodiscover. It preselects the first server that is listed (`FetchConfig`, `readFromXML`).
    Thunderbird,
    /// Thunderbird for Android and K-9 Mail: the same without Autodiscover. They take IMAP only, need SMTP beside it,
    /// and refuse the whole file for one server that they cannot read or that has no encryption
    /// (`RealAutoconfigParser`).
    ThunderbirdAndroid,
    /// Geary: autoconfig, then Thunderbird's list. It reads the first server only, which must be IMAP
    /// (`AutoConfig`).
    Geary,
    /// Outlook for Windows up to 2019. Newer ones ask Autodiscover for Exchange only.
    Outlook,
    /// Programs that ask the DNS for SRV records (RFC 6186 §3).
    Dns,
}

/// What a program is told when it is given an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The program.
    pub program: Program,
    /// The place that it believes.
    pub source: Source,
    /// What it makes of it.
    pub verdict: Verdict,
}

/// What a program makes of the place that it believes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It offers these to its user, one for each direction or protocol.
    Offers(Vec<Offer>),
    /// It cannot use what is there, and asks its user for everything.
    CannotUse(Unreadable),
}

/// Why a program cannot use what is published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Unreadable {
    /// It reads the first server only, and that is POP.
    PopIsFirst,
    /// It needs IMAP, and there is none.
    NoImap,
    /// It needs a server for receiving, and there is none.
    NoReceiving,
    /// It needs a server for sending, and there is none.
    NoSending,
    /// One server in the file is without encryption or cannot be read, so it refuses the whole file.
    RefusesFile,
    /// The records say that what the provider documents is not offered.
    NotOffered,
}

impl Program {
    /// The name in logs and in `content/`.
    pub fn id(self) -> &'static str {
        self.into()
    }

    /// The places in which it looks, the first that has something counts.
    fn places(self) -> &'static [Source] {
        use Source::{
            Autoconfig, Autodiscover, Ispdb, MxAutoconfig, MxIspdb, PlainAutoconfig, Srv, WellKnown,
        };
        match self {
            Self::Thunderbird => &[
                Autoconfig,
                WellKnown,
                PlainAutoconfig,
                Ispdb,
                MxAutoconfig,
                MxIspdb,
                Autodiscover,
            ],
            Self::ThunderbirdAndroid => &[
                Autoconfig,
                WellKnown,
                PlainAutoconfig,
                Ispdb,
                MxAutoconfig,
                MxIspdb,
            ],
            Self::Geary => &[Autoconfig, PlainAutoconfig, Ispdb],
            Self::Outlook => &[Autodiscover],
            Self::Dns => &[Srv],
        }
    }

    /// What it takes of a place in which there is something.
    fn reads(self, group: &Group, comparison: &SourceComparison) -> Verdict {
        let offers = &comparison.offers;
        let of = |wanted| first(offers, |protocol| protocol == wanted);
        let incoming = first(offers, |protocol| protocol != Protocol::Smtp);
        let sends = of(Protocol::Smtp);
        let taken = match self {
            Self::Thunderbird | Self::Outlook => {
                both(incoming.ok_or(Unreadable::NoReceiving), sends)
            }
            Self::ThunderbirdAndroid
                if comparison.broken_services > 0 || offers.iter().any(makes_refuse) =>
            {
                Err(Unreadable::RefusesFile)
            }
            Self::ThunderbirdAndroid => both(of(Protocol::Imap).ok_or(Unreadable::NoImap), sends),
            Self::Geary => {
                let first = incoming.ok_or(Unreadable::NoReceiving);
                let is_imap = |first: &&Offer| first.service.protocol == Protocol::Imap;
                let first = first
                    .and_then(|first| Some(first).filter(is_imap).ok_or(Unreadable::PopIsFirst));
                both(first, sends)
            }
            // Its user has chosen a protocol, so each has an offer of its own.
            Self::Dns => {
                let refused = PROTOCOLS.iter().any(|protocol| {
                    best(group, *protocol).is_some()
                        && of(*protocol).is_none()
                        && comparison.not_offered.contains(protocol)
                });
                match refused {
                    true => Err(Unreadable::NotOffered),
                    false => Ok(PROTOCOLS.into_iter().filter_map(of).collect()),
                }
            }
        };
        match taken {
            Ok(taken) => Verdict::Offers(taken.into_iter().cloned().collect()),
            Err(why) => Verdict::CannotUse(why),
        }
    }
}

const PROTOCOLS: [Protocol; 3] = [Protocol::Imap, Protocol::Pop3, Protocol::Smtp];

/// The first service that is wanted.
fn first(offers: &[Offer], wanted: impl Fn(Protocol) -> bool) -> Option<&Offer> {
    offers.iter().find(|offer| wanted(offer.service.protocol))
}

/// Whether Thunderbird for Android refuses the whole file because of this server. It does not look into those for POP3.
fn makes_refuse(offer: &Offer) -> bool {
    let service = &offer.service;
    service.protocol != Protocol::Pop3
        && (service.security == Security::None
            || service.user_name.is_none()
            || service.sign_in.is_empty())
}

/// A server for each direction.
fn both<'a>(
    reads: Result<&'a Offer, Unreadable>,
    sends: Option<&'a Offer>,
) -> Result<Vec<&'a Offer>, Unreadable> {
    Ok(vec![reads?, sends.ok_or(Unreadable::NoSending)?])
}

impl Told {
    /// What every program is told, as far as that is known. A program that is told nothing is not among them, and
    /// neither is one for which a place that it asks earlier could not be asked.
    pub(super) fn all(group: &Group, sources: &[SourceComparison]) -> Vec<Self> {
        let told = Program::iter().filter_map(|program| Self::of(program, group, sources));
        told.collect()
    }

    fn of(program: Program, group: &Group, sources: &[SourceComparison]) -> Option<Self> {
        // What it cannot use makes a program go on to the next place, so the first such place only counts where
        // no other one has something.
        let mut unusable = None;
        for place in program.places() {
            let Some(comparison) = sources.iter().find(|one| one.source == *place) else {
                continue;
            };
            match comparison.status {
                Status::Unreachable => return None,
                Status::Absent => continue,
                Status::Same | Status::Differs if comparison.is_empty() => continue,
                Status::Same | Status::Differs => {}
            }
            let verdict = program.reads(group, comparison);
            let told = Self {
                program,
                source: *place,
                verdict,
            };
            match told.verdict {
                Verdict::Offers(_) => return Some(told),
                Verdict::CannotUse(_) => unusable = unusable.or(Some(told)),
            }
        }
        unusable
    }

    /// Whether the program leads its user astray, or leaves them alone with what should have worked.
    pub fn is_misled(&self) -> bool {
        match &self.verdict {
            Verdict::CannotUse(_) => true,
            Verdict::Offers(offers) => offers.iter().any(|offer| !offer.differences.is_empty()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::published::publication::Publication;
    use crate::published::testing::{DOMAIN, group, ids, observed};

    const IMAP: &str = "imap mail.example.net 993 tls full password";
    const POP: &str = "pop3 pop.example.net 995 tls full password";
    const SMTP: &str = "smtp smtp.example.net 587 starttls full password";

    /// Who is told what, as `program source what`; the services that are right are left out.
    fn told(published: &str) -> Vec<String> {
        let published = published
            .replace("IMAP", IMAP)
            .replace("POP", POP)
            .replace("SMTP", SMTP);
        let publication = Publication::new(DOMAIN.parse().unwrap(), &group(), observed(&published));
        let told = publication.told.iter().map(|told| {
            let what = match &told.verdict {
                Verdict::CannotUse(why) => <&str>::from(why).to_owned(),
                Verdict::Offers(offers) => {
                    let wrong = offers.iter().filter(|offer| !offer.differences.is_empty());
                    let wrong: Vec<_> = wrong
                        .map(|offer| {
                            let port = offer.service.port;
                            format!("{port} {}", ids(&offer.differences))
                        })
                        .collect();
                    match wrong.is_empty() {
                        true => "right".to_owned(),
                        false => wrong.join(", "),
                    }
                }
            };
            assert_eq!(told.is_misled(), what != "right");
            format!("{} {} {what}", told.program.id(), told.source.id())
        });
        told.collect()
    }

    #[test]
    fn every_program_takes_the_first_place_that_it_understands() {
        for (published, expected) in [
            ("", &[][..]),
            ("autoconfig: -\nispdb: -\nsrv: -", &[]),
            (
                "autoconfig: IMAP, POP, SMTP",
                &[
                    "thunderbird autoconfig right",
                    "thunderbird-android autoconfig right",
                    "geary autoconfig right",
                ],
            ),
            // The provider's own file stands before the list.
            (
                "autoconfig: IMAP, SMTP\nispdb: POP, SMTP",
                &[
                    "thunderbird autoconfig right",
                    "thunderbird-android autoconfig right",
                    "geary autoconfig right",
                ],
            ),
            (
                "autoconfig: -\nispdb: POP, IMAP, SMTP",
                &[
                    "thunderbird ispdb 995 pop-first",
                    "thunderbird-android ispdb right",
                    "geary ispdb pop-is-first",
                ],
            ),
            // Geary does not look into the well-known place.
            (
                "well-known: IMAP, SMTP",
                &[
                    "thunderbird well-known right",
                    "thunderbird-android well-known right",
                ],
            ),
            // The list has no IMAP, so Thunderbird for Android has nothing.
            (
                "ispdb: pop3 pop.old.example 995 tls, smtp smtp.old.example 587 starttls full password",
                &[
                    "thunderbird ispdb 995 host pop-first, 587 host",
                    "thunderbird-android ispdb no-imap",
                    "geary ispdb pop-is-first",
                ],
            ),
            // What one program cannot use it passes by.
            (
                "autoconfig: POP, SMTP\nispdb: IMAP, SMTP",
                &[
                    "thunderbird autoconfig 995 pop-first",
                    "thunderbird-android ispdb right",
                    "geary ispdb right",
                ],
            ),
            (
                "autoconfig: IMAP, SMTP, imap mail.example.net 143 none",
                &[
                    "thunderbird autoconfig right",
                    "thunderbird-android autoconfig refuses-file",
                    "geary autoconfig right",
                ],
            ),
            // Thunderbird for Android looks neither into a server for POP nor at what is said of it.
            (
                "autoconfig: IMAP, SMTP, pop3 pop.example.net 110 none",
                &[
                    "thunderbird autoconfig right",
                    "thunderbird-android autoconfig right",
                    "geary autoconfig right",
                ],
            ),
            // It wants a user name and a way to sign in.
            (
                "autoconfig: imap mail.example.net 993 tls, SMTP",
                &[
                    "thunderbird autoconfig right",
                    "thunderbird-android autoconfig refuses-file",
                    "geary autoconfig right",
                ],
            ),
            (
                "autoconfig: IMAP, SMTP, broken",
                &[
                    "thunderbird autoconfig right",
                    "thunderbird-android autoconfig refuses-file",
                    "geary autoconfig right",
                ],
            ),
            (
                "autoconfig: IMAP",
                &[
                    "thunderbird autoconfig no-sending",
                    "thunderbird-android autoconfig no-sending",
                    "geary autoconfig no-sending",
                ],
            ),
            // What cannot be read at all is passed by, and is not silence.
            (
                "autoconfig: garbage\nmx-ispdb: IMAP, SMTP",
                &[
                    "thunderbird mx-ispdb right",
                    "thunderbird-android mx-ispdb right",
                ],
            ),
            // Whoever asks a place first that could not be asked here is told nobody knows what.
            (
                "autoconfig: ?\nispdb: POP, SMTP\nautodiscover: POP, SMTP",
                &["outlook autodiscover 995 pop-first"],
            ),
            (
                "autodiscover: IMAP, SMTP",
                &[
                    "thunderbird autodiscover right",
                    "outlook autodiscover right",
                ],
            ),
            (
                "autodiscover: imap mail.example.net 993 tls full none, SMTP",
                &[
                    "thunderbird autodiscover 993 sign-in",
                    "outlook autodiscover 993 sign-in",
                ],
            ),
            ("srv: IMAP, SMTP", &["dns srv right"]),
            ("srv: POP, IMAP", &["dns srv right"]),
            (
                "srv: IMAP, !smtp smtp.example.net 465 starttls",
                &["dns srv 465 security"],
            ),
            // A program that knows the right record does not look at the wrong one.
            (
                "srv: smtp smtp.example.net 465 tls, !smtp smtp.example.net 465 starttls",
                &["dns srv right"],
            ),
        ] {
            assert_eq!(told(published), expected, "{published}");
        }
    }

    #[test]
    fn what_is_said_not_to_be_offered_is_missed() {
        use super::super::source::{Answer, Observation};
        for (services, expected) in [("", true), (IMAP, false)] {
            let mut found = crate::published::testing::found(services);
            found.not_offered = vec![(Protocol::Imap, Security::Tls)];
            let observation = Observation {
                source: Source::Srv,
                answer: Answer::Found(found),
            };
            let domain = DOMAIN.parse().unwrap();
            let publication = Publication::new(domain, &group(), vec![observation]);
            let misled = publication.misled().next();
            let verdict = misled.map(|told| &told.verdict);
            let not_offered = Verdict::CannotUse(Unreadable::NotOffered);
            assert_eq!(verdict == Some(&not_offered), expected, "{services}");
        }
    }
}
