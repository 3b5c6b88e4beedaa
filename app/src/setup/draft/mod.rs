//! From the settings that were found to a record in which every value names its source.
//!
//! A draft never guesses in silence. The first source that knows a protocol decides; what other sources say
//! about it, what was left out, and what no source says stand as comments beside the values. A service without
//! encryption is never a service of a record.
//!
//! | module | idea |
//! |---|---|
//! | `services` | which services of which source are taken, and why the others are not |
//! | `toml_text` | a draft as the text of a record |

mod services;
#[cfg(test)]
mod tests;
mod toml_text;

use probe::{Endpoint, Protocol};
use time::Date;

use self::services::{Choice, choose};
use super::read::{Found, FoundHost, Problem};
use crate::address::Domain;
use crate::record::{HttpsUrl, Id, Role, SignInMethod, UserNameForm};

pub use toml_text::to_toml;

/// The settings of one source.
#[derive(Clone, Debug)]
pub struct Reading {
    /// Where they come from.
    pub origin: Origin,
    /// What was found there.
    pub found: Found,
}

/// A source, as the record names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The id within the record.
    pub id: Id,
    /// What it is, in words for customers.
    pub title: String,
    /// Where it stands.
    pub url: HttpsUrl,
    /// The day on which it was read.
    pub read: Date,
    /// What whoever edits the record must know of it.
    pub remarks: Vec<String>,
}

/// A record before it is written.
#[derive(Clone, Debug)]
pub struct Draft {
    id: String,
    name: String,
    name_remarks: Vec<String>,
    origins: Vec<Origin>,
    webmail: Option<Sourced<HttpsUrl>>,
    /// Pages that the sources name, and that have no place in a record.
    pages: Vec<String>,
    groups: Vec<DraftGroup>,
}

/// A value with its source and what else there is to say of it.
#[derive(Clone, Debug)]
struct Sourced<T> {
    value: T,
    source: Id,
    remarks: Vec<String>,
}

#[derive(Clone, Debug)]
struct DraftGroup {
    id: String,
    name: String,
    domains: Vec<Domain>,
    user_name: Sourced<UserNameForm>,
    sign_in: Sourced<SignInMethod>,
    services: Vec<DraftService>,
    /// What is not in the record, and why.
    remarks: Vec<String>,
}

#[derive(Clone, Debug)]
struct DraftService {
    endpoint: Endpoint,
    role: Role,
    source: Id,
    remarks: Vec<String>,
}

impl Draft {
    /// Every service of the record, in its order.
    pub fn endpoints(&self) -> impl Iterator<Item = &Endpoint> {
        let services = self.groups.iter().flat_map(|group| &group.services);
        services.map(|service| &service.endpoint)
    }
}

/// Drafts a record from sources, of which the first that knows something decides. `asked` are the domains whose
/// record it is to be; a source that lists one of them adds its others, and where none is asked for the first
/// source that lists any has them.
///
/// # Errors
///
/// Where no domain is known, or no service can be in a record. The line is one of the first source.
pub fn draft(asked: &[Domain], readings: &[Reading]) -> Result<Draft, Problem> {
    let domains = domains(asked, readings);
    let Some(first) = domains.first() else {
        let message =
            "no domain of mail addresses, expected one in the file or on the command line";
        return Err(Problem::at(1, message));
    };
    let choice = choose(readings)?;
    let (name, name_remarks) = name(first, readings);
    let mut draft = Draft {
        id: slug(first.as_str()),
        name_remarks,
        origins: readings
            .iter()
            .map(|reading| reading.origin.clone())
            .collect(),
        webmail: None,
        pages: Vec::new(),
        groups: groups(&name, &domains, &choice)?,
        name,
    };
    for Reading { origin, found } in readings {
        for page in &found.documentation {
            let title = page.title.as_deref().unwrap_or("without a title");
            draft
                .pages
                .push(format!("{} ({title}; from {})", page.url, origin.id));
        }
        let Some(page) = &found.webmail else {
            continue;
        };
        match (page.url.parse::<HttpsUrl>(), &draft.webmail) {
            (Ok(value), None) => {
                draft.webmail = Some(Sourced {
                    value,
                    source: origin.id.clone(),
                    remarks: Vec::new(),
                });
            }
            (Ok(value), Some(taken)) if taken.value == value => {}
            _ => draft
                .pages
                .push(format!("{} (webmail; from {})", page.url, origin.id)),
        }
    }
    Ok(draft)
}

