//! The form of "Test my connection".

use std::sync::Arc;

use leptos::prelude::*;

use crate::check::Admission;
use crate::check::event::{FindingWords, Mark};
use crate::islands::{AddressField, TestForm};
use crate::site::{Site, say};

/// The form with its fields. It must stand inside an [`AddressScope`](crate::islands::AddressScope).
#[component]
pub fn TestSection(
    /// What the address field holds when the page arrives.
    #[prop(optional)]
    address: String,
    /// Where the form is sent without scripts, if that is not the page of the test.
    #[prop(optional)]
    action: Option<String>,
    /// Whether a password can be given.
    #[prop(default = true)]
    with_password: bool,
) -> impl IntoView {
    let site: Arc<Site> = expect_context();
    let private = expect_context::<Admission>().private;
    view! {
        <TestForm results=say(|t| &t.test.results) stop_label=say(|t| &t.test.stop) ends=ends() action=action.unwrap_or_else(|| "/test".to_owned())>
            <label for="test-address">{say(|t| &t.test.address)}</label>
            <AddressField id="test-address".to_owned() value=address/>
            {if !with_password {
                ().into_any()
            } else if private {
                password_field().into_any()
            } else {
                view! {
                    <p class="note">
                        {say(|t| &t.test.not_private)}
                    </p>
                }
                    .into_any()
            }}
            <details class="choose">
                <summary>{say(|t| &t.test.choose)}</summary>
                {service_choice(&site)}
            </details>
            <button type="submit" class="primary">{say(|t| &t.test.title)}</button>
        </TestForm>
    }
}

fn password_field() -> impl IntoView {
    view! {
        <label for="test-password">
            {say(|t| &t.test.password)} " " <span class="optional">{say(|t| &t.test.optional)}</span>
        </label>
        <input
            id="test-password"
            name="password"
            type="password"
            autocomplete="current-password"
            maxlength="255"
            aria-describedby="password-hint"
        />
        <p id="password-hint" class="hint">
            {say(|t| &t.test.password_hint)}
        </p>
    }
}

/// One box for each service of each group; the server takes those that belong to the address.
fn service_choice(site: &Site) -> impl IntoView + use<> {
    let groups: Vec<_> = site
        .catalogue
        .records
        .iter()
        .flat_map(|record| &record.groups)
        .cloned()
        .collect();
    groups
        .into_iter()
        .map(|group| {
            let boxes = group
                .services
                .iter()
                .map(|service| {
                    let endpoint = &service.endpoint;
                    let name = site.words.protocol(endpoint.protocol).name.clone();
                    view! {
                        <label class="check">
                            <input type="checkbox" name="services[]" value=endpoint.id.clone() checked/>
                            {say(|t| &t.test.service).replace("{name}", &name).replace("{host}", endpoint.host.as_str()).replace("{port}", &endpoint.port.to_string())}
                        </label>
                    }
                })
                .collect_view();
            view! { <fieldset><legend>{group.name}</legend>{boxes}</fieldset> }
        })
        .collect_view()
}

/// What is said when the answer breaks off, and when the customer has stopped the test.
fn ends() -> (FindingWords, FindingWords) {
    let lost = FindingWords {
        mark: Mark::Notice,
        title: say(|t| &t.test.lost_title),
        explanation: say(|t| &t.test.lost_explanation),
        advice: say(|t| &t.test.lost_advice),
        more: None,
    };
    let stopped = FindingWords {
        mark: Mark::Notice,
        title: say(|t| &t.test.stopped_title),
        explanation: say(|t| &t.test.stopped_explanation),
        advice: say(|t| &t.test.stopped_advice),
        more: None,
    };
    (lost, stopped)
}
