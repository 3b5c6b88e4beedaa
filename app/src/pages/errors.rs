//! `/errors`: the search over the whole site, and what the messages of programs and servers mean.

use leptos::prelude::*;

use crate::address::parse_address;
use crate::components::{
    Document, GeneralText, KeepTrail, Said, TextArea, WayOn, elsewhere, unknown,
};
use crate::guide::destination::{Destination, Page};
use crate::guide::error_text::ErrorText;
use crate::guide::trail::Trail;
use crate::islands::Matches;
use crate::page_words::{DomainValue, ElsewhereNameValue};
use crate::search::ranking::MAX_TEXT_LEN;
use crate::site::{site, texts};
use crate::site_search::{Found, FoundKind};
use crate::texts::Texts;

/// The search, what it found directly under the field, and every message that is known.
///
/// A page with an answer does not list all messages: it is rendered for one request and should be small.
#[component]
pub fn ErrorsPage(
    /// What was typed.
    text: String,
    /// The slug of the program that was chosen; empty or unknown if none was.
    program: String,
    /// What was answered before, as far as the address says.
    trail: Trail,
) -> impl IntoView {
    let texts = texts();
    let words = texts.guide.words.errors.clone();
    let text: String = text.chars().take(MAX_TEXT_LEN).collect();
    let asked = !text.trim().is_empty();
    let chosen = texts.guide.program(&program);
    let chosen = chosen.map(|program| program.slug.clone());
    let found = asked.then(|| answer(&texts, &text, chosen.as_deref(), &trail));
    let rest = if asked {
        let href = trail.keep("/errors".to_owned());
        view! { <p class="go-on"><a href=href>{words.all.clone()}</a></p> }.into_any()
    } else {
        all(&texts, &trail).into_any()
    };
    let no_index = asked || !trail.is_empty();
    let way_on = view! { <WayOn here=Destination::Page(Page::Errors) trail=trail.clone()/> };
    view! {
        <Document title=words.title.clone() description=words.lead.clone() no_index>
            <h1>{words.title.clone()}</h1>
            <p class="lead">{words.lead.clone()}</p>
            <Matches>
                {form(&texts, text, chosen, &trail)}
                <div id="found" class="found">{found}</div>
            </Matches>
            {rest}
            {way_on}
        </Document>
    }
}

fn form(
    texts: &Texts,
    text: String,
    chosen: Option<String>,
    trail: &Trail,
) -> impl IntoView + use<> {
    let words = texts.guide.words.errors.clone();
    let programs = texts.guide.programs.iter().map(|program| {
        let selected = chosen.as_deref() == Some(program.slug.as_str());
        view! { <option value=program.slug.clone() selected=selected>{program.name.clone()}</option> }
    });
    let programs = programs.collect_view();
    view! {
        <form class="card ask" action="/errors">
            <KeepTrail trail=trail.clone()/>
            <label for="q">{words.label}</label>
            <TextArea name="q" rows="3" maxlength=MAX_TEXT_LEN text/>
            <p class="hint">{words.hint}</p>
            <div class="with-program">
                <div>
                    <label for="program">{words.program}</label>
                    <select id="program" name="program">
                        <option value="">{words.any_program}</option>
                        {programs}
                    </select>
                </div>
                <button type="submit">{words.button}</button>
            </div>
        </form>
    }
}

/// What was found for a text. An address leads to its settings, and is no message.
fn answer(texts: &Texts, text: &str, chosen: Option<&str>, trail: &Trail) -> AnyView {
    if let Some(found) = address(texts, text) {
        return found.into_any();
    }
    let words = texts.guide.words.errors.clone();
    let found = texts.search.search(text, chosen);
    let entries = found.hits.iter();
    let entries = entries.map(|hit| entry(texts, hit, found.program.as_deref(), trail));
    let entries = entries.collect_view();
    let here = Destination::Page(Page::Errors);
    let other = trail.next(&texts.guide, &here);
    let other = other.unwrap_or_else(|| "/fix".to_owned());
    let status = if found.hits.is_empty() {
        view! {
            <div class="note">
                <p>{words.none}</p>
                <p><a href=other>{words.none_link}</a></p>
            </div>
        }
        .into_any()
    } else {
        let title = if found.sure {
            words.hits
        } else {
            words.perhaps
        };
        let questions =
            (!found.sure).then(|| view! { <p><a href="/fix">{words.none_link}</a></p> });
        view! { <h2>{title}</h2> {questions} }.into_any()
    };
    view! {
        <div role="status">{status}</div>
        <div class="entries">{entries}</div>
    }
    .into_any()
}

