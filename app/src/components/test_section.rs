//! The form of "Test my connection".

use std::sync::Arc;

use leptos::prelude::*;

use crate::check::Admission;
use crate::check::event::{FindingWords, Mark};
use crate::islands::{AddressField, TestForm};
use crate::site::Site;

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
        <TestForm results="What the test found".to_owned() stop_label="Stop the test".to_owned() ends=ends() action=action.unwrap_or_else(|| "/test".to_owned())>
            <label for="test-address">"Your email address"</label>
            <AddressField id="test-address".to_owned() value=address/>
            {if !with_password {
                ().into_any()
            } else if private {
                password_field().into_any()
            } else {
                view! {
                    <p class="note">
                        "This page was not opened over a secure connection, so it does not ask for your password. "
                        "The test without a password still works."
                    </p>
                }
                    .into_any()
            }}
            <details class="choose">
                <summary>"Choose what to test"</summary>
                {service_choice(&site)}
            </details>
            <button type="submit" class="primary">"Test my connection"</button>
        </TestForm>
    }
}

fn password_field() -> impl IntoView {
    view! {
        <label for="test-password">
            "Your email password " <span class="optional">"(you can leave this empty)"</span>
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
            "With it we also test that you can sign in. It is sent once to your mail server, over an encrypted "
            "connection, and is not kept."
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
                            {format!("{name}, {} port {}", endpoint.host, endpoint.port)}
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
        title: "The connection to this page was lost".into(),
        explanation: "The test did not come to its end. This says nothing about your mail.".into(),
        advice: "Check that you are online, and press “Test my connection” again.".into(),
        more: None,
    };
    let stopped = FindingWords {
        mark: Mark::Notice,
        title: "You stopped the test".into(),
        explanation: "What was found up to then is shown below.".into(),
        advice: "Press “Test my connection” to start again.".into(),
        more: None,
    };
    (lost, stopped)
}
