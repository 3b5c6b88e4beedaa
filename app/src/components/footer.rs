//! The foot of every page: what the site promises, who runs it, and where to turn.

use leptos::prelude::*;

use crate::audience::shown_records;
use crate::page_words::{OperatorValue, ProviderValue};
use crate::site::{localized, site, texts};

/// The foot of every page.
#[component]
pub fn Footer() -> impl IntoView {
    let (site, texts) = (site(), texts());
    let words = &texts.pages.footer;
    let operator = &site.operator;
    let name = operator.name.as_ref();
    let name = name.map(|name| words.operator.fill(|OperatorValue::Operator| name));
    let privacy = operator.privacy.as_ref();
    let privacy = privacy.map(|url| (words.privacy.clone(), url.as_str().to_owned()));
    let contact = operator.contact.as_ref();
    let contact = contact.map(|url| (words.contact.clone(), url.as_str().to_owned()));
    let help = shown_records().into_iter().filter_map(|record| {
        let url = record.links.support.as_ref()?.url.as_str().to_owned();
        Some((words.help.fill(|ProviderValue::Provider| &record.name), url))
    });
    let links = privacy.into_iter().chain(contact).chain(help);
    let links = links.map(|(text, url)| view! { <li><a href=url rel="noreferrer">{text}</a></li> });
    let links = links.collect_view();
    let monitored = site.status.every().is_some();
    let status = monitored.then(|| texts.status.page.title.clone());
    view! {
        <footer>
            <p>{localized(|t| &t.layout.footer)}</p>
            <ul class="about">
                {name.map(|name| view! { <li>{name}</li> })}
                {links}
                {status.map(|text| view! { <li><a href="/status">{text}</a></li> })}
                <li><a href="/operators/dns">{words.operators.clone()}</a></li>
            </ul>
        </footer>
    }
}