/// What there is for an address: its settings, or whose help to look for. A message may name an address, too, and
/// then says more.
fn address(texts: &Texts, text: &str) -> Option<impl IntoView + use<>> {
    let mut words = text.split_whitespace();
    let typed = words.clone().find(|word| word.contains('@'))?;
    let address = parse_address(typed).ok()?;
    words.nth(MAX_WORDS).is_none().then_some(())?;
    let site = site();
    let words = &texts.pages.address;
    let settings = |domain: &str| {
        let title = texts
            .pages
            .settings
            .title
            .fill(|DomainValue::Domain| domain);
        view! { <p class="go-on"><a href=format!("/settings/{domain}")>{title}</a></p> }
    };
    let said = match Said::of(typed, true, &site) {
        Said::Nothing => settings(address.domain().as_str()).into_any(),
        Said::Meant { address, domain } => view! {
            <p>{words.meant.clone()} " " {address} "?"</p>
            {settings(&domain)}
        }
        .into_any(),
        Said::Elsewhere(name) => {
            let fill = |ElsewhereNameValue::Name| &name;
            let mut others = site.other_providers.iter();
            let help = others
                .find(|other| other.name == name)
                .and_then(|other| other.help.as_ref());
            let help = match help {
                Some(url) => {
                    let url = url.as_str().to_owned();
                    let label = words.elsewhere_help.fill(fill);
                    view! { <a href=url rel="noreferrer">{label}</a> }.into_any()
                }
                None => words.elsewhere_find.fill(fill).into_any(),
            };
            let text = elsewhere(&site, texts, &name);
            view! { <p>{text}</p> <p class="go-on">{help}</p> }.into_any()
        }
        Said::Unknown => view! { <p>{unknown(&site, texts)}</p> }.into_any(),
        Said::Problem(_) => return None,
    };
    Some(view! { <article class="entry"><h3>{address.to_string()}</h3> {said}</article> })
}

/// How many words somebody types who looks for the settings of an address.
const MAX_WORDS: usize = 4;

/// One hit. Its links lead to the steps in this program.
fn entry(
    texts: &Texts,
    hit: &Found,
    program: Option<&str>,
    trail: &Trail,
) -> impl IntoView + use<> {
    let words = &texts.guide.words.errors;
    let own = match &hit.kind {
        FoundKind::MessageOf(slug) => texts.guide.program(slug),
        FoundKind::Message | FoundKind::Code(_) | FoundKind::Place => None,
    };
    let kind = match (&hit.kind, own) {
        (_, Some(program)) => words.in_program.fill(|_| &program.name),
        (FoundKind::Code(code), _) => format!("{}: {code}", words.code),
        (FoundKind::Place, _) => words.place.clone(),
        (FoundKind::Message | FoundKind::MessageOf(_), _) => words.servers.clone(),
    };
    let program = program.or(own.map(|program| program.slug.as_str()));
    let program = program.and_then(|slug| texts.guide.program(slug));
    let program = program.or_else(|| trail.program(&texts.guide));
    let mut links = hit.links.iter().map(|link| {
        let program = program.filter(|_| link.has_programs);
        let trail = trail.clone().choosing(program.map(|program| &**program));
        let href = trail.keep(link.path.clone());
        view! { <a href=href>{link.label.clone()}</a> }
    });
    let best = links
        .next()
        .map(|link| view! { <p class="go-on">{link}</p> });
    let others = links
        .map(|link| view! { <li>{link}</li> })
        .collect::<Vec<_>>();
    let others = (!others.is_empty()).then(|| {
        view! { <p class="also">{words.also.clone()}</p> <ul class="also">{others}</ul> }
    });
    let means = hit.means.clone();
    let means = means.map(|means| view! { <p><GeneralText prose=means/></p> });
    let cause = hit.cause.clone().map(|cause| {
        view! { <p><b>{words.cause.clone()}</b> " " <GeneralText prose=cause/></p> }
    });
    let scam = hit
        .scam
        .then(|| view! { <p class="note">{words.scam.clone()}</p> });
    view! {
        <article class="entry">
            <h3>{hit.text.clone()}</h3>
            <p class="optional">{kind}</p>
            {scam}
            {means}
            {cause}
            {best}
            {others}
        </article>
    }
}

/// Every message that is known, folded.
fn all(texts: &Texts, trail: &Trail) -> impl IntoView + use<> {
    let errors = texts.guide.errors.iter();
    let errors = errors
        .map(|error| known(texts, trail, error))
        .collect_view();
    view! {
        <section id="all">
            <h2>{texts.guide.words.errors.all.clone()}</h2>
            {errors}
        </section>
    }
}

fn known(texts: &Texts, trail: &Trail, error: &ErrorText) -> impl IntoView + use<> {
    let guide = &texts.guide;
    let slug = error.program.as_deref();
    let program = slug.and_then(|slug| guide.program(slug));
    let name = program.map_or(&guide.words.errors.servers, |program| &program.name);
    let label = guide.label(&error.to).unwrap_or_default().to_owned();
    // A message of a program is mended in that program.
    let program = program.or_else(|| trail.program(guide));
    let trail = trail.clone().choosing(program.map(|program| &**program));
    let path = trail.link(guide, &error.to);
    view! {
        <details class="known" id=error.id.clone()>
            <summary>{error.text.clone()} " " <span class="optional">{name.clone()}</span></summary>
            <p><GeneralText prose=error.means.clone()/></p>
            <p class="go-on"><a href=path>{label}</a></p>
        </details>
    }
}
