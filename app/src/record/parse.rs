//! From the tables of a file to the record: what no table can check alone.

use std::collections::HashSet;
use std::fmt::Display;
use std::hash::Hash;
use std::sync::Arc;

use probe::{Endpoint, PrivateNetwork, PrivateNetworkError};
use toml::Spanned;

use super::error::{Fault, RecordError};
use super::file::{
    ChangeTable, GroupTable, HoursTable, LimitTable, LinkTable, PhoneTable, RecordTable,
    ServiceTable, SourceTable, SupportTable, WrongTable,
};
use super::model::{
    Change, Group, Hours, Limit, Link, Links, Phone, Record, Role, Service, SignIn, Source,
    Support, UserName, Wrong, WrongValue,
};
use super::values::Id;
use crate::address::{Domain, DomainError};

/// Reads a provider record. `file_name` is for the error only.
///
/// The first fault ends the reading, and the error says where it is and what is expected there.
pub fn parse(text: &str, file_name: &str) -> Result<Record, RecordError> {
    Ok(parse_with_places(text, file_name)?.0)
}

/// Where a record has what may not fit to other records, or to how the program was started: bytes of the
/// text.
pub(super) struct Places {
    pub(super) id: usize,
    /// One for each domain, in the order of the file.
    pub(super) domains: Vec<usize>,
    /// The first one, if there is any.
    pub(super) connect_to: Option<usize>,
}

pub(super) fn parse_with_places(
    text: &str,
    file_name: &str,
) -> Result<(Record, Places), RecordError> {
    let read = || {
        let table = toml::from_str(text)?;
        let places = Places::of(&table);
        Ok((record(table)?, places))
    };
    read().map_err(|fault: Fault| fault.in_file(text, file_name))
}

impl Places {
    fn of(table: &RecordTable) -> Self {
        let groups = table.group.get_ref();
        let domains = groups.iter().flat_map(|group| group.domains.get_ref());
        let services = groups.iter().flat_map(|group| group.service.get_ref());
        let mut elsewhere = services.filter_map(|service| service.connect_to.as_ref());
        Self {
            id: table.id.span().start,
            domains: domains.map(|domain| domain.span().start).collect(),
            connect_to: elsewhere.next().map(|socket| socket.span().start),
        }
    }
}

fn record(table: RecordTable) -> Result<Record, Fault> {
    let sources = Sources::new(table.source)?;
    let networks = table.private_networks.iter();
    let networks = all(networks.collect(), |text| {
        Ok((text, private_network(text)?))
    })?;
    once("private network", "file", networks.into_iter())?;
    let limits = table
        .limit
        .iter()
        .map(|limit| (&limit.id, limit.id.get_ref()));
    once("limit", "file", limits)?;
    let groups = table.group.get_ref();
    not_empty(&table.group, "[[group]]")?;
    once(
        "group id",
        "file",
        groups.iter().map(|group| (&group.id, group.id.get_ref())),
    )?;
    for group in groups {
        not_empty(&group.domains, "domain")?;
        not_empty(&group.service, "[[group.service]]")?;
    }
    let domains = groups.iter().flat_map(|group| group.domains.get_ref());
    let domains = all(domains.collect(), |text| Ok((text, domain(text)?)))?;
    once("domain", "file", domains.into_iter())?;
    let services = groups.iter().flat_map(|group| group.service.get_ref());
    once(
        "service id",
        "file",
        services.map(|service| (&service.id, service.id.get_ref())),
    )?;
    Ok(Record {
        id: table.id.into_inner(),
        name: table.name.0,
        private_networks: all(table.private_networks, |text| private_network(&text))?,
        links: Links {
            password_reset: sources.link(table.links.password_reset)?,
            password_change: sources.link(table.links.password_change)?,
            support: sources.link(table.links.support)?,
            webmail: sources.link(table.links.webmail)?,
        },
        support: sources.support(table.support)?,
        limits: all(table.limit, |limit| sources.limit(limit))?,
        changes: all(table.change, |change| sources.change(change))?,
        groups: all(table.group.into_inner(), |group| {
            sources.group(group).map(Arc::new)
        })?,
        sources: sources.0,
    })
}

/// The sources of the record. Every other table refers to one, so the tables are read with them at hand.
struct Sources(Vec<Arc<Source>>);

impl Sources {
    fn new(tables: Spanned<Vec<SourceTable>>) -> Result<Self, Fault> {
        not_empty(&tables, "[[source]]")?;
        let tables = tables.into_inner();
        once(
            "source id",
            "file",
            tables.iter().map(|table| (&table.id, table.id.get_ref())),
        )?;
        let source = |SourceTable {
                          id,
                          title,
                          url,
                          read,
                      }| {
            Arc::new(Source {
                id: Spanned::into_inner(id),
                title,
                url,
                read,
            })
        };
        Ok(Self(tables.into_iter().map(source).collect()))
    }

    fn find(&self, id: &Spanned<Id>) -> Result<Arc<Source>, Fault> {
        let ids = self.0.iter().map(|source| &source.id);
        let found = self.0.iter().find(|source| &source.id == id.get_ref());
        found.cloned().ok_or_else(|| unknown("source", id, ids))
    }

    fn link(&self, table: Option<LinkTable>) -> Result<Option<Link>, Fault> {
        let Some(LinkTable { url, source }) = table else {
            return Ok(None);
        };
        Ok(Some(Link {
            url,
            source: self.find(&source)?,
        }))
    }

