//! Where what a card says was read, folded.

use leptos::prelude::*;

use crate::guide::source::Source;
use crate::page_words::DayValue;
use crate::site::texts;

/// The sources of a card, if it names any.
#[component]
pub fn CardSources(
    /// The sources.
    sources: Vec<Source>,
) -> impl IntoView {
    let texts = texts();
    let items = sources.iter().map(|source| {
        let title = source.title.clone();
        let read = &texts.pages.settings.read_on;
        let read = read.fill(|DayValue::Day| texts.test.day(source.read));
        let title = match &source.url {
            Some(url) => {
                let url = url.as_str().to_owned();
                view! { <a href=url rel="noreferrer">{title}</a> }.into_any()
            }
            None => title.into_any(),
        };
        view! { <li>{title}{read}</li> }
    });
    let items = items.collect_view();
    (!sources.is_empty()).then(|| {
        view! {
            <details class="others">
                <summary>{texts.guide.words.card.sources.clone()}</summary>
                <ul>{items}</ul>
            </details>
        }
    })
}
