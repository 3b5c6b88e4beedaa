//! The address that the customer types, and the parts of the page that follow it.
//!
//! The address stays in the browser: it chooses the settings and fills in the user name here.

use leptos::ev::{Event, Targeted};
use leptos::html::Input;
use leptos::prelude::*;
use leptos::web_sys::HtmlInputElement;

use super::awake::{Phase, State, is_awake, only_awake, when_awake};
#[cfg(feature = "hydrate")]
use super::storage::{self, StorageArea};

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

/// What the domain of a text says about the settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum DomainMatch {
    /// There is no domain yet.
    Open,
    /// The domain belongs to the group at this position.
    Group(usize),
    /// No group has this domain.
    Unknown,
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
pub fn AddressField(
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
        let text = event.target().value();
        remember(&text);
        typed.settled.set(text);
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
            let text = field.value();
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

/// Keeps the address for other pages, in this tab.
#[cfg(feature = "hydrate")]
fn remember(address: &str) {
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
        match position {
            Some(position) => match typed.text.with(|text| domain_match(text, &groups)) {
                DomainMatch::Group(group) => group != position,
                DomainMatch::Open | DomainMatch::Unknown => position != 0,
            },
            // The message appears only when the field is left, not while an address is typed.
            None => typed.settled.with(|text| domain_match(text, &groups)) != DomainMatch::Unknown,
        }
    };
    view! { <div role=position.is_none().then_some("status")><div hidden=hidden>{children()}</div></div> }
}

/// The user name that belongs to the address, or its children while there is none.
#[island]
pub fn UserName(
    /// Whether only the part before the @ is the user name.
    local_part: bool,
    children: Children,
) -> impl IntoView {
    let typed = expect_context::<TypedAddress>();
    let name = move || typed.text.with(|text| user_name(text, local_part));
    view! {
        <span hidden=move || name().is_some()>{children()}</span>
        <span>{move || name()}</span>
    }
}

/// The user name in a text that holds a whole address.
pub(super) fn user_name(text: &str, local_part: bool) -> Option<String> {
    let text = text.trim();
    let (local, domain) = text.rsplit_once('@')?;
    if local.is_empty() || !domain.contains('.') {
        return None;
    }
    Some(if local_part { local } else { text }.to_owned())
}

fn domain_match(text: &str, groups: &[Vec<String>]) -> DomainMatch {
    let text = text.trim();
    let domain = text
        .rsplit_once('@')
        .map_or(text, |(_, domain)| domain)
        .to_ascii_lowercase();
    if !domain.contains('.') {
        return DomainMatch::Open;
    }
    groups
        .iter()
        .position(|domains| domains.contains(&domain))
        .map_or(DomainMatch::Unknown, DomainMatch::Group)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_domain_chooses_the_settings() {
        let groups = [
            vec!["a.net".to_owned(), "b.net".to_owned()],
            vec!["c.net".to_owned()],
        ];
        for (text, expected) in [
            ("", DomainMatch::Open),
            ("jane", DomainMatch::Open),
            ("jane@a", DomainMatch::Open),
            ("jane@a.net", DomainMatch::Group(0)),
            (" Jane@B.NET ", DomainMatch::Group(0)),
            ("c.net", DomainMatch::Group(1)),
            ("jane@d.net", DomainMatch::Unknown),
        ] {
            assert_eq!(domain_match(text, &groups), expected, "{text:?}");
        }
    }

    #[test]
    fn the_user_name_needs_a_whole_address() {
        for (text, local_part, expected) in [
            ("", false, None),
            ("jane", false, None),
            ("jane@", false, None),
            ("@a.net", false, None),
            (" jane@a.net ", false, Some("jane@a.net")),
            ("jane@a.net", true, Some("jane")),
        ] {
            assert_eq!(user_name(text, local_part).as_deref(), expected, "{text:?}");
        }
    }
}
