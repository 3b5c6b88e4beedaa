//! Texts of the guide with the customer's values in their places.

use std::sync::Arc;

use leptos::prelude::*;

use super::chip::{chip, placeholder};
use crate::audience::{provider, shown_groups, shown_records, values_of_any_provider};
use crate::guide::possible::possible;
use crate::guide::program::SecurityNames;
use crate::guide::prose::{GeneralProse, Piece, Prose, Slot};
use crate::guide::values::{Filled, Values};
use crate::islands::UserName;
use crate::page_words::AnyProviderWords;
use crate::record::Link;
use crate::site::{localized, texts};
use crate::webmail::parts;

/// A text with its values, as far as the provider has them.
#[component]
pub fn Text(
    /// The text.
    prose: Prose,
    /// What stands in its places.
    values: Arc<Values>,
) -> impl IntoView {
    let said = possible(&prose, &values);
    said.map(|prose| pieces(&prose.0, &values, Copying::Never))
}

/// A step with its values, each with a button that copies it where it is to be typed.
#[component]
pub fn StepText(
    /// The step.
    prose: Prose,
    /// What stands in its places.
    values: Arc<Values>,
) -> impl IntoView {
    pieces(&prose.0, &values, Copying::Offered)
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
                Piece::Slot(Slot::Provider) => {
                    let name = in_sentence(&texts.pages.any_provider, provider(&texts), out);
                    out.push_str(&name);
                }
                Piece::Slot(slot) => match values.map(|values| values.fill(*slot)) {
                    Some(Filled::Text(text)) => out.push_str(&text),
                    Some(Filled::User { .. }) => out.push_str(&words.program.user),
                    Some(Filled::Missing) | None => out.push_str(words.missing()),
                },
            }
        }
    }
    let texts = texts();
    let mut out = String::new();
    match shown_groups().into_iter().next() {
        Some(first) => {
            let values = first.values(&SecurityNames::general(&texts.words));
            write(&prose.0, Some(&values), &mut out);
        }
        // Where nobody's values are known, only what has none is said.
        None => {
            let any = values_of_any_provider(&texts);
            let said = any.as_ref().and_then(|any| possible(prose, any));
            if let Some(said) = said {
                write(&said.0, any.as_ref(), &mut out);
            }
        }
    }
    out
}

/// Whether values can be copied from a text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Copying {
    Never,
    Offered,
}

fn general(pieces: &[Piece]) -> AnyView {
    let texts = texts();
    let records = shown_records();
    let views = pieces
        .iter()
        .enumerate()
        .map(|(position, piece)| match piece {
            Piece::Text(text) => {
                let mut records = records.iter();
                with_webmail(
                    text,
                    records.find_map(|record| record.links.webmail.as_ref()),
                )
            }
            Piece::Label(inner) => view! { <b class="label">{general(inner)}</b> }.into_any(),
            Piece::Code(inner) => view! { <code>{general(inner)}</code> }.into_any(),
            Piece::Slot(Slot::Provider) => in_sentence(
                &texts.pages.any_provider,
                provider(&texts),
                before(pieces, position),
            )
            .into_any(),
            // No other value stands in such a text.
            Piece::Slot(_) => ().into_any(),
        });
    views.collect_view().into_any()
}

fn pieces(pieces: &[Piece], values: &Values, copying: Copying) -> AnyView {
    let mut views = Vec::new();
    // What the last piece has taken of the next.
    let mut taken = 0;
    for (position, piece) in pieces.iter().enumerate() {
        let view = match piece {
            Piece::Text(text) => {
                let text = text.get(taken..).unwrap_or_default();
                with_webmail(text, values.record.links.webmail.as_ref())
            }
            Piece::Slot(Slot::Provider) => {
                let name = values.record.name.clone();
                in_sentence(&texts().pages.any_provider, name, before(pieces, position)).into_any()
            }
            piece => piece_view(piece, values, copying),
        };
        // No line may begin with the mark that follows a value.
        let mark = match (piece, pieces.get(position + 1)) {
            (Piece::Slot(_) | Piece::Code(_), Some(Piece::Text(next))) => mark(next),
            _ => "",
        };
        taken = mark.len();
        views.push(match mark {
            "" => view,
            mark => view! { <span class="kept">{view}{mark.to_owned()}</span> }.into_any(),
        });
    }
    views.into_any()
}

