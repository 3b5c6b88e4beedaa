//! What stands around every page.

use leptos::html::meta;
use leptos::prelude::*;

use super::footer::Footer;
use super::header::Header;
use crate::audience::audience;
use crate::page_words::{PageTitleValue, ProviderValue, TitleValue};
use crate::site::{Bundle, DEVICE_SCRIPT, RequestPath, localized, site, texts};

/// A whole HTML document.
#[component]
pub fn Document(
    /// The title, without the name of the site.
    title: String,
    /// What the page is about, in a sentence or two; by default what the site is about.
    #[prop(optional, into)]
    description: String,
    /// Whether search engines must not list the page.
    #[prop(optional)]
    no_index: bool,
    children: Children,
) -> impl IntoView {
    let (site, texts) = (site(), texts());
    let Bundle { style, script, .. } = site.bundle.clone();
    let provider = site.provider_names(&texts.words);
    let words = texts.pages.layout.clone();
    let (full_title, about, name) = match provider {
        Some(provider) => {
            let full_title = words.title.fill(|value| match value {
                PageTitleValue::Title => &title,
                PageTitleValue::Provider => &provider,
            });
            let named = |ProviderValue::Provider| &provider;
            (
                full_title,
                words.description.fill(named),
                words.name.fill(named),
            )
        }
        None => (
            words.title_of_many.fill(|TitleValue::Title| &title),
            words.description_of_many,
            words.name_of_many,
        ),
    };
    // Search engines need one page of each, and that with the settings of a domain.
    let RequestPath(path) = use_context().unwrap_or_default();
    let is_asked_for = audience().domain().is_some() && !path.starts_with("/settings/");
    let no_index = no_index || is_asked_for;
    let description = match description.trim() {
        "" => about,
        own => shortened(own),
    };
    let escaped_title = html_escape::encode_text(&full_title).into_owned();
    view! {
        <!DOCTYPE html>
        <html lang=texts.language.clone()>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                // With erased types Leptos would end the text with a comment, which a title shows.
                <title inner_html=escaped_title></title>
                <script inner_html=DEVICE_SCRIPT></script>
                // In the page, so that it is seen after one round trip.
                <style inner_html=style></style>
                <meta name="description" content=description.clone()/>
                {no_index.then(|| view! { <meta name="robots" content="noindex"/> })}
                <meta name="theme-color" content="#ffffff" media="(prefers-color-scheme: light)"/>
                <meta name="theme-color" content="#1b222c" media="(prefers-color-scheme: dark)"/>
                {open_graph("og:type", "website".to_owned())}
                {open_graph("og:site_name", name.clone())}
                {open_graph("og:title", title)}
                {open_graph("og:description", description)}
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                // It fetches the WebAssembly once the page is there.
                <script type="module" src=script fetchpriority="low"></script>
            </head>
            <body>
                <a class="skip" href="#content">{localized(|t| &t.layout.skip)}</a>
                <Header name/>
                <main id="content">{children()}</main>
                <Footer/>
            </body>
        </html>
    }
}

/// What other programs show with a link to the page (<https://ogp.me>).
fn open_graph(property: &'static str, content: String) -> impl IntoView {
    // The macro has no attribute of this name.
    meta().attr("property", property).content(content)
}

/// The longest description, in characters. Search engines show no more.
const MAX_DESCRIPTION_LEN: usize = 160;

/// As many whole words as fit.
fn shortened(text: &str) -> String {
    if text.chars().count() <= MAX_DESCRIPTION_LEN {
        return text.to_owned();
    }
    let kept: String = text.chars().take(MAX_DESCRIPTION_LEN - 2).collect();
    let end = kept.rfind(' ').unwrap_or(kept.len());
    let kept = kept[..end].trim_end_matches([' ', ',', ';', ':', '–']);
    format!("{kept} …")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_ends_with_a_whole_word() {
        let long = format!("{} ende", "wörter, ".repeat(30));
        for (text, expected) in [
            ("One sentence.", "One sentence.".to_owned()),
            (&long, format!("{}wörter …", "wörter, ".repeat(18))),
            (&"ä".repeat(161), format!("{} …", "ä".repeat(158))),
        ] {
            assert_eq!(shortened(text), expected);
        }
    }
}
