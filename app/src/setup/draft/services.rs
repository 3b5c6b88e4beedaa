//! Which services of which source are taken, and why the others are not.

use probe::{Protocol, Security};

use super::model::{Reading, Sourced};
use crate::record::{Id, SignInMethod, UserNameForm};
use crate::setup::read::{FoundService, FoundSignIn, FoundUserName, Problem, Severity};

/// What a record has of the sources.
pub(super) struct Choice<'a> {
    pub(super) services: Vec<Chosen<'a>>,
    pub(super) user_name: Sourced<UserNameForm>,
    pub(super) sign_in: Sourced<SignInMethod>,
    /// A sentence for each service that is not taken.
    pub(super) left_out: Vec<String>,
}

/// A service that is taken.
pub(super) struct Chosen<'a> {
    pub(super) service: &'a FoundService,
    pub(super) source: Id,
    pub(super) remarks: Vec<String>,
}

/// A service with its source, in the order in which sources are believed.
#[derive(Clone, Copy)]
struct Candidate<'a> {
    service: &'a FoundService,
    source: &'a Id,
}

/// Takes the services of each protocol from the first source that has one which a record can have.
pub(super) fn choose(readings: &[Reading]) -> Result<Choice<'_>, Problem> {
    let all = readings.iter().flat_map(|reading| {
        let source = &reading.origin.id;
        let services = reading.found.services.iter();
        services.map(move |service| Candidate { service, source })
    });
    let mut left_out = Vec::new();
    let (usable, unusable): (Vec<_>, Vec<_>) = all.partition(|one| unusable(one.service).is_none());
    left_out.extend(unusable.iter().filter_map(|one| {
        let why = unusable_text(one.service)?;
        Some(Left {
            candidate: *one,
            why,
        })
    }));
    let mut taken: Vec<Candidate<'_>> = Vec::new();
    for protocol in [Protocol::Imap, Protocol::Pop3, Protocol::Smtp] {
        let mut of_protocol = usable.iter().filter(|one| one.service.protocol == protocol);
        let Some(first) = of_protocol.clone().next() else {
            continue;
        };
        let own = of_protocol
            .by_ref()
            .filter(|one| one.source == first.source);
        taken.extend(own);
    }
    let method = method(&taken);
    let form = form(&taken);
    let mut chosen: Vec<Chosen<'_>> = Vec::new();
    for one in taken {
        let refused = refused(one.service, method, form.as_ref().map(|form| form.value));
        match refused {
            Some(why) => left_out.push(Left {
                candidate: one,
                why,
            }),
            None => {
                let same = chosen
                    .iter_mut()
                    .find(|other| same(other.service, one.service));
                match same {
                    Some(other) => other.remarks.extend(sign_in_remark(one.service, method)),
                    None => chosen.push(Chosen {
                        service: one.service,
                        source: one.source.clone(),
                        remarks: sign_in_remark(one.service, method).into_iter().collect(),
                    }),
                }
            }
        }
    }
    let Some(first) = chosen.first() else {
        return Err(nothing(&left_out, readings));
    };
    let sign_in = Sourced {
        value: method,
        source: first.source.clone(),
        remarks: match chosen.iter().all(|one| one.service.sign_in.is_empty()) {
            true => {
                vec!["No source says how to sign in: a password is assumed, check it.".to_owned()]
            }
            false => Vec::new(),
        },
    };
    let user_name = form.unwrap_or_else(|| Sourced {
        value: UserNameForm::FullAddress,
        source: first.source.clone(),
        remarks: vec![
            "No source says what the user name is. Programs try the full address first (RFC 6186 §4): check it."
                .to_owned(),
        ],
    });
    contradictions(readings, &mut chosen, &usable);
    starttls_first(&mut chosen);
    let left_out = left_out.iter().map(Left::sentence).collect();
    Ok(Choice {
        services: chosen,
        user_name,
        sign_in,
        left_out,
    })
}

/// A service that is not taken.
struct Left<'a> {
    candidate: Candidate<'a>,
    why: String,
}

impl Left<'_> {
    fn sentence(&self) -> String {
        let Candidate { service, source } = self.candidate;
        format!(
            "Left out: {}, from {source}: {}.",
            describe(service),
            self.why
        )
    }
}

