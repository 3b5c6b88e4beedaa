//! The address that the customer types, and the parts of the page that follow it.
//!
//! The address stays in the browser: it chooses the settings and fills in the user name here.

use leptos::ev::{Event, MouseEvent, Targeted};
use leptos::html::{Div, Input};
use leptos::prelude::*;
use leptos::web_sys::HtmlInputElement;

use super::awake::{Phase, State, is_awake, only_awake, when_awake};
#[cfg(feature = "hydrate")]
use super::storage::{self, StorageArea};
use crate::address::{AddressOrDomain, DomainMatch, match_domain, parse_address};

/// The name under which the address is remembered.
#[cfg(feature = "hydrate")]
const ADDRESS: &str = "address";

/// What was typed, shared by every island inside one [`AddressScope`].
#[derive(Clone, Copy)]
pub(super) struct TypedAddress {
    /// The text as it stands in every field.
    pub(super) text: State<String>,
    /// The text when a field was last left, so that nobody is corrected while typing.
    settled: State<String>,
    /// The domains of each group of settings.
    groups: StoredValue<Vec<Vec<String>>>,
    /// Every field for the address.
    fields: StoredValue<Vec<NodeRef<Input>>>,
}

impl TypedAddress {
    /// The user name that belongs to the address, if the address is one of ours.
    pub(super) fn user_name(self, local_part: bool) -> Option<String> {
        let groups = self.groups.read_value();
        self.text.with(|text| user_name(text, local_part, &groups))
    }

    /// Takes an address in as it is understood, in every field and for other pages.
    fn settle(self, text: &str) {
        let text = understood(text);
        remember(&text);
        self.text.set(text.clone());
        self.settled.set(text);
    }
}

/// What a text says about the settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Belongs {
    /// There is no address and no domain in it yet.
    Open,
    /// Its domain belongs to the group at this position.
    Group(usize),
    /// No group has its domain.
    Elsewhere,
}

/// Shares one address among the islands inside.
#[island]
pub fn AddressScope(
    /// The domains of each group of settings, in the order of the [`GroupPanel`]s.
    groups: Vec<Vec<String>>,
    children: Children,
) -> impl IntoView {
    let typed = TypedAddress {
        text: State::new(),
        settled: State::new(),
        groups: StoredValue::new(groups),
        fields: StoredValue::new(Vec::new()),
    };
    when_awake(Phase::Fields, move || take_in(typed));
    provide_context(typed);
    children()
}

/// The field for the address.
#[island]
pub fn AddressInput(
    /// The id to which the field's label refers.
    id: String,
    /// What the field holds when the page arrives.
    value: String,
) -> impl IntoView {
    let typed = expect_context::<TypedAddress>();
    let field = NodeRef::new();
    typed.fields.update_value(|fields| fields.push(field));
    // Another field may have changed.
    Effect::new(move || {
        if is_awake()
            && let Some(field) = field.get()
        {
            typed.text.with(|text| show(&field, text));
        }
    });
    let input = move |event: Targeted<Event, HtmlInputElement>| {
        typed.text.set(event.target().value());
    };
    let left = move |event: Targeted<Event, HtmlInputElement>| {
        typed.settle(&event.target().value());
    };
    view! {
        <input
            node_ref=field
            id=id
            name="address"
            type="text"
            inputmode="email"
            autocomplete="email"
            autocapitalize="none"
            spellcheck="false"
            maxlength="255"
            required
            value=value
            on:input:target=only_awake(input)
            on:change:target=only_awake(left)
        />
    }
}

/// Fills every field with what the customer has typed, or the browser has filled in, while the page was
/// hydrated; or else with the address that was typed on another page.
#[cfg(feature = "hydrate")]
fn take_in(typed: TypedAddress) {
    let fields = typed.fields.get_value().into_iter();
    let fields: Vec<_> = fields.filter_map(|field| field.get_untracked()).collect();
    let active = document().active_element();
    let in_use = |field: &HtmlInputElement| active.as_ref() == Some(field.as_ref());
    let filled = fields.iter().filter(|field| !field.value().is_empty());
    // What is being typed counts more than what the browser has filled in elsewhere.
    let text = match filled.min_by_key(|field| !in_use(field)) {
        // It will be settled when the field is left.
        Some(field) if in_use(field) => field.value(),
        Some(field) => {
            let text = understood(&field.value());
            remember(&text);
            typed.settled.set(text.clone());
            text
        }
        None => {
            let text = storage::read(StorageArea::Session, ADDRESS).unwrap_or_default();
            typed.settled.set(text.clone());
            text
        }
    };
    for field in &fields {
        let untouched = field.value().is_empty();
        show(field, &text);
        // Whoever is about to type replaces the remembered address, and does not write behind it.
        if untouched && in_use(field) {
            field.select();
        }
    }
    typed.text.set(text);
}

