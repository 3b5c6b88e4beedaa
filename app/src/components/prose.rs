//! Texts of the guide with the customer's values in their places.

use std::sync::Arc;

use leptos::prelude::*;

use crate::guide::program::SecurityNames;
use crate::guide::prose::{GeneralProse, Piece, Prose, Slot};
use crate::guide::values::{Filled, Values};
use crate::islands::UserName;
use crate::site::{site, texts};

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

/// A text as it describes its page to search engines, with the values of the first group of addresses.
pub fn described(prose: &Prose) -> String {
    fn write(pieces: &[Piece], values: Option<&Values>, out: &mut String) {
        let texts = texts();
        let words = &texts.guide.words;
        for piece in pieces {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Label(inner) | Piece::Code(inner) => write(inner, values, out),
                Piece::Slot(Slot::Provider) => out.push_str(&site().provider_names(&texts.words)),
                Piece::Slot(slot) => match values.map(|values| values.fill(*slot)) {
                    Some(Filled::Text(text)) => out.push_str(&text),
                    Some(Filled::User { .. }) => out.push_str(&words.program.user),
                    Some(Filled::Missing) | None => out.push_str(words.missing()),
                },
            }
        }
    }
    let values = site().values(&SecurityNames::general(&texts().words));
    let mut out = String::new();
    write(&prose.0, values.first(), &mut out);
    out
}

fn general(pieces: &[Piece]) -> AnyView {
    let (site, texts) = (site(), texts());
    let views = pieces.iter().map(|piece| match piece {
        Piece::Text(text) => text.clone().into_any(),
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
        Piece::Text(text) => text.clone().into_any(),
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