/// A service in a comment.
fn describe(service: &FoundService) -> String {
    let FoundService {
        protocol,
        host,
        port,
        ..
    } = service;
    let security = match service.security {
        Security::Tls => "tls",
        Security::Starttls => "starttls",
        Security::None => "no encryption",
    };
    format!("{protocol} {host} port {port} {security}")
}

/// Why no record can have the service, whatever else is in it.
fn unusable(service: &FoundService) -> Option<&'static str> {
    let known = |sign_in: &FoundSignIn| password(sign_in) || *sign_in == FoundSignIn::OAuth2;
    if service.security == Security::None {
        return Some("it is without encryption");
    }
    if !service.sign_in.is_empty() && !service.sign_in.iter().any(known) {
        return Some("a record has no word for how to sign in");
    }
    match service.user_name {
        Some(FoundUserName::Other(_)) => Some("a record has no word for its user name"),
        _ => None,
    }
}

fn unusable_text(service: &FoundService) -> Option<String> {
    let why = unusable(service)?;
    let words: Vec<String> = service.sign_in.iter().map(ToString::to_string).collect();
    Some(match (&service.user_name, service.security) {
        (_, Security::None) => why.to_owned(),
        (Some(FoundUserName::Other(name)), _) => format!("{why}, {name}"),
        _ => format!("{why}, {}", words.join(", ")),
    })
}

fn password(sign_in: &FoundSignIn) -> bool {
    matches!(
        sign_in,
        FoundSignIn::Password | FoundSignIn::EncryptedPassword
    )
}

/// Whether the service takes a password, also where its source does not say.
fn takes_password(service: &FoundService) -> bool {
    service.sign_in.is_empty() || service.sign_in.iter().any(password)
}