fn domains(asked: &[Domain], readings: &[Reading]) -> Vec<Domain> {
    let mut lists = readings.iter().map(|reading| &reading.found.domains);
    let listed = match asked {
        [] => lists.find(|list| !list.is_empty()),
        _ => lists.find(|list| list.iter().any(|domain| asked.contains(domain))),
    };
    let mut domains = asked.to_vec();
    for domain in listed.into_iter().flatten() {
        if !domains.contains(domain) {
            domains.push(domain.clone());
        }
    }
    domains
}

fn name(domain: &Domain, readings: &[Reading]) -> (String, Vec<String>) {
    let names = readings.iter();
    let mut names =
        names.filter_map(|reading| Some((reading.found.name.as_ref()?, &reading.origin)));
    let Some((name, origin)) = names.next() else {
        let remark = "No source has a name for the provider: write the one that customers know.";
        return (domain.to_string(), vec![remark.to_owned()]);
    };
    let others = names.filter(|(other, _)| *other != name);
    let others = others.map(|(other, from)| {
        format!(
            "{} has the name {other:?}; {} has this one.",
            from.id, origin.id
        )
    });
    (name.clone(), others.collect())
}

/// One group, or one for each domain where the names of servers depend on it.
fn groups(name: &str, domains: &[Domain], choice: &Choice<'_>) -> Result<Vec<DraftGroup>, Problem> {
    let mut ids = Unique::default();
    let by_domain =
        |service: &services::Chosen<'_>| matches!(service.service.host, FoundHost::OfDomain(_));
    let shares: Vec<&[Domain]> = match choice.services.iter().any(by_domain) {
        true => domains.chunks(1).collect(),
        false => vec![domains],
    };
    let several = shares.len() > 1;
    let mut groups = Vec::new();
    for domains in shares {
        let first = &domains[0];
        let mut services = Vec::new();
        for chosen in &choice.services {
            let Some(host) = chosen.service.host.of(first) else {
                let message = format!(
                    "{} for {first} is longer than a host name may be",
                    chosen.service.host
                );
                return Err(Problem::at(chosen.service.line, message));
            };
            let protocol = chosen.service.protocol;
            services.push(DraftService {
                endpoint: Endpoint {
                    id: ids.next(&protocol.to_string()),
                    protocol,
                    host,
                    port: chosen.service.port,
                    security: chosen.service.security,
                },
                role: role(protocol, &services),
                source: chosen.source.clone(),
                remarks: chosen.remarks.clone(),
            });
        }
        // POP stands beside IMAP where there is both.
        if services
            .iter()
            .any(|service| service.endpoint.protocol == Protocol::Imap)
        {
            let pop = services
                .iter_mut()
                .filter(|service| service.endpoint.protocol == Protocol::Pop3);
            pop.for_each(|service| service.role = Role::Other);
        }
        groups.push(DraftGroup {
            id: slug(first.as_str()),
            name: match several {
                true => format!("{first} addresses"),
                false => format!("{name} addresses"),
            },
            domains: domains.to_vec(),
            user_name: choice.user_name.clone(),
            sign_in: choice.sign_in.clone(),
            services,
            remarks: choice.left_out.clone(),
        });
    }
    Ok(groups)
}

/// The first service of a protocol is what the source prefers.
fn role(protocol: Protocol, before: &[DraftService]) -> Role {
    match before
        .iter()
        .any(|service| service.endpoint.protocol == protocol)
    {
        true => Role::Other,
        false => Role::Recommended,
    }
}

/// An id from a domain.
fn slug(domain: &str) -> String {
    let text = domain.replace('.', "-");
    let text = match text.starts_with(|letter: char| letter.is_ascii_lowercase()) {
        true => text,
        false => format!("mail-{text}"),
    };
    let text: String = text.chars().take(36).collect();
    text.trim_end_matches('-').to_owned()
}

/// Ids that stand once in a file.
#[derive(Default)]
struct Unique(Vec<String>);

impl Unique {
    fn next(&mut self, wanted: &str) -> String {
        let numbered = (2..).map(|number| format!("{wanted}-{number}"));
        let mut candidates = [wanted.to_owned()].into_iter().chain(numbered);
        let free = candidates.find(|id| !self.0.contains(id));
        let id = free.unwrap_or_else(|| wanted.to_owned());
        self.0.push(id.clone());
        id
    }
}
