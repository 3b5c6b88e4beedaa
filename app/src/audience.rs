//! Whose mail a page is about: with few groups of addresses everybody's, with many that of one domain.

use std::sync::Arc;

use leptos::prelude::use_context;

use crate::address::Domain;
use crate::guide::program::SecurityNames;
use crate::guide::values::Values;
use crate::record::{Group, Links, Record, Support};
use crate::site::{Site, site};
use crate::texts::Texts;

/// The most groups of addresses whose settings all stand on one page, so that the browser shows the customer's own without
/// loading anything. Each costs the guide to a program 20 to 40 kB before compression, of the 1,024 that a page may have.
pub const MAX_GROUPS_ON_A_PAGE: usize = 12;

/// For whose addresses a page is. Inside of the rendering of a page it is in the context.
#[derive(Clone, Debug, Default)]
pub enum Audience {
    /// There are few groups, and the page is for the addresses of all.
    #[default]
    Everybody,
    /// There are many groups, and the page is for one domain.
    Domain(Arc<Own>),
    /// There are many groups, and the page has to ask which one it is.
    Unknown,
}

/// The domain that a page is for.
#[derive(Debug)]
pub struct Own {
    /// The domain.
    pub domain: Domain,
    /// Its group.
    pub shown: ShownGroup,
}

/// Addresses whose settings stand on a page.
#[derive(Clone, Debug)]
pub struct ShownGroup {
    /// The place among all groups of the site.
    pub position: usize,
    /// The provider.
    pub record: Arc<Record>,
    /// The addresses that share the settings.
    pub group: Arc<Group>,
}

impl ShownGroup {
    /// The values of the group, in the words of a program.
    pub(crate) fn values(self, security: &SecurityNames) -> Values {
        Values {
            record: self.record,
            group: self.group,
            security: security.clone(),
        }
    }
}

impl Audience {
    /// For whom a page of this site is, of which the request names a domain or none. A domain that no record has is
    /// none.
    pub fn of(site: &Site, domain: Option<&Domain>) -> Self {
        if every_group(site).nth(MAX_GROUPS_ON_A_PAGE).is_none() {
            return Self::Everybody;
        }
        let own = domain.and_then(|domain| {
            let mut groups = every_group(site);
            let shown = groups.find(|shown| shown.group.domains.contains(domain))?;
            let domain = domain.clone();
            Some(Arc::new(Own { domain, shown }))
        });
        own.map_or(Self::Unknown, Self::Domain)
    }

    /// The domain that the links of the page keep.
    pub fn domain(&self) -> Option<&Domain> {
        match self {
            Self::Domain(own) => Some(&own.domain),
            Self::Everybody | Self::Unknown => None,
        }
    }
}

/// For whom the page is, inside of its rendering.
pub(crate) fn audience() -> Audience {
    use_context().unwrap_or_default()
}

/// Whether the page has to ask for the address before it can show settings.
pub(crate) fn must_ask() -> bool {
    matches!(audience(), Audience::Unknown)
}

/// The groups whose settings stand on the page.
pub(crate) fn shown_groups() -> Vec<ShownGroup> {
    match audience() {
        Audience::Everybody => every_group(&site()).collect(),
        Audience::Domain(own) => vec![own.shown.clone()],
        Audience::Unknown => Vec::new(),
    }
}

/// The providers whose own pages and people are named on the page.
pub(crate) fn shown_records() -> Vec<Arc<Record>> {
    match audience() {
        Audience::Everybody => site().catalogue.records.clone(),
        Audience::Domain(own) => vec![Arc::clone(&own.shown.record)],
        Audience::Unknown => Vec::new(),
    }
}

/// What the provider is called in a text for whoever reads the page.
pub(crate) fn provider(texts: &Texts) -> String {
    named_provider(texts).unwrap_or_else(|| texts.pages.any_provider.name.clone())
}

/// The name of the provider that a page is about, or of the few that it may be about.
pub(crate) fn named_provider(texts: &Texts) -> Option<String> {
    match audience() {
        Audience::Domain(own) => Some(own.shown.record.name.clone()),
        Audience::Everybody | Audience::Unknown => site().provider_names(&texts.words),
    }
}

/// The values for every group that the page shows, with their positions. A text that has none but the name of the
/// provider needs nobody's: it stands on a page that does not know whose it is, too.
pub(crate) fn shown_values(
    texts: &Texts,
    security: &SecurityNames,
    has_values: bool,
) -> Vec<(usize, Values)> {
    if must_ask() && !has_values {
        let any = values_of_any_provider(texts).into_iter();
        return any.map(|values| (0, values)).collect();
    }
    let groups = shown_groups().into_iter();
    groups
        .map(|shown| (shown.position, shown.values(security)))
        .collect()
}

/// Values for a text that has none but the name of the provider.
pub(crate) fn values_of_any_provider(texts: &Texts) -> Option<Values> {
    let ShownGroup { record, group, .. } = every_group(&site()).next()?;
    let record = Record {
        name: texts.pages.any_provider.name.clone(),
        links: Links::default(),
        support: Support::default(),
        limits: Vec::new(),
        changes: Vec::new(),
        ..Record::clone(&record)
    };
    Some(Values {
        record: Arc::new(record),
        group,
        security: SecurityNames::general(&texts.words),
    })
}

/// Every group of the site, in the order in which they are shown.
fn every_group(site: &Site) -> impl Iterator<Item = ShownGroup> {
    let records = site.catalogue.records.iter();
    let groups = records.flat_map(|record| record.groups.iter().map(move |group| (record, group)));
    groups
        .enumerate()
        .map(|(position, (record, group))| ShownGroup {
            position,
            record: Arc::clone(record),
            group: Arc::clone(group),
        })
}
