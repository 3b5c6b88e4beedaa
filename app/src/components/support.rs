//! How to reach the people who help.

use std::sync::Arc;

use leptos::prelude::*;

use crate::audience::{must_ask, provider, shown_records};
use crate::page_words::{HoursValue, ProviderValue};
use crate::record::Record;
use crate::site::{localized, texts};

/// Phone, chat and hours of every provider's support, as far as the records know them, and how to find the rest
/// without falling for a fake.
#[component]
pub fn Support(
    /// Whether it stands right under the title of the page, and not in a section of it.
    #[prop(optional)]
    under_title: bool,
) -> impl IntoView {
    let any = must_ask().then(|| view! { <SupportOfAny under_title/> });
    let records = shown_records().into_iter();
    let records = records.map(|record| view! { <SupportOf record under_title/> });
    view! { {any} {records.collect_view()} }
}

/// How to find the support of a provider that is not known.
#[component]
fn SupportOfAny(under_title: bool) -> impl IntoView {
    let texts = texts();
    let words = texts.pages.support.clone();
    let provider = provider(&texts);
    view! {
        <div class="card support">
            {heading(words.heading.fill(|ProviderValue::Provider| &provider), under_title)}
            <p>{words.bill}</p>
            <p class="hint">{words.fakes}</p>
        </div>
    }
}

/// The same of one provider.
#[component]
pub fn SupportOf(
    /// The provider.
    record: Arc<Record>,
    /// Whether it stands right under the title of the page, and not in a section of it.
    #[prop(optional)]
    under_title: bool,
    /// Whether the pages for a forgotten or a new password are of use here, too.
    #[prop(optional)]
    with_passwords: bool,
) -> impl IntoView {
    let texts = texts();
    let words = &texts.pages.support;
    let name = |ProviderValue::Provider| &record.name;
    let support = &record.support;
    let phone = support.phone.as_ref().map(|phone| {
        let (href, number) = (phone.number.uri(), phone.number.as_str().to_owned());
        view! { <li>{words.phone.fill(name)} " " <a href=href>{number}</a></li> }
    });
    let chat = support.chat.as_ref().map(|link| &link.url);
    let chat_item = chat.map(|url| {
        let url = url.as_str().to_owned();
        view! { <li><a href=url rel="noreferrer">{words.chat.clone()}</a></li> }
    });
    // A help center that has the chat need not be named twice.
    let pages = record.links.support.as_ref().map(|link| &link.url);
    let pages = pages.filter(|url| Some(*url) != chat).map(|url| {
        let url = url.as_str().to_owned();
        view! { <li><a href=url rel="noreferrer">{words.pages.clone()}</a></li> }
    });
    let hours = support.hours.as_ref().map(|hours| {
        let text = hours.text.in_language(&texts.language);
        view! { <li>{words.hours.fill(|HoursValue::Hours| text)}</li> }
    });
    let webmail = record.links.webmail.as_ref();
    let find_webmail = webmail.is_none().then(|| words.webmail.fill(name));
    let webmail = webmail.map(|link| {
        let url = link.url.as_str().to_owned();
        view! { <li><a href=url rel="noreferrer">{localized(|t| &t.links.webmail)}</a></li> }
    });
    let passwords = [
        (
            &record.links.password_reset,
            localized(|t| &t.links.password_reset),
        ),
        (
            &record.links.password_change,
            localized(|t| &t.links.password_change),
        ),
    ];
    let passwords = passwords.into_iter().filter(|_| with_passwords);
    let passwords = passwords.filter_map(|(link, text)| {
        let url = link.as_ref()?.url.as_str().to_owned();
        Some(view! { <li><a href=url rel="noreferrer">{text}</a></li> })
    });
    let passwords = passwords.collect_view();
    let heading = heading(words.heading.fill(name), under_title);
    let bill = phone.is_none().then(|| words.bill.clone());
    view! {
        <div class="card support">
            {heading}
            <ul>{phone} {chat_item} {pages} {hours} {webmail} {passwords}</ul>
            {bill.map(|text| view! { <p>{text}</p> })}
            {find_webmail.map(|text| view! { <p>{text}</p> })}
            <p class="hint">{localized(|t| &t.support.fakes)}</p>
        </div>
    }
}

fn heading(text: String, under_title: bool) -> AnyView {
    match under_title {
        true => view! { <h2>{text}</h2> }.into_any(),
        false => view! { <h3>{text}</h3> }.into_any(),
    }
}
