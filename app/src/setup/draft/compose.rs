//! From what the sources have to the record.

use std::collections::{HashMap, HashSet};

use probe::{Endpoint, Protocol};

use super::model::{Draft, DraftGroup, DraftService, Reading, Sourced};
use super::services::{Choice, Chosen, choose};
use crate::address::Domain;
use crate::record::{HttpsUrl, Role};
use crate::setup::read::{FoundHost, Problem};

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
    let mut group_ids = Unique::default();
    let by_domain = |service: &Chosen<'_>| matches!(service.service.host, FoundHost::OfDomain(_));
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
            id: group_ids.next(&slug(first.as_str())),
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
struct Unique {
    taken: HashSet<String>,
    /// The number to try next for an id that is taken. A hostile file may want the same one thousands of times.
    next: HashMap<String, usize>,
}

impl Unique {
    fn next(&mut self, wanted: &str) -> String {
        if self.taken.insert(wanted.to_owned()) {
            return wanted.to_owned();
        }
        let number = self.next.entry(wanted.to_owned()).or_insert(2);
        loop {
            let id = format!("{wanted}-{number}");
            *number += 1;
            if self.taken.insert(id.clone()) {
                return id;
            }
        }
    }
}