/// A password where any server for incoming mail takes one: that is what all mail programs can do. Where there is
/// none for incoming mail, those for outgoing mail decide.
fn method(taken: &[Candidate<'_>]) -> SignInMethod {
    let incoming = |one: &&Candidate<'_>| one.service.protocol != Protocol::Smtp;
    let incoming: Vec<_> = taken.iter().filter(incoming).copied().collect();
    let deciding = if incoming.is_empty() {
        taken
    } else {
        &incoming
    };
    match deciding.iter().any(|one| takes_password(one.service)) {
        true => SignInMethod::Password,
        false => SignInMethod::OAuth2,
    }
}

/// What the first service that says it has as its user name.
fn form(taken: &[Candidate<'_>]) -> Option<Sourced<UserNameForm>> {
    taken.iter().find_map(|one| {
        Some(Sourced {
            value: word(one.service.user_name.as_ref()?)?,
            source: one.source.clone(),
            remarks: Vec::new(),
        })
    })
}

fn word(name: &FoundUserName) -> Option<UserNameForm> {
    match name {
        FoundUserName::FullAddress => Some(UserNameForm::FullAddress),
        FoundUserName::LocalPart => Some(UserNameForm::LocalPart),
        FoundUserName::Other(_) => None,
    }
}

/// Why a service does not fit the others of the record.
fn refused(
    service: &FoundService,
    method: SignInMethod,
    form: Option<UserNameForm>,
) -> Option<String> {
    let takes_oauth2 = service.sign_in.is_empty() || service.sign_in.contains(&FoundSignIn::OAuth2);
    match method {
        SignInMethod::Password if !takes_password(service) => {
            return Some("it takes no password, as the others do".to_owned());
        }
        SignInMethod::OAuth2 if !takes_oauth2 => {
            return Some("it takes a password, and the others do not".to_owned());
        }
        _ => {}
    }
    let name = service.user_name.as_ref()?;
    match (word(name), form) {
        (Some(one), Some(other)) if one != other => Some(format!(
            "its user name is {name}, and that of the others is not"
        )),
        _ => None,
    }
}

fn same(one: &FoundService, other: &FoundService) -> bool {
    let key = |service: &FoundService| (service.protocol, service.port, service.security);
    key(one) == key(other) && one.host == other.host
}

/// What the record does not say of the sign-in.
fn sign_in_remark(service: &FoundService, method: SignInMethod) -> Option<String> {
    let ways = &service.sign_in;
    if method == SignInMethod::OAuth2 {
        return None;
    }
    if !ways.contains(&FoundSignIn::Password) && ways.contains(&FoundSignIn::EncryptedPassword) {
        return Some(
            "The source names the encrypted password only (CRAM-MD5 or the like).".to_owned(),
        );
    }
    ways.contains(&FoundSignIn::OAuth2)
        .then(|| "OAuth2 (the provider's own sign-in page) works here too.".to_owned())
}

/// Puts what the other sources say beside the services of each protocol.
fn contradictions(readings: &[Reading], chosen: &mut [Chosen<'_>], usable: &[Candidate<'_>]) {
    for protocol in [Protocol::Imap, Protocol::Pop3, Protocol::Smtp] {
        let taken: Vec<&FoundService> = chosen
            .iter()
            .filter(|one| one.service.protocol == protocol)
            .map(|one| one.service)
            .collect();
        let Some(first) = chosen
            .iter_mut()
            .find(|one| one.service.protocol == protocol)
        else {
            continue;
        };
        let others = usable.iter().filter(|one| one.service.protocol == protocol);
        for other in others.filter(|one| *one.source != first.source) {
            let service = other.service;
            let twin = taken.iter().find(|one| same(one, service));
            let remark = match twin {
                None => format!(
                    "Contradiction: {} has {}; {} does not.",
                    other.source,
                    describe(service),
                    first.source
                ),
                Some(twin) => match difference(twin, service) {
                    Some(difference) => format!(
                        "Contradiction: for {} {} has {}; {} has {}.",
                        describe(service),
                        other.source,
                        difference.1,
                        first.source,
                        difference.0
                    ),
                    None => continue,
                },
            };
            first.remarks.push(remark);
        }
        for reading in readings {
            let offered = |one: &&FoundService| {
                reading
                    .found
                    .not_offered
                    .contains(&(protocol, one.security))
            };
            for service in taken.iter().copied().filter(|one| offered(one)) {
                first.remarks.push(format!(
                    "Contradiction: {} says that {} is not offered; {} has it.",
                    reading.origin.id,
                    describe(service),
                    first.source
                ));
            }
        }
    }
}

/// In what two sources differ that have the same server, as both have it.
fn difference(one: &FoundService, other: &FoundService) -> Option<(String, String)> {
    if let (Some(one), Some(other)) = (&one.user_name, &other.user_name)
        && one != other
    {
        let words = |name: &FoundUserName| format!("{name} as the user name");
        return Some((words(one), words(other)));
    }
    let words = |service: &FoundService| {
        let ways: Vec<String> = service.sign_in.iter().map(ToString::to_string).collect();
        format!("{} for the sign-in", ways.join(" or "))
    };
    let both = !one.sign_in.is_empty() && !other.sign_in.is_empty();
    let common = one.sign_in.iter().any(|way| other.sign_in.contains(way));
    (both && !common).then(|| (words(one), words(other)))
}

/// The order of a source is kept, and said where a newer rule has another one.
fn starttls_first(chosen: &mut [Chosen<'_>]) {
    for protocol in [Protocol::Imap, Protocol::Pop3, Protocol::Smtp] {
        let of = |one: &&Chosen<'_>| one.service.protocol == protocol;
        let tls = chosen
            .iter()
            .filter(of)
            .any(|one| one.service.security == Security::Tls);
        let first = chosen
            .iter_mut()
            .find(|one| one.service.protocol == protocol);
        if let Some(first) = first.filter(|one| tls && one.service.security == Security::Starttls) {
            let remark = "The source has STARTTLS before TLS from the start; RFC 8314 §3 prefers the latter.";
            first.remarks.push(remark.to_owned());
        }
    }
}

/// Why there is no record at all.
fn nothing(left_out: &[Left<'_>], readings: &[Reading]) -> Problem {
    if let Some(first) = left_out.first() {
        let message = format!(
            "no service for a record: {}: {}",
            describe(first.candidate.service),
            first.why
        );
        return Problem::at(first.candidate.service.line, message);
    }
    let problems = readings.iter().flat_map(|reading| &reading.found.problems);
    let mut problems = problems.filter(|problem| problem.severity == Severity::Fault);
    problems
        .next()
        .cloned()
        .unwrap_or_else(|| Problem::at(1, "no IMAP, POP or SMTP server, expected at least one"))
}
