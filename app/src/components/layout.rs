//! What stands around every page.

use std::sync::Arc;

use leptos::prelude::*;

use crate::record::Record;
use crate::site::Site;

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
    let options: LeptosOptions = expect_context();
    let provider = site.provider_names();
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <title>{format!("{title} – {provider} mail help")}</title>
                <meta
                    name="description"
                    content=format!("Mail settings for {provider} addresses, and a test that shows what is wrong.")
                />
                {private.then(|| view! { <meta name="robots" content="noindex"/> })}
                <meta name="color-scheme" content="light dark"/>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <link rel="stylesheet" href=site.stylesheet.clone()/>
                <HydrationScripts options islands=true/>
            </head>
            <body>
                <a class="skip" href="#content">"Skip to the content"</a>
                <header>
                    <a class="home" href="/">
                        <svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
                            <rect x="2" y="6" width="28" height="20" rx="4"></rect>
                            <path d="M4 10l12 9 12-9"></path>
                        </svg>
                        <span>{format!("{provider} mail help")}</span>
                    </a>
                    <nav aria-label="Main">
                        <a href="/">"Settings"</a>
                        <a href="/programs">"Mail programs"</a>
                        <a href="/fix">"Fix a problem"</a>
                        <a href="/test">"Test my connection"</a>
                    </nav>
                </header>
                <main id="content">{children()}</main>
                <footer>
                    <p>
                        "This page never asks for your password by email or phone. A password you type for a test "
                        "is sent once to your mail server, over an encrypted connection, and is not kept."
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
        (record.links.password_reset, "Forgot your email password"),
        (record.links.password_change, "Change your email password"),
        (record.links.webmail, "Read your mail in the browser"),
        (record.links.support, "Get help from support"),
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
            <h2>{format!("Help from {}", record.name)}</h2>
            <ul>{items}</ul>
        </section>
    }
}