/// What a provider is called behind this text. Words instead of a name begin a sentence with a capital letter, and
/// nothing is "your your provider".
fn in_sentence(any: &AnyProviderWords, name: String, before: &str) -> String {
    if name != any.name {
        return name;
    }
    if before.to_lowercase().ends_with(&any.possessive) {
        return any.owned.clone();
    }
    let begins = before.is_empty() || [". ", "? ", "! "].iter().any(|end| before.ends_with(end));
    let mut letters = name.chars();
    match letters.next() {
        Some(first) if begins => first.to_uppercase().chain(letters).collect(),
        _ => name,
    }
}

/// The text before a piece; empty at the beginning of all.
fn before(pieces: &[Piece], position: usize) -> &str {
    match position
        .checked_sub(1)
        .and_then(|before| pieces.get(before))
    {
        None => "",
        Some(Piece::Text(text)) => text,
        // A value, which ends no sentence.
        Some(_) => "-",
    }
}

/// The mark at the beginning of a text, if there is one.
fn mark(text: &str) -> &str {
    let end = text.find(|letter: char| letter.is_alphanumeric() || letter.is_whitespace());
    text.get(..end.unwrap_or(text.len())).unwrap_or_default()
}

fn piece_view(piece: &Piece, values: &Values, copying: Copying) -> AnyView {
    let words = &texts().guide.words;
    match piece {
        Piece::Text(text) => with_webmail(text, values.record.links.webmail.as_ref()),
        Piece::Label(inner) => {
            view! { <b class="label">{pieces(inner, values, copying)}</b> }.into_any()
        }
        // Several values that are typed in one go are copied in one go.
        Piece::Code(inner) => match values.text(&Prose(inner.as_slice().into())) {
            Some(text) if copying == Copying::Offered && has_value(inner) => {
                chip(Some(text), false)
            }
            _ => view! { <code>{pieces(inner, values, Copying::Never)}</code> }.into_any(),
        },
        Piece::Slot(slot) => match (values.fill(*slot), slot, copying) {
            (Filled::Text(text), Slot::Host(_) | Slot::Port(_), Copying::Offered) => {
                chip(Some(text), false)
            }
            // It is chosen from a list.
            (Filled::Text(text), ..) => view! { <span class="filled">{text}</span> }.into_any(),
            (Filled::User { local_part }, _, Copying::Offered) => chip(None, local_part),
            (Filled::User { local_part }, _, Copying::Never) => view! {
                <span class="filled">
                    <UserName local_part>{placeholder(local_part)}</UserName>
                </span>
            }
            .into_any(),
            (Filled::Missing, ..) => words.missing().to_owned().into_any(),
        },
    }
}

fn has_value(pieces: &[Piece]) -> bool {
    pieces.iter().any(|piece| matches!(piece, Piece::Slot(_)))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_instead_of_a_name_begin_a_sentence_like_others() {
        let any = AnyProviderWords {
            name: "your provider".to_owned(),
            some: String::new(),
            possessive: "your ".to_owned(),
            owned: "mail".to_owned(),
        };
        for (name, before, expected) in [
            ("your provider", "", "Your provider"),
            ("your provider", "Ask us. ", "Your provider"),
            ("your provider", "Who? ", "Your provider"),
            ("your provider", "Ask ", "your provider"),
            ("your provider", "See 1.", "your provider"),
            ("your provider", "Tap your ", "mail"),
            ("your provider", "Your ", "mail"),
            ("iProvider", "", "iProvider"),
            ("iProvider", "your ", "iProvider"),
        ] {
            let found = in_sentence(&any, name.to_owned(), before);
            assert_eq!(found, expected, "{before:?}");
        }
    }

    #[test]
    fn marks_stay_with_the_value_before_them() {
        for (text, expected) in [
            (". Then go on.", "."),
            ("), and", "),"),
            (" and", ""),
            ("", ""),
            ("…", "…"),
            (".Ende", "."),
        ] {
            assert_eq!(mark(text), expected, "{text:?}");
        }
    }
}
