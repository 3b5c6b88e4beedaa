//! The field for the address, with what there is to say about the address that stands in it.

use leptos::prelude::*;

use crate::address::{AddressError, Domain, DomainMatch, match_domain, parse_address};
use crate::audience::{Audience, audience};
use crate::islands::{AddressAdvice as Advice, AddressInput};
use crate::page_words::{
    AddressProblemWords, ElsewhereNameValue, ElsewhereValue, ExampleValue, ProviderValue,
};
use crate::site::{Site, localized, site, texts};
use crate::texts::Texts;

/// The field, and the advice below it. It must stand inside an
/// [`AddressScope`](crate::islands::AddressScope).
#[component]
pub fn AddressField(
    /// The id to which the field's label refers.
    id: String,
    /// What the field holds when the page arrives.
    #[prop(optional)]
    value: String,
) -> impl IntoView {
    view! {
        <AddressInput id value=value.clone()/>
        <AddressAdvice typed=value/>
    }
}

/// What may be said about an address: that it is none, that another was perhaps meant, or whose it is. Only what
/// is true of the typed one is shown; the browser shows something else when the address changes.
#[component]
pub fn AddressAdvice(
    /// What was typed before the page arrived.
    #[prop(optional)]
    typed: String,
    /// Whether the page has nothing to show for a corrected address, so that a correction leads to another one.
    #[prop(optional)]
    leaves: bool,
) -> impl IntoView {
    let (site, texts) = (site(), texts());
    let said = Said::of(&typed, leaves, &site);
    let domain = example_domain(&site);
    let problems = AddressError::ALL.into_iter().map(|error| {
        let text = problem(&texts.pages.address_problem, error, &domain);
        let shown = said == Said::Problem(error);
        view! { <p class="note" data-advice=error.code() hidden=!shown>{text}</p> }
    });
    let problems = problems.collect_view();
    let words = &texts.pages.address;
    let others = site.other_providers.iter().map(|other| {
        let fill = |ElsewhereNameValue::Name| other.name.clone();
        let help = match &other.help {
            Some(url) => {
                let url = url.as_str().to_owned();
                view! { <a href=url rel="noreferrer">{words.elsewhere_help.fill(fill)}</a> }
                    .into_any()
            }
            None => words.elsewhere_find.fill(fill).into_any(),
        };
        let domains: Vec<_> = other.domains.iter().map(ToString::to_string).collect();
        let shown = said == Said::Elsewhere(other.name.clone());
        view! {
            <p class="note" data-advice="elsewhere" data-domains=domains.join(" ") hidden=!shown>
                {elsewhere(&site, &texts, &other.name)} " " {help}
            </p>
        }
    });
    let others = others.collect_view();
    let (address, href) = match &said {
        Said::Meant { address, domain } => (address.clone(), format!("/settings/{domain}")),
        _ => Default::default(),
    };
    let is_meant = !address.is_empty();
    let unknown = unknown(&site, &texts);
    view! {
        <Advice leaves>
            <p class="note" data-advice="meant" hidden=!is_meant>
                {localized(|t| &t.address.meant)} " " <a href=href>{address}</a> "?"
            </p>
            <p class="note" data-advice="unknown" hidden=said != Said::Unknown>{unknown}</p>
            {others}
            {problems}
        </Advice>
    }
}

/// Whether another address of ours was perhaps meant by a text.
pub fn is_slip(typed: &str, site: &Site) -> bool {
    matches!(Said::of(typed, true, site), Said::Meant { .. })
}

/// The domain with which the page shows how an address looks: one of those that it has settings for.
fn example_domain(site: &Site) -> String {
    let audience = audience();
    match (&audience, audience.domain()) {
        (_, Some(domain)) => domain.to_string(),
        (Audience::Unknown, None) => EXAMPLE_DOMAIN.to_owned(),
        _ => site
            .domain_groups()
            .into_iter()
            .flatten()
            .next()
            .unwrap_or_default(),
    }
}

/// A domain that is nobody's (RFC 2606).
const EXAMPLE_DOMAIN: &str = "example.com";

/// Says that an address is one of this provider, which is not ours.
pub(crate) fn elsewhere(site: &Site, texts: &Texts, name: &str) -> String {
    let words = &texts.pages.address;
    match site.provider_names(&texts.words) {
        Some(provider) => words.elsewhere.fill(|value| match value {
            ElsewhereValue::Name => name,
            ElsewhereValue::Provider => &provider,
        }),
        None => words
            .elsewhere_of_many
            .fill(|ElsewhereNameValue::Name| name),
    }
}

/// Says that nobody knows the domain of an address.
pub(crate) fn unknown(site: &Site, texts: &Texts) -> String {
    let words = &texts.pages.address;
    match site.provider_names(&texts.words) {
        Some(provider) => words.unknown.fill(|ProviderValue::Provider| &provider),
        None => words.unknown_of_many.clone(),
    }
}

/// What is said about a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    /// It is empty, or an address that is known.
    Nothing,
    /// It is no address.
    Problem(AddressError),
    /// The address that was perhaps meant, and its domain.
    Meant { address: String, domain: String },
    /// The name of the provider.
    Elsewhere(String),
    /// Nobody knows its domain.
    Unknown,
}

impl Said {
    /// What is said about what was typed; an empty field is only wrong once it was sent.
    pub(crate) fn of(typed: &str, was_sent: bool, site: &Site) -> Self {
        let address = match parse_address(typed) {
            // Before anything was typed or sent nothing is wrong.
            Err(AddressError::Empty) if typed.is_empty() && !was_sent => return Self::Nothing,
            Err(error) => return Self::Problem(error),
            Ok(address) => address,
        };
        let groups = site.domain_groups();
        let meant: Option<Domain> = match match_domain(address.domain(), &groups) {
            DomainMatch::Group(_) => return Self::Nothing,
            DomainMatch::Unknown(meant) => meant.and_then(|name| name.parse().ok()),
        };
        let mut others = site.other_providers.iter();
        if let Some(other) = others.find(|other| other.domains.contains(address.domain())) {
            return Self::Elsewhere(other.name.clone());
        }
        match meant {
            Some(domain) => Self::Meant {
                domain: domain.to_string(),
                address: address.corrected(&domain).to_string(),
            },
            None => Self::Unknown,
        }
    }
}

/// The words for a text that is no address. `domain` is one that the site knows, for an example.
fn problem(words: &AddressProblemWords, error: AddressError, domain: &str) -> String {
    let fill = |value| match value {
        ExampleValue::Address => format!("jane@{domain}"),
        ExampleValue::Domain => domain.to_owned(),
    };
    match error {
        AddressError::Empty => words.empty.fill(fill),
        AddressError::TooLong => words.too_long.fill(fill),
        AddressError::ControlCharacter => words.control_character.clone(),
        AddressError::Space => words.space.fill(fill),
        AddressError::SeveralAddresses => words.several_addresses.clone(),
        AddressError::SeveralAts => words.several_ats.clone(),
        AddressError::NoDomain => words.no_domain.fill(fill),
        AddressError::BadDomain => words.bad_domain.fill(fill),
        AddressError::BadLocalPart => words.bad_local_part.clone(),
    }
}
