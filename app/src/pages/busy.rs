//! The page for those who ask when a limit is reached.

use leptos::prelude::*;

use crate::site::{BUSY_STYLE, localized, texts};

/// Says that too much was asked for, and what to do.
///
/// It stands outside of the layout of all other pages, which is ten times as large: most of these pages go to a
/// client that asks for hundreds in a second, and everybody else pays for their bytes.
#[component]
pub fn BusyPage() -> impl IntoView {
    let texts = texts();
    let words = texts.pages.failure.busy.clone();
    // With erased types Leptos would end the text with a comment, which a title shows.
    let escaped_title = html_escape::encode_text(&words.title).into_owned();
    view! {
        <!DOCTYPE html>
        <html lang=texts.language.clone()>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <title inner_html=escaped_title></title>
                <style inner_html=BUSY_STYLE></style>
                <meta name="robots" content="noindex"/>
            </head>
            <body>
                <main>
                    <h1>{words.title}</h1>
                    <p>{words.advice}</p>
                    <p><a href="/">{localized(|t| &t.not_found.home)}</a></p>
                </main>
            </body>
        </html>
    }
}
