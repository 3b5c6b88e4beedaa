//! What stands around every page.

use std::sync::Arc;

use leptos::prelude::*;

use crate::record::Record;
use crate::site::{Bundle, Site, say};

/// A whole HTML document.
#[component]
pub fn Document(
    /// The title, without the name of the site.
    title: String,
    /// Whether search engines may list the page.
    #[prop(optional)]
    private: bool,
    children: Children,
) -> impl IntoView {
    let site: Arc<Site> = expect_context();
    let Bundle {
        stylesheet,
        script,
        wasm,
    } = site.bundle.clone();
    let provider = site.provider_names();
    let full_title = say(|t| &t.layout.title)
        .replace("{title}", &title)
        .replace("{provider}", &provider);
    let escaped_title = html_escape::encode_text(&full_title).into_owned();
    view! {
        <!DOCTYPE html>
        <html lang=site.language.clone()>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                // With erased types Leptos would end the text with a comment, which a title shows.
                <title inner_html=escaped_title></title>
                <meta
                    name="description"
                    content=say(|t| &t.layout.description).replace("{provider}", &provider)
                />
                {private.then(|| view! { <meta name="robots" content="noindex"/> })}
                <meta name="color-scheme" content="light dark"/>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <link rel="stylesheet" href=stylesheet/>
                // Found here, both are on their way at the same time.
                <script type="module" src=script></script>
                <link rel="preload" href=wasm r#as="fetch" type="application/wasm" crossorigin="anonymous"/>
            </head>
            <body>
                <a class="skip" href="#content">{say(|t| &t.layout.skip)}</a>
                <header>
                    <a class="home" href="/">
                        <svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
                            <rect x="2" y="6" width="28" height="20" rx="4"></rect>
                            <path d="M4 10l12 9 12-9"></path>
                        </svg>
                        <span>{say(|t| &t.layout.name).replace("{provider}", &provider)}</span>
                    </a>
                    <nav aria-label=say(|t| &t.layout.navigation)>
                        <a href="/">{say(|t| &t.layout.settings)}</a>
                        <a href="/programs">{say(|t| &t.layout.programs)}</a>
                        <a href="/fix">{say(|t| &t.layout.fix)}</a>
                        <a href="/test">{say(|t| &t.test.title)}</a>
                    </nav>
                </header>
                <main id="content">{children()}</main>
                <footer>
                    <p>
                        {say(|t| &t.layout.footer)}
                    </p>
                </footer>
            </body>
        </html>
    }
}

/// Where a provider helps with what this site cannot do.
#[component]
pub fn Links(
    /// The provider.
    record: Record,
) -> impl IntoView {
    let links = [
        (
            record.links.password_reset,
            say(|t| &t.links.password_reset),
        ),
        (
            record.links.password_change,
            say(|t| &t.links.password_change),
        ),
        (record.links.webmail, say(|t| &t.links.webmail)),
        (record.links.support, say(|t| &t.links.support)),
    ];
    let items = links
        .into_iter()
        .filter_map(|(link, text)| {
            let url = link?.url.as_str().to_owned();
            Some(view! { <li><a href=url rel="noreferrer">{text}</a></li> })
        })
        .collect_view();
    view! {
        <section class="card more">
            <h2>{say(|t| &t.links.heading).replace("{provider}", &record.name)}</h2>
            <ul>{items}</ul>
        </section>
    }
}
