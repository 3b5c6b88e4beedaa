//! Which services are told of together, on a page or in a document for programs, so that each stays small however many
//! there are.
//!
//! There is one rule: where more than [`MAX_WHOLE`] services are told of together, each has a row only, which leads to
//! fewer of them: from all of them to those of a provider, and from there to a single one.

use std::sync::Arc;

use super::tell::{find, services, services_of};
use super::{ServiceKey, Subject};
use crate::record::{Catalogue, Record, Service};

/// So many services are shown with all that is known of them. On a page one of them takes 8 kB, and 17 kB after the worst
/// 90 days, so together they fill less than half of the largest page; and among more pictures nobody finds the own ones.
pub const MAX_WHOLE: usize = 24;

/// So many services have a row. On a page it takes 0.8 kB, and 1.7 kB after the worst 90 days.
pub const MAX_ROWS: usize = 400;

/// Before the name of a scope with a page of its own.
const OF: &str = "/status/of/";

/// Services that are told of together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Those of all records.
    All,
    /// Those of a provider.
    Provider(Arc<Record>),
    /// The one with this id.
    Service(Arc<Record>, String),
}

impl Scope {
    /// The scope with this [name](Self::name), if there is one.
    pub fn named(catalogue: &Catalogue, name: &str) -> Option<Self> {
        let (record, service) = match name.split_once('.') {
            Some((record, service)) => (record, Some(service)),
            None => (name, None),
        };
        let mut records = catalogue.records.iter();
        let record = records.find(|known| known.id.as_str() == record)?.clone();
        Some(match service {
            None => Self::Provider(record),
            Some(id) => {
                let service = services_of(&record).find(|service| service.endpoint.id == id)?;
                let id = service.endpoint.id.clone();
                Self::Service(record, id)
            }
        })
    }

    /// Its name: the id of the record, with that of the service, such as `centurylink` and `centurylink.imap`.
    pub fn name(&self) -> String {
        match self {
            Self::All => String::new(),
            Self::Provider(record) => record.id.to_string(),
            Self::Service(record, service) => format!("{}.{service}", record.id),
        }
    }

    /// The path of its page.
    pub fn path(&self) -> String {
        match self {
            Self::All => "/status".to_owned(),
            _ => format!("{OF}{}", self.name()),
        }
    }

    /// The next larger one.
    pub fn parent(&self) -> Option<Self> {
        match self {
            Self::All => None,
            Self::Provider(_) => Some(Self::All),
            Self::Service(record, _) => Some(Self::Provider(Arc::clone(record))),
        }
    }

    /// Its providers.
    pub fn records<'a>(&'a self, catalogue: &'a Catalogue) -> &'a [Arc<Record>] {
        match self {
            Self::All => &catalogue.records,
            Self::Provider(record) | Self::Service(record, _) => std::slice::from_ref(record),
        }
    }

    /// Whether a service of its providers is one of it.
    pub fn has(&self, service: &Service) -> bool {
        match self {
            Self::All | Self::Provider(_) => true,
            Self::Service(_, id) => service.endpoint.id == *id,
        }
    }

    /// Its services.
    pub fn services<'a>(
        &'a self,
        catalogue: &'a Catalogue,
    ) -> impl Iterator<Item = (&'a Record, &'a Service)> {
        self.records(catalogue).iter().flat_map(move |record| {
            let services = services_of(record).filter(|service| self.has(service));
            services.map(|service| (&**record, service))
        })
    }

    /// Whether it has the service with this key.
    pub fn tells_of(&self, catalogue: &Catalogue, key: &ServiceKey) -> bool {
        let own = match self {
            Self::All => true,
            Self::Provider(record) => record.id.as_str() == key.record(),
            Self::Service(record, service) => {
                record.id.as_str() == key.record() && service == key.service()
            }
        };
        own && find(catalogue, key).is_some()
    }

    /// Whether what has changed is told where it is shown.
    pub fn tells_of_subject(&self, catalogue: &Catalogue, subject: &Subject) -> bool {
        match (self, subject) {
            // What the records have lost has changed all the same.
            (Self::All, _) => true,
            (_, Subject::Service(key)) => self.tells_of(catalogue, key),
            (Self::Provider(record), Subject::Domain(domain)) => record.group_for(domain).is_some(),
            (Self::Service(..), Subject::Domain(_)) => false,
        }
    }

    /// Whether its services are shown with all that is known of them.
    pub fn is_whole(&self, catalogue: &Catalogue) -> bool {
        are_few(self.services(catalogue))
    }

    /// Where it is shown: on its own page, or at its place on the page of more services, where those are few enough.
    pub fn place(&self, catalogue: &Catalogue) -> String {
        match self {
            Self::All => self.path(),
            Self::Provider(record) => match page_of(catalogue, record) {
                page if page == self.path() => page,
                page => format!("{page}#provider-{}", record.id),
            },
            Self::Service(record, service) => place_of_id(catalogue, record, service),
        }
    }

    /// Every scope that has a page of its own, apart from all services together.
    pub fn of_own_pages(catalogue: &Catalogue) -> Vec<Self> {
        let records = catalogue.records.iter();
        let scopes = records.flat_map(|record| {
            let services = services_of(record)
                .map(|service| Self::Service(Arc::clone(record), service.endpoint.id.clone()));
            std::iter::once(Self::Provider(Arc::clone(record))).chain(services)
        });
        scopes
            .filter(|scope| scope.place(catalogue).starts_with(&scope.path()))
            .collect()
    }
}

/// The page with the services of a provider.
pub fn page_of(catalogue: &Catalogue, record: &Record) -> String {
    match are_few(services(catalogue)) {
        true => Scope::All.path(),
        false => format!("{OF}{}", record.id),
    }
}

/// Where all that is known of a service is shown.
pub fn place_of(catalogue: &Catalogue, record: &Record, service: &Service) -> String {
    place_of_id(catalogue, record, &service.endpoint.id)
}

fn place_of_id(catalogue: &Catalogue, record: &Record, service: &str) -> String {
    let name = format!("{}.{service}", record.id);
    match are_few(services_of(record)) {
        true => format!("{}#{name}", page_of(catalogue, record)),
        false => format!("{OF}{name}"),
    }
}

fn are_few<T>(services: impl Iterator<Item = T>) -> bool {
    services.take(MAX_WHOLE + 1).count() <= MAX_WHOLE
}