#[cfg(not(feature = "hydrate"))]
fn take_in(_typed: TypedAddress) {}

/// Writes the text into a field that has another one, so that the cursor stays where it is.
fn show(field: &HtmlInputElement, text: &str) {
    if field.value() != text {
        field.set_value(text);
    }
}

/// Keeps the address for other pages, in this tab. What is no address is forgotten, so that no page begins with
/// an error.
#[cfg(feature = "hydrate")]
fn remember(address: &str) {
    let address = parse_address(address).map_or("", |_| address);
    storage::write(StorageArea::Session, ADDRESS, address);
}

#[cfg(not(feature = "hydrate"))]
fn remember(_address: &str) {}

/// The settings of one group; hidden while the address belongs to another.
#[component]
pub fn GroupPanel(
    /// The position of the group.
    position: usize,
    children: Children,
) -> impl IntoView {
    view! { <Panel position=Some(position)>{children()}</Panel> }
}

/// Shows its children once an address of somebody else's was typed.
#[component]
pub fn UnknownDomain(children: Children) -> impl IntoView {
    view! { <Panel position=None>{children()}</Panel> }
}

/// What is shown for the addresses of one group, or for those of none.
#[island]
fn Panel(position: Option<usize>, children: Children) -> impl IntoView {
    let typed = expect_context::<TypedAddress>();
    let hidden = move || {
        let groups = typed.groups.read_value();
        // No settings are shown for somebody else's address, but only once it is complete.
        let elsewhere = typed.settled.with(|text| belongs(text, &groups)) == Belongs::Elsewhere;
        let group = match typed.text.with(|text| belongs(text, &groups)) {
            Belongs::Group(group) => Some(group),
            Belongs::Elsewhere if elsewhere => None,
            Belongs::Open | Belongs::Elsewhere => Some(0),
        };
        group != position
    };
    view! { <div hidden=hidden>{children()}</div> }
}

/// Says what there is to say about the address, once the field was left. Its children are marked with
/// `data-advice`, and the server shows those that are true of what was typed before.
#[island]
pub fn AddressAdvice(
    /// Whether a correction leads to another page.
    leaves: bool,
    children: Children,
) -> impl IntoView {
    let typed = expect_context::<TypedAddress>();
    let root = NodeRef::<Div>::new();
    let advised = StoredValue::new(false);
    Effect::new(move || {
        if is_awake()
            && let Some(root) = root.get()
        {
            let groups = typed.groups.read_value();
            typed.settled.with(|text| {
                // Before anything is typed, what the server has said stays.
                if !text.is_empty() || advised.get_value() {
                    advised.set_value(true);
                    advise(&root, text, &groups);
                }
            });
        }
    });
    let clicked = move |event: MouseEvent| {
        let groups = typed.groups.read_value();
        if let Some(address) = corrected(&event, &typed.settled, &groups) {
            drop(groups);
            typed.settle(&address);
            if !leaves {
                event.prevent_default();
            }
        }
    };
    view! { <div role="status" node_ref=root on:click=only_awake(clicked)>{children()}</div> }
}

/// The address with the domain that was perhaps meant.
#[cfg(any(feature = "hydrate", test))]
fn meant(text: &str, groups: &[Vec<String>]) -> Option<AddressOrDomain> {
    let address = parse_address(text).ok()?;
    match match_domain(address.domain(), groups) {
        DomainMatch::Unknown(Some(domain)) => {
            let domain = domain.parse().ok()?;
            Some(address.corrected(&domain))
        }
        DomainMatch::Unknown(None) | DomainMatch::Group(_) => None,
    }
}

/// Notes in `data-own` of an element to which group the address belongs, and shows what is for that. It follows the
/// typing, or waits until the field was left.
pub(super) fn follow_group(root: NodeRef<Div>, typing: bool) {
    let Some(typed) = use_context::<TypedAddress>() else {
        return;
    };
    Effect::new(move || {
        if is_awake()
            && let Some(root) = root.get()
        {
            let groups = typed.groups.read_value();
            let text = if typing { typed.text } else { typed.settled };
            let own = text.with(|text| belongs(text, &groups));
            note_group(&root, own);
        }
    });
}

