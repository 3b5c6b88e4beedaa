//! The address that the customer types, and the parts of the page that follow it.
//!
//! The address stays in the browser: it chooses the settings and fills in the user name here.

use leptos::prelude::*;

#[cfg(feature = "hydrate")]
use super::memory::{self, Memory};

/// The name under which the address is remembered.
#[cfg(feature = "hydrate")]
const ADDRESS: &str = "address";

/// What was typed, shared by every island inside one [`AddressScope`].
#[derive(Clone, Copy)]
pub(super) struct Typed {
    /// The text as it stands in the field.
    pub(super) text: RwSignal<String>,
    /// The text when the field was last left, so that nobody is corrected while typing.
    settled: RwSignal<String>,
    /// The domains of each group of settings.
    groups: StoredValue<Vec<Vec<String>>>,
}

/// What the domain of a text says about the settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Choice {
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
    provide_context(Typed {
        text: RwSignal::new(String::new()),
        settled: RwSignal::new(String::new()),
        groups: StoredValue::new(groups),
    });
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
    let typed = expect_context::<Typed>();
    let field = NodeRef::<leptos::html::Input>::new();
    // The customer may have typed before the page woke up; that must not be lost.
    Effect::new(move |awake: Option<bool>| {
        let text = typed.text.get();
        let Some(field) = field.get() else {
            return false;
        };
        let mut value = field.value();
        if awake != Some(true) && value.is_empty() {
            value = remembered().unwrap_or_default();
        }
        if awake != Some(true) && !value.is_empty() {
            // Islands further down still expect the page as the server made it, and wake up first.
            let take = move || {
                typed.text.set(value.clone());
                typed.settled.set(value);
            };
            set_timeout(take, std::time::Duration::ZERO);
        } else if value != text {
            field.set_value(&text);
        }
        true
    });
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
            on:input:target=move |event| typed.text.set(event.target().value())
            on:change:target=move |event| {
                remember(&event.target().value());
                typed.settled.set(event.target().value());
            }
        />
    }
}

/// The address that was typed on another page, in this tab.
#[cfg(feature = "hydrate")]
fn remembered() -> Option<String> {
    memory::read(Memory::Tab, ADDRESS)
}

#[cfg(not(feature = "hydrate"))]
fn remembered() -> Option<String> {
    None
}

#[cfg(feature = "hydrate")]
fn remember(address: &str) {
    memory::write(Memory::Tab, ADDRESS, address);
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
    let typed = expect_context::<Typed>();
    let hidden = move || {
        let groups = typed.groups.read_value();
        match position {
            Some(position) => match choice(&typed.text.read(), &groups) {
                Choice::Group(group) => group != position,
                Choice::Open | Choice::Unknown => position != 0,
            },
            // Nobody is told while still typing.
            None => choice(&typed.settled.read(), &groups) != Choice::Unknown,
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
    let typed = expect_context::<Typed>();
    let name = move || user_name(&typed.text.read(), local_part);
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

fn choice(text: &str, groups: &[Vec<String>]) -> Choice {
    let text = text.trim();
    let domain = text
        .rsplit_once('@')
        .map_or(text, |(_, domain)| domain)
        .to_ascii_lowercase();
    if !domain.contains('.') {
        return Choice::Open;
    }
    groups
        .iter()
        .position(|domains| domains.contains(&domain))
        .map_or(Choice::Unknown, Choice::Group)
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
            ("", Choice::Open),
            ("jane", Choice::Open),
            ("jane@a", Choice::Open),
            ("jane@a.net", Choice::Group(0)),
            (" Jane@B.NET ", Choice::Group(0)),
            ("c.net", Choice::Group(1)),
            ("jane@d.net", Choice::Unknown),
        ] {
            assert_eq!(choice(text, &groups), expected, "{text:?}");
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
