//! Texts of the guide with the customer's values in their places.

use std::sync::Arc;

use leptos::prelude::*;

use crate::guide::prose::{GeneralProse, Piece, Prose, Slot};
use crate::guide::values::{Filled, Values};
use crate::islands::UserName;
use crate::record::Link;
use crate::site::{localized, site, texts};
use crate::webmail::parts;

/// A text with its values.
#[component]
pub fn Text(
    /// The text.
    prose: Prose,
    /// What stands in its places.
    values: Arc<Values>,
) -> impl IntoView {
    pieces(&prose.0, &values)
}

/// A text about no group of addresses in particular.
#[component]
pub fn GeneralText(
    /// The text.
    prose: GeneralProse,
) -> impl IntoView {
    general(&prose.prose().0)
}

fn general(pieces: &[Piece]) -> AnyView {
    let (site, texts) = (site(), texts());
    let views = pieces.iter().map(|piece| match piece {
        Piece::Text(text) => {
            let mut records = site.catalogue.records.iter();
            with_webmail(
                text,
                records.find_map(|record| record.links.webmail.as_ref()),
            )
        }
        Piece::Label(inner) => view! { <b class="label">{general(inner)}</b> }.into_any(),
        Piece::Code(inner) => view! { <code>{general(inner)}</code> }.into_any(),
        Piece::Slot(Slot::Provider) => site.provider_names(&texts.words).into_any(),
        // No other value stands in such a text.
        Piece::Slot(_) => ().into_any(),
    });
    views.collect_view().into_any()
}

fn pieces(pieces: &[Piece], values: &Values) -> AnyView {
    let views = pieces.iter().map(|piece| piece_view(piece, values));
    views.collect_view().into_any()
}

fn piece_view(piece: &Piece, values: &Values) -> AnyView {
    let texts = texts();
    let words = &texts.guide.words;
    match piece {
        Piece::Text(text) => with_webmail(text, values.record.links.webmail.as_ref()),
        Piece::Label(inner) => view! { <b class="label">{pieces(inner, values)}</b> }.into_any(),
        Piece::Code(inner) => view! { <code>{pieces(inner, values)}</code> }.into_any(),
        // A name among other words, and nothing to type.
        Piece::Slot(Slot::Provider) => values.record.name.clone().into_any(),
        Piece::Slot(slot) => match values.fill(*slot) {
            Filled::Text(text) => view! { <span class="filled">{text}</span> }.into_any(),
            Filled::User { local_part } => {
                let unknown = if local_part {
                    words.program.local_part.clone()
                } else {
                    words.program.user.clone()
                };
                view! {
                    <span class="filled">
                        <UserName local_part>{unknown}</UserName>
                    </span>
                }
                .into_any()
            }
            Filled::Missing => words.missing().to_owned().into_any(),
        },
    }
}

/// Words in which the one for webmail leads there, where the record has its address.
fn with_webmail(text: &str, link: Option<&Link>) -> AnyView {
    let Some(link) = link else {
        return text.to_owned().into_any();
    };
    let word = localized(|t| &t.links.webmail_word);
    let parts = parts(text, &word).into_iter().map(|(part, is_link)| {
        let (text, href) = (part.to_owned(), link.url.as_str().to_owned());
        match is_link {
            true => view! { <a href=href rel="noreferrer">{text}</a> }.into_any(),
            false => text.into_any(),
        }
    });
    parts.collect_view().into_any()
}
