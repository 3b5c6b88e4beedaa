//! What has changed hands at a provider, each with where it was read.

use std::sync::Arc;

use leptos::prelude::*;

use crate::page_words::ProviderValue;
use crate::record::Record;
use crate::site::texts;

/// The changes of a provider, if its record knows any.
#[component]
pub fn Changes(
    /// The provider.
    record: Arc<Record>,
) -> impl IntoView {
    let texts = texts();
    let words = texts.guide.words.card.clone();
    let items = record.changes.iter().map(|change| {
        let what = change.what.in_language(&texts.language).to_owned();
        let title = change.source.title.in_language(&texts.language).to_owned();
        let url = change.source.url.as_str().to_owned();
        view! { <li>{what} " " <a href=url rel="noreferrer">{title}</a></li> }
    });
    let items = items.collect_view();
    (!record.changes.is_empty()).then(|| {
        view! {
            <section>
                <h2>{words.changes.fill(|ProviderValue::Provider| &record.name)}</h2>
                <ul>{items}</ul>
                <p class="hint">{words.changes_note}</p>
            </section>
        }
    })
}
