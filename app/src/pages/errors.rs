//! `/errors`: what the message of a program or of a server means.

use leptos::prelude::*;

use crate::components::{Document, GeneralText, TextArea, WayOn};
use crate::guide::destination::Destination;
use crate::guide::error_text::{ErrorText, MAX_TEXT_LEN, search};
use crate::guide::words::ErrorsWords;
use crate::islands::Matches;
use crate::site::texts;
use crate::texts::Texts;

/// The search, and what it found; before anything was asked, every message that is known.
///
/// A page with an answer does not list all messages: it is rendered for one request and should be small.
#[component]
pub fn ErrorsPage(
    /// What was typed.
    text: String,
) -> impl IntoView {
    let text: String = text.chars().take(MAX_TEXT_LEN).collect();
    match text.trim() {
        "" => all().into_any(),
        _ => answer(text).into_any(),
    }
}

/// Every message. With scripts they are searched in the browser, and nothing is sent.
fn all() -> impl IntoView {
    let texts = texts();
    let words = texts.guide.words.errors.clone();
    let entries = texts.guide.errors.iter();
    let entries = entries
        .enumerate()
        .map(|(position, error)| entry(&texts, error, Some(position)))
        .collect_view();
    view! {
        <Document title=words.title.clone() description=words.lead.clone()>
            <h1>{words.title.clone()}</h1>
            <p class="lead">{words.lead.clone()}</p>
            <Matches>
                {form(&words, String::new())}
                <div role="status">
                    <h2 data-when="hits" hidden>{words.hits.clone()}</h2>
                    <div class="note" data-when="none" hidden>
                        <p>{words.none.clone()}</p>
                        <p><a href="/fix">{words.none_link.clone()}</a></p>
                    </div>
                </div>
                <h2 data-when="all">{words.all.clone()}</h2>
                <div class="entries">{entries}</div>
            </Matches>
            <WayOn/>
        </Document>
    }
}

/// What was found for a text.
fn answer(text: String) -> impl IntoView {
    let texts = texts();
    let words = texts.guide.words.errors.clone();
    let hits = search(&texts.guide.errors, &text);
    let none = hits.is_empty();
    let hits = hits.into_iter();
    let hits = hits.map(|error| entry(&texts, error, None)).collect_view();
    let found = if none {
        view! {
            <div class="note">
                <p>{words.none.clone()}</p>
                <p><a href="/fix">{words.none_link.clone()}</a></p>
            </div>
        }
        .into_any()
    } else {
        view! { <h2>{words.hits.clone()}</h2> }.into_any()
    };
    view! {
        <Document title=words.title.clone() no_index=true>
            <h1>{words.title.clone()}</h1>
            <p class="lead">{words.lead.clone()}</p>
            {form(&words, text)}
            <div role="status">{found}</div>
            <div class="entries">{hits}</div>
            <p class="go-on"><a href="/errors">{words.all.clone()}</a></p>
            <WayOn/>
        </Document>
    }
}

fn form(words: &ErrorsWords, text: String) -> impl IntoView + use<> {
    let (label, button) = (words.label.clone(), words.button.clone());
    view! {
        <form class="card" action="/errors">
            <label for="q">{label}</label>
            <TextArea name="q" rows="3" maxlength=MAX_TEXT_LEN text/>
            <button type="submit">{button}</button>
        </form>
    }
}

/// One message. Its position in the list is given where the browser searches the list; what was found is open.
fn entry(texts: &Texts, error: &ErrorText, position: Option<usize>) -> impl IntoView + use<> {
    let guide = &texts.guide;
    let program = error
        .program
        .as_deref()
        .and_then(|slug| guide.program(slug));
    let name = program.map_or(&guide.words.errors.servers, |program| &program.name);
    let mut href = error.to.path();
    if let (Destination::Card(_), Some(program)) = (&error.to, program) {
        href = format!("{href}?program={}", program.slug);
    }
    let title = guide.label(&error.to).map(str::to_owned);
    let cause = error.cause.clone().map(|cause| {
        view! { <p><b>{guide.words.errors.cause.clone()}</b> " " <GeneralText prose=cause/></p> }
    });
    view! {
        <details
            class="entry"
            id=error.id.clone()
            data-match=position.map(|_| error.keys.clone())
            data-position=position
            open=position.is_none()
        >
            <summary>{error.text.clone()} " " <span class="optional">{name.clone()}</span></summary>
            <p><GeneralText prose=error.means.clone()/></p>
            {cause}
            <p class="go-on"><a href=href>{title}</a></p>
        </details>
    }
}
