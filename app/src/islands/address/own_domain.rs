//! Pages of a site with many groups of addresses: each has the settings of one domain, and the browser loads the page
//! of another when the address belongs there.

use leptos::html::Div;
use leptos::prelude::*;

use super::{Belongs, TypedAddress, belongs, is_awake};
use crate::address::{DomainMatch, match_domain, parse_address};

/// Shows an element while the address is none of another group than that of this domain, and loads the page of the
/// customer's domain when it is. Without a domain the element says that it is not known yet.
pub(in crate::islands) fn follow_domain(root: NodeRef<Div>, domain: StoredValue<String>) {
    let Some(typed) = use_context::<TypedAddress>() else {
        return;
    };
    Effect::new(move || {
        if is_awake()
            && let Some(root) = root.get()
        {
            let groups = typed.groups.read_value();
            let own = domain.read_value();
            let other = |text: &String| other_domain(text, &own, &groups);
            let hides = !own.is_empty() && typed.text.with(other).is_some();
            let (belongs, wanted) = typed
                .settled
                .with(|text| (belongs(text, &groups), other(text)));
            show(&root, !hides && belongs != Belongs::Elsewhere);
            keep(&own);
            // Whoever fills in the form of the test does not lose what they have typed.
            if !typed.in_test.get_value() {
                let kept = || (own.is_empty() && belongs == Belongs::Open).then(kept);
                load(wanted.or_else(kept));
            }
        }
    });
}

/// The domain of an address that belongs to another group than this domain.
fn other_domain(text: &str, own: &str, groups: &[Vec<String>]) -> Option<String> {
    let address = parse_address(text).ok()?;
    let domain = address.domain();
    let DomainMatch::Group(group) = match_domain(domain, groups) else {
        return None;
    };
    let is_own = groups.get(group)?.iter().any(|domain| domain == own);
    (!is_own).then(|| domain.to_string())
}

#[cfg(feature = "hydrate")]
use browser::{keep, kept, load, show};

#[cfg(not(feature = "hydrate"))]
use server::{keep, kept, load, show};

#[cfg(not(feature = "hydrate"))]
mod server {
    use leptos::web_sys::HtmlDivElement;

    pub(super) fn show(_root: &HtmlDivElement, _shown: bool) {}

    pub(super) fn keep(_domain: &str) {}

    pub(super) fn kept() -> String {
        String::new()
    }

    pub(super) fn load(_domain: Option<String>) {}
}

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::wasm_bindgen::prelude::wasm_bindgen;

    use crate::islands::storage::{self, StorageArea};

    pub(super) use crate::islands::dom::show;

    /// The name under which the domain is kept: an address need not be typed to have seen the settings for it.
    const DOMAIN: &str = "domain";

    #[wasm_bindgen]
    extern "C" {
        /// See `app/own_domain.mjs`.
        #[wasm_bindgen(js_name = loadForDomain)]
        fn load_for_domain(domain: &str);
    }

    /// Keeps the domain for pages that are opened without one.
    pub(super) fn keep(domain: &str) {
        if !domain.is_empty() {
            storage::write(StorageArea::Session, DOMAIN, domain);
        }
    }

    pub(super) fn kept() -> String {
        storage::read(StorageArea::Session, DOMAIN).unwrap_or_default()
    }

    pub(super) fn load(domain: Option<String>) {
        if let Some(domain) = domain.filter(|domain| !domain.is_empty()) {
            load_for_domain(&domain);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_address_of_another_group_leads_to_another_page() {
        let group = |domains: &[&str]| domains.iter().map(ToString::to_string).collect();
        let groups: [Vec<String>; 2] = [group(&["a.example", "b.example"]), group(&["c.example"])];
        for (text, own, expected) in [
            ("jane@a.example", "", Some("a.example")),
            ("jane@B.example", "", Some("b.example")),
            ("c.example", "", Some("c.example")),
            ("jane@b.example", "a.example", None),
            ("jane@c.example", "a.example", Some("c.example")),
            ("jane@c.example", "c.example", None),
            ("jane@elsewhere.example", "", None),
            ("jane@elsewhere.example", "a.example", None),
            ("jane@", "a.example", None),
            ("", "", None),
        ] {
            let found = other_domain(text, own, &groups);
            assert_eq!(found.as_deref(), expected, "{text} {own}");
        }
    }
}
