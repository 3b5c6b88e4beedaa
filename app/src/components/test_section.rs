//! The form of "Test my connection".

use leptos::prelude::*;

use super::{AddressAdvice, AfterTest, StatesBeforeTest};
use crate::audience::{ShownGroup, must_ask, shown_groups};
use crate::check::event::{FindingWords, Mark};
use crate::check::{Admission, SignInWays};
use crate::guide::destination::{Destination, Page};
use crate::guide::trail::Trail;
use crate::islands::{AddressInput, TestForm};
use crate::page_words::ServiceValue;
use crate::site::{Site, localized, site, texts};
use crate::texts::Texts;

/// The form with its fields. It must stand inside an [`AddressScope`](crate::islands::AddressScope).
#[component]
pub fn TestSection(
    /// What the address field holds when the page arrives.
    #[prop(optional)]
    address: String,
    /// The question of the troubleshooter that the test answers.
    #[prop(default = None)]
    node: Option<String>,
    /// What was answered before, as far as the address says.
    #[prop(optional)]
    trail: Trail,
    /// Whether the advice about the address stands here; a page has it once.
    #[prop(default = true)]
    advises: bool,
    /// Whether a password can be given.
    #[prop(default = true)]
    with_password: bool,
) -> impl IntoView {
    let (site, texts) = (site(), texts());
    // Where only some addresses are of such a provider, the server refuses their passwords and says why.
    let takes_password = site.takes_password();
    let confidential = expect_context::<Admission>().confidential;
    let test = Destination::Page(Page::Test);
    let action = trail.link(&texts.guide, &test);
    // Pages of the troubleshooter say it at their top.
    let states = node.is_none().then(|| view! { <StatesBeforeTest/> });
    let (action, next) = match node {
        Some(node) => {
            let mark = if action.contains('?') { '&' } else { '?' };
            // Which question is next is known when the test has ended.
            (format!("{action}{mark}node={node}"), Some(None))
        }
        None => (action, trail.next(&texts.guide, &test).map(Some)),
    };
    // Where it is not known whose services there are, all are tested.
    let choice = (!must_ask()).then(|| {
        view! {
            <details class="choose">
                <summary>{localized(|t| &t.test.choose)}</summary>
                {service_choice(&texts)}
            </details>
        }
    });
    view! {
        <TestForm results=localized(|t| &t.test.results) stop_label=localized(|t| &t.test.stop) ends=ends() action>
            <AfterTest next trail/>
            {states}
            <label for="test-address">{localized(|t| &t.test.address)}</label>
            <AddressInput id="test-address".to_owned() value=address.clone()/>
            {advises.then(|| view! { <AddressAdvice typed=address/> })}
            // What is disabled is not sent.
            <fieldset id="node-password" class="bare" hidden=!with_password disabled=!with_password>
                {if !takes_password {
                    view! { <p class="note">{localized(|t| &t.own_sign_in.password)}</p> }.into_any()
                } else if site.sign_in == SignInWays::NONE {
                    ().into_any()
                } else if confidential {
                    password_field(&site).into_any()
                } else {
                    view! {
                        <p class="note">
                            {localized(|t| &t.test.not_private)}
                        </p>
                    }
                        .into_any()
                }}
            </fieldset>
            {choice}
            <button type="submit" class="primary">{localized(|t| &t.test.title)}</button>
        </TestForm>
    }
}

fn password_field(site: &Site) -> impl IntoView + use<> {
    let ways = site.sign_in;
    view! {
        <label for="test-password">
            {localized(|t| &t.test.password)} " " <span class="optional">{localized(|t| &t.test.optional)}</span>
        </label>
        <div class="password">
            <input
                id="test-password"
                name="password"
                type="password"
                autocomplete="current-password"
                autocapitalize="off"
                spellcheck="false"
                maxlength="255"
                // Without the server's way it waits for scripts.
                disabled=!ways.server
                aria-describedby="password-space password-hint password-way"
            />
            <button
                type="button"
                class="quiet"
                hidden
                data-other=localized(|t| &t.test.hide_password)
                aria-controls="test-password"
            >
                {localized(|t| &t.test.show_password)}
            </button>
        </div>
        <div role="status">
            <p id="password-space" class="space-hint" hidden>{localized(|t| &t.test.password_space)}</p>
        </div>
        <p id="password-hint" class="hint">
            {localized(|t| &t.test.password_hint)}
        </p>
        {password_way(site)}
        <label class="check">
            <input type="checkbox" name="message" value="true" aria-describedby="message-hint"/>
            {localized(|t| &t.test.message)}
        </label>
        <p id="message-hint" class="hint">
            {localized(|t| &t.test.message_hint)}
        </p>
    }
}

/// Which way the password takes. The browser shows the sentence that is true of it now; without scripts the first.
fn password_way(site: &Site) -> impl IntoView + use<> {
    let ways = site.sign_in;
    let first = match ways.server {
        true => localized(|t| &t.test.way_server),
        false => localized(|t| &t.test.way_none),
    };
    let others = ways.browser.then(|| {
        view! {
            <p data-is="loading" hidden>{localized(|t| &t.test.way_loading)}</p>
            <p data-is="browser" hidden>{localized(|t| &t.test.way_browser)}</p>
        }
    });
    view! {
        <div
            id="password-way"
            class="hint"
            role="status"
            data-worker=ways.browser.then(|| site.bundle.worker.clone())
            data-only=(!ways.server).then_some("")
        >
            <p data-is="server">{first}</p>
            {others}
        </div>
        <p class="hint"><a href="/password">{localized(|t| &t.test.way_how)}</a></p>
    }
}

/// One box for each service of each group; the server takes those that belong to the address.
fn service_choice(texts: &Texts) -> impl IntoView + use<> {
    shown_groups()
        .into_iter()
        .map(|ShownGroup { group, .. }| {
            let boxes = group
                .services
                .iter()
                .map(|service| {
                    let endpoint = &service.endpoint;
                    let name = texts.words.protocol(endpoint.protocol).name.clone();
                    let label = texts.pages.test.service.fill(|value| match value {
                        ServiceValue::Name => name.clone(),
                        ServiceValue::Host => endpoint.host.to_string(),
                        ServiceValue::Port => endpoint.port.to_string(),
                    });
                    view! {
                        <label class="check">
                            <input type="checkbox" name="services[]" value=endpoint.id.clone() checked/>
                            {label}
                        </label>
                    }
                })
                .collect_view();
            view! { <fieldset><legend>{group.name.in_language(&texts.language).to_owned()}</legend>{boxes}</fieldset> }
        })
        .collect_view()
}

/// What is said when the answer breaks off, and when the customer has stopped the test.
fn ends() -> (FindingWords, FindingWords) {
    let lost = FindingWords {
        mark: Mark::Notice,
        title: localized(|t| &t.test.lost_title),
        explanation: localized(|t| &t.test.lost_explanation),
        advice: localized(|t| &t.test.lost_advice),
        more: None,
    };
    let stopped = FindingWords {
        mark: Mark::Notice,
        title: localized(|t| &t.test.stopped_title),
        explanation: localized(|t| &t.test.stopped_explanation),
        advice: localized(|t| &t.test.stopped_advice),
        more: None,
    };
    (lost, stopped)
}