#[cfg(feature = "hydrate")]
use browser::{advise, corrected, note_group};

#[cfg(not(feature = "hydrate"))]
use server::{advise, corrected, note_group};

#[cfg(not(feature = "hydrate"))]
mod server {
    use leptos::web_sys::HtmlDivElement;

    use super::*;

    pub(super) fn advise(_root: &HtmlDivElement, _text: &str, _groups: &[Vec<String>]) {}

    pub(super) fn note_group(_root: &HtmlDivElement, _own: Belongs) {}

    pub(super) fn corrected(
        _event: &MouseEvent,
        _text: &State<String>,
        _groups: &[Vec<String>],
    ) -> Option<String> {
        None
    }
}

#[cfg(feature = "hydrate")]
mod browser {
    use wasm_bindgen::JsCast;
    use web_sys::{Element, HtmlDivElement};

    use super::*;
    use crate::islands::{dom, live};

    /// Shows the notices for a group, or all of them while it is not known.
    pub(super) fn note_group(root: &HtmlDivElement, own: Belongs) {
        let own = match own {
            Belongs::Open => String::new(),
            Belongs::Group(group) => group.to_string(),
            Belongs::Elsewhere => "-".to_owned(),
        };
        let _ = root.set_attribute("data-own", &own);
        live::show_own(root);
    }

    /// Shows the one part that is true of the text.
    pub(super) fn advise(root: &HtmlDivElement, text: &str, groups: &[Vec<String>]) {
        let part = match parse_address(text) {
            // A field may be left empty.
            Err(_) if text.is_empty() => String::new(),
            Err(error) => ["[data-advice=", error.code(), "]"].concat(),
            Ok(address) => {
                let elsewhere = ["[data-domains~='", address.domain().as_str(), "']"].concat();
                let meant = meant(text, groups);
                if belongs(text, groups) != Belongs::Elsewhere {
                    String::new()
                } else if dom::find(root, &elsewhere).is_some() {
                    elsewhere
                } else if let Some(meant) = meant {
                    if let Some(link) = dom::find(root, "[data-advice=meant] a") {
                        link.set_text_content(Some(&meant.to_string()));
                        let path = ["/settings/", meant.domain().as_str()].concat();
                        let _ = link.set_attribute("href", &path);
                    }
                    "[data-advice=meant]".to_owned()
                } else {
                    "[data-advice=unknown]".to_owned()
                }
            }
        };
        for advice in dom::all(root, "[data-advice]") {
            let shown = !part.is_empty() && advice.matches(&part).unwrap_or(false);
            dom::show(&advice, shown);
        }
    }

    /// The address that was meant, if the link to it was followed.
    pub(super) fn corrected(
        event: &MouseEvent,
        text: &State<String>,
        groups: &[Vec<String>],
    ) -> Option<String> {
        let target = event.target()?.dyn_into::<Element>().ok()?;
        target.closest("[data-advice=meant] a").ok()??;
        text.with(|text| meant(text, groups))
            .map(|address| address.to_string())
    }
}

/// The user name that belongs to the address, or its children while there is none.
#[island]
pub fn UserName(
    /// Whether only the part before the @ is the user name.
    local_part: bool,
    children: Children,
) -> impl IntoView {
    let typed = expect_context::<TypedAddress>();
    let name = move || typed.user_name(local_part);
    view! {
        <span hidden=move || name().is_some()>{children()}</span>
        <span>{move || name()}</span>
    }
}

/// A text as it is understood, or as it is.
fn understood(text: &str) -> String {
    parse_address(text).map_or_else(|_| text.to_owned(), |address| address.to_string())
}

/// The user name in a text that holds a whole address of one of the groups.
fn user_name(text: &str, local_part: bool, groups: &[Vec<String>]) -> Option<String> {
    let Ok(AddressOrDomain::Address(address)) = parse_address(text) else {
        return None;
    };
    match match_domain(address.domain(), groups) {
        DomainMatch::Group(_) if local_part => Some(address.local_part().to_owned()),
        DomainMatch::Group(_) => Some(address.to_string()),
        DomainMatch::Unknown(_) => None,
    }
}

fn belongs(text: &str, groups: &[Vec<String>]) -> Belongs {
    match parse_address(text) {
        Err(_) => Belongs::Open,
        Ok(address) => match match_domain(address.domain(), groups) {
            DomainMatch::Group(group) => Belongs::Group(group),
            DomainMatch::Unknown(_) => Belongs::Elsewhere,
        },
    }
}

#[cfg(test)]
mod tests;
