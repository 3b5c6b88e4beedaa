//! What stands around every page.

use std::sync::Arc;

use leptos::prelude::*;

use super::footer::Footer;
use crate::page_words::{PageTitleValue, ProviderValue};
use crate::record::Record;
use crate::site::{Bundle, localized, site, texts};

/// A whole HTML document.
#[component]
pub fn Document(
    /// The title, without the name of the site.
    title: String,
    /// Whether search engines must not list the page.
    #[prop(optional)]
    no_index: bool,
    children: Children,
) -> impl IntoView {
    let (site, texts) = (site(), texts());
    let Bundle {
        stylesheet,
        script,
        wasm,
    } = site.bundle.clone();
    let provider = site.provider_names(&texts.words);
    let words = texts.pages.layout.clone();
    let full_title = words.title.fill(|value| match value {
        PageTitleValue::Title => &title,
        PageTitleValue::Provider => &provider,
    });
    let description = words.description.fill(|ProviderValue::Provider| &provider);
    let name = words.name.fill(|ProviderValue::Provider| &provider);
    let escaped_title = html_escape::encode_text(&full_title).into_owned();
    view! {
        <!DOCTYPE html>
        <html lang=texts.language.clone()>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                // With erased types Leptos would end the text with a comment, which a title shows.
                <title inner_html=escaped_title></title>
                <meta
                    name="description"
                    content=description
                />
                {no_index.then(|| view! { <meta name="robots" content="noindex"/> })}
                <meta name="color-scheme" content="light dark"/>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <link rel="stylesheet" href=stylesheet/>
                // Preloaded, so that script and WebAssembly are fetched at the same time.
                <script type="module" src=script></script>
                <link rel="preload" href=wasm r#as="fetch" type="application/wasm" crossorigin="anonymous"/>
            </head>
            <body>
                <a class="skip" href="#content">{localized(|t| &t.layout.skip)}</a>
                <header>
                    <a class="home" href="/">
                        <svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
                            <rect x="2" y="6" width="28" height="20" rx="4"></rect>
                            <path d="M4 10l12 9 12-9"></path>
                        </svg>
                        <span>{name}</span>
                    </a>
                    <nav aria-label=localized(|t| &t.layout.navigation)>
                        <a href="/">{localized(|t| &t.layout.settings)}</a>
                        <a href="/programs">{localized(|t| &t.layout.programs)}</a>
                        <a href="/fix">{localized(|t| &t.layout.fix)}</a>
                        <a href="/test">{localized(|t| &t.test.title)}</a>
                    </nav>
                </header>
                <main id="content">{children()}</main>
                <Footer/>
            </body>
        </html>
    }
}

/// Where a provider helps with what this site cannot do.
#[component]
pub fn Links(
    /// The provider.
    record: Arc<Record>,
) -> impl IntoView {
    let heading = texts()
        .pages
        .links
        .heading
        .fill(|ProviderValue::Provider| &record.name);
    let pages = &record.links;
    let links = [
        (
            &pages.password_reset,
            localized(|t| &t.links.password_reset),
        ),
        (
            &pages.password_change,
            localized(|t| &t.links.password_change),
        ),
        (&pages.webmail, localized(|t| &t.links.webmail)),
        (&pages.support, localized(|t| &t.links.support)),
    ];
    let items = links
        .into_iter()
        .filter_map(|(link, text)| {
            let url = link.as_ref()?.url.as_str().to_owned();
            Some(view! { <li><a href=url rel="noreferrer">{text}</a></li> })
        })
        .collect_view();
    view! {
        <section class="card more">
            <h2>{heading}</h2>
            <ul>{items}</ul>
        </section>
    }
}