    fn support(&self, table: SupportTable) -> Result<Support, Fault> {
        let phone = |PhoneTable { number, source }| {
            let source = self.find(&source)?;
            Ok::<_, Fault>(Phone { number, source })
        };
        let hours = |HoursTable { text, source }| {
            let source = self.find(&source)?;
            Ok::<_, Fault>(Hours { text, source })
        };
        Ok(Support {
            phone: table.phone.map(phone).transpose()?,
            chat: self.link(table.chat)?,
            hours: table.hours.map(hours).transpose()?,
        })
    }

    fn limit(&self, table: LimitTable) -> Result<Limit, Fault> {
        let source = self.find(&table.source)?;
        Ok(Limit {
            kind: table.id.into_inner(),
            megabytes: table.megabytes.0,
            source,
        })
    }

    fn change(&self, table: ChangeTable) -> Result<Change, Fault> {
        Ok(Change {
            what: table.what,
            source: self.find(&table.source)?,
        })
    }

    fn group(&self, table: GroupTable) -> Result<Group, Fault> {
        let services = table.service.get_ref().iter();
        let recommended = services.filter(|one| *one.role.get_ref() == Role::Recommended);
        let recommended = recommended.map(|service| (&service.role, service.protocol));
        once("recommended service for", "group", recommended)?;
        let services = all(table.service.into_inner(), |service| self.service(service))?;
        Ok(Group {
            id: table.id.into_inner(),
            name: table.name,
            domains: all(table.domains.into_inner(), |text| domain(&text))?,
            user_name: UserName {
                form: table.user_name.form,
                source: self.find(&table.user_name.source)?,
            },
            sign_in: SignIn {
                method: table.sign_in.method,
                source: self.find(&table.sign_in.source)?,
            },
            note: table.note,
            wrong: all(table.wrong, |wrong| self.wrong(wrong, &services))?,
            services,
        })
    }

    fn service(&self, table: ServiceTable) -> Result<Service, Fault> {
        Ok(Service {
            endpoint: Endpoint {
                id: table.id.get_ref().to_string(),
                protocol: table.protocol,
                host: table.host,
                port: table.port.0,
                security: table.security,
            },
            role: table.role.into_inner(),
            source: self.find(&table.source)?,
            note: table.note,
            send_proxy: table.send_proxy,
            connect_to: table.connect_to.map(|socket| socket.into_inner().0),
        })
    }

    fn wrong(&self, table: Spanned<WrongTable>, services: &[Service]) -> Result<WrongValue, Fault> {
        let wrong = match table.get_ref() {
            WrongTable {
                host: Some(host),
                port: None,
                protocol: None,
                ..
            } => Wrong::Host(host.clone()),
            WrongTable {
                host: None,
                port: Some(port),
                protocol: Some(protocol),
                ..
            } => Wrong::Port {
                protocol: *protocol,
                port: port.0,
            },
            _ => {
                return Err(Fault::at(
                    &table,
                    "expected either host, or port and protocol",
                ));
            }
        };
        if services
            .iter()
            .any(|service| contradicts(&wrong, &service.endpoint))
        {
            let message = "this value is right for a service of the group, expected a wrong one";
            return Err(Fault::at(&table, message));
        }
        let WrongTable {
            instead,
            why,
            source,
            ..
        } = table.into_inner();
        let meant = services
            .iter()
            .find(|one| one.endpoint.id == instead.get_ref().as_str());
        let ids = services.iter().map(|service| &service.endpoint.id);
        let meant = meant
            .cloned()
            .ok_or_else(|| unknown("service", &instead, ids))?;
        Ok(WrongValue {
            wrong,
            instead: meant,
            why,
            source: self.find(&source)?,
        })
    }
}

fn domain(text: &Spanned<String>) -> Result<Domain, Fault> {
    text.get_ref()
        .parse()
        .map_err(|error: DomainError| Fault::at(text, error.to_string()))
}

fn private_network(text: &Spanned<String>) -> Result<PrivateNetwork, Fault> {
    text.get_ref()
        .parse()
        .map_err(|error: PrivateNetworkError| Fault::at(text, error.to_string()))
}

/// Whether a value said to be wrong is one that the endpoint has.
fn contradicts(wrong: &Wrong, endpoint: &Endpoint) -> bool {
    match wrong {
        Wrong::Host(host) => *host == endpoint.host,
        Wrong::Port { protocol, port } => (*protocol, *port) == (endpoint.protocol, endpoint.port),
    }
}

fn all<T, U>(items: Vec<T>, read: impl Fn(T) -> Result<U, Fault>) -> Result<Vec<U>, Fault> {
    items.into_iter().map(read).collect()
}

/// Checks that no two values are the same; the fault names the second.
fn once<'a, T: 'a, K: Display + Eq + Hash>(
    what: &str,
    within: &str,
    values: impl Iterator<Item = (&'a Spanned<T>, K)>,
) -> Result<(), Fault> {
    let mut seen = HashSet::new();
    for (place, value) in values {
        if seen.contains(&value) {
            let message = format!("{what} `{value}` stands twice, expected once in a {within}");
            return Err(Fault::at(place, message));
        }
        seen.insert(value);
    }
    Ok(())
}

fn not_empty<T>(list: &Spanned<Vec<T>>, what: &str) -> Result<(), Fault> {
    if list.get_ref().is_empty() {
        return Err(Fault::at(
            list,
            format!("the list is empty, expected at least one {what}"),
        ));
    }
    Ok(())
}

fn unknown<K: Display>(what: &str, id: &Spanned<Id>, known: impl Iterator<Item = K>) -> Fault {
    let known: Vec<_> = known.map(|id| format!("`{id}`")).collect();
    Fault::at(
        id,
        format!(
            "unknown {what} `{}`, expected one of {}",
            id.get_ref(),
            known.join(", ")
        ),
    )
}
