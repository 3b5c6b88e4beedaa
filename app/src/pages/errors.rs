//! `/errors`: what the message of a program or of a server means.

use std::collections::HashSet;
use std::sync::Arc;

use leptos::prelude::*;

use crate::components::{Document, Said};
use crate::guide::error_text::{ErrorText, LONGEST, search};
use crate::guide::target::Target;
use crate::islands::Matches;
use crate::site::Site;

/// The search, what it found, and every message that is known.
#[component]
pub fn ErrorsPage(
    /// What was typed.
    text: String,
) -> impl IntoView {
    let site: Arc<Site> = expect_context();
    let words = site.guide.words.errors.clone();
    let errors = &site.guide.errors;
    let text: String = text.chars().take(LONGEST).collect();
    let hits = search(errors, &text);
    let asked = !text.trim().is_empty();
    let found: HashSet<&str> = hits.iter().map(|hit| hit.id.as_str()).collect();
    let rest = errors
        .iter()
        .filter(|error| !found.contains(error.id.as_str()));
    let entries = hits.iter().copied().chain(rest).map(|error| {
        let hit = found.contains(error.id.as_str());
        let place = errors.iter().position(|other| other.id == error.id);
        entry(&site, error, hit, asked && !hit, place.unwrap_or(0))
    });
    let entries = entries.collect_view();
    let nothing = hits.is_empty();
    let none = asked && nothing;
    let private = asked;
    view! {
        <Document title=words.title.clone() private>
            <h1>{words.title.clone()}</h1>
            <p class="lead">{words.lead}</p>
            <Matches>
                <form class="card" action="/errors">
                    <label for="q">{words.label}</label>
                    <textarea id="q" name="q" rows="3" maxlength=LONGEST>{text}</textarea>
                    <button type="submit">{words.button}</button>
                </form>
                <div role="status">
                    <h2 data-when="hits" hidden=nothing>{words.hits}</h2>
                    <div class="note" data-when="none" hidden=!none>
                        <p>{words.none}</p>
                        <p><a href="/fix">{words.none_link}</a></p>
                    </div>
                </div>
                <h2 data-when="all" hidden=asked>{words.all}</h2>
                <div class="entries">{entries}</div>
            </Matches>
        </Document>
    }
}

fn entry(
    site: &Site,
    error: &ErrorText,
    open: bool,
    hidden: bool,
    place: usize,
) -> impl IntoView + use<> {
    let guide = &site.guide;
    let program = error
        .program
        .as_deref()
        .and_then(|slug| guide.program(slug));
    let name = program.map_or(&guide.words.errors.servers, |program| &program.name);
    let mut href = error.to.path();
    let title = match &error.to {
        Target::Card(slug) => {
            if let Some(program) = program {
                href = format!("{href}?program={}", program.slug);
            }
            guide.cards.get(slug).map(|card| card.title.clone())
        }
        Target::Node(slug) => guide.nodes.get(slug).map(|node| node.question.clone()),
        Target::Page(_) => Some(guide.go_on.label.clone()),
    };
    let cause = error.cause.clone().map(|cause| {
        view! { <p><b>{guide.words.errors.cause.clone()}</b> " " <Said prose=cause/></p> }
    });
    view! {
        <details
            class="entry"
            id=error.id.clone()
            data-match=error.pieces.join("\n")
            data-place=place.to_string()
            open=open
            hidden=hidden
        >
            <summary>{error.text.clone()} " " <span class="optional">{name.clone()}</span></summary>
            <p><Said prose=error.means.clone()/></p>
            {cause}
            <p class="go-on"><a href=href>{title}</a></p>
        </details>
    }
}
