//! `/fix/card/<card>`: one way to mend something, in the words of the customer's program.

use std::sync::Arc;

use leptos::prelude::*;

use crate::components::{AddressField, AnsweredList, Document, Part, Support, Text};
use crate::guide::card::{Card, CardLink};
use crate::guide::program::{Program, SecurityNames, Status};
use crate::guide::prose::Steps;
use crate::guide::trail::Trail;
use crate::guide::values::Values;
use crate::guide::words::ProgramValue;
use crate::islands::{AddressScope, FollowUp, GroupPanel};
use crate::page_words::ProviderValue;
use crate::site::{Site, site, texts};
use crate::texts::Texts;

/// One card, for one program if it is known.
#[component]
pub fn CardPage(
    /// The name of the card in addresses of pages.
    slug: String,
    /// The card.
    card: Arc<Card>,
    /// The program, if the customer has chosen one.
    program: Option<Arc<Program>>,
    /// What was answered before, as far as the address says.
    trail: Trail,
) -> impl IntoView {
    let (site, texts) = (site(), texts());
    let words = texts.guide.words.card.clone();
    let answered = trail.answered(&texts.guide);
    let no_index = !answered.is_empty();
    let fix = texts.guide.words.fix.clone();
    // This card may already be the one to go on with; then there is no other.
    let here = format!("/fix/card/{slug}");
    let next = answered.last().map(|last| last.then.clone());
    let next = next.filter(|next| !next.is_empty() && next.split('?').next() != Some(&here));
    let chooser = card
        .program
        .then(|| chooser(&texts, &slug, program.as_deref()));
    let general = texts.guide.words.program.clone();
    let own = own_steps(program.as_deref(), &slug);
    let asks = card.has_values(own.as_deref());
    let groups = site.domain_groups();
    let title = card.title.clone();
    view! {
        <Document title=title.clone() no_index>
            <AddressScope groups>
                <h1>{title}</h1>
                {asks.then(|| view! {
                    <div class="card">
                        <label for="address">{general.address.clone()}</label>
                        <AddressField id="address".to_owned()/>
                        <p class="hint">{general.address_hint.clone()}</p>
                    </div>
                })}
                {chooser}
                {panels(&site, &texts, &slug, &card, program.as_ref())}
            </AddressScope>
            <section>
                <h2>{words.helped.clone()}</h2>
                <details class="others">
                    <summary>{words.helped_yes.clone()}</summary>
                    <p>{words.helped_yes_text.clone()}</p>
                </details>
                <FollowUp>
                    <p>
                        <a id="next" class="button" href=next.clone() hidden=next.is_none()>
                            {words.helped_no.clone()}
                        </a>
                    </p>
                    <AnsweredList answered title=fix.known again=fix.again/>
                </FollowUp>
                <p><a href="/test">{words.helped_test.clone()}</a></p>
                <p><a href="/report">{words.helped_report.clone()}</a></p>
                <Support/>
            </section>
        </Document>
    }
}

/// The same for every group of addresses. They look for the address that surrounds them, so this is
/// called inside of its scope.
fn panels(
    site: &Site,
    texts: &Texts,
    slug: &str,
    card: &Arc<Card>,
    program: Option<&Arc<Program>>,
) -> impl IntoView + use<> {
    let security = match program {
        Some(program) => program.security_names(&texts.words),
        None => SecurityNames::general(&texts.words),
    };
    let panels = site.values(&security).into_iter().enumerate();
    let panels = panels.map(|(position, values)| {
        let (card, program, slug) = (card.clone(), program.cloned(), slug.to_owned());
        view! {
            <GroupPanel position>
                <Body slug card program values=Arc::new(values) position/>
            </GroupPanel>
        }
    });
    panels.collect_view()
}

#[component]
fn Body(
    slug: String,
    card: Arc<Card>,
    program: Option<Arc<Program>>,
    values: Arc<Values>,
    position: usize,
) -> impl IntoView {
    let texts = texts();
    let words = texts.guide.words.card.clone();
    let own = own_steps(program.as_deref(), &slug);
    let record = &values.record;
    let link = card.link.and_then(|link| match link {
        CardLink::PasswordReset => record.links.password_reset.clone(),
    });
    let link = link.map(|link| {
        let label = words.link.fill(|ProviderValue::Provider| &record.name);
        let url = link.url.as_str().to_owned();
        view! { <p><a class="button" href=url rel="noreferrer">{label}</a></p> }
    });
    let name = program.as_ref().map(|program| program.name.clone());
    let (title, note) = match (&own, name) {
        (Some(_), Some(name)) => (words.steps_in.fill(|ProgramValue::Program| &name), None),
        (None, Some(name)) if card.program => (
            words.steps.clone(),
            Some(words.without.fill(|ProgramValue::Program| &name)),
        ),
        _ => (words.steps.clone(), None),
    };
    let steps = own.unwrap_or_else(|| card.steps.clone());
    let chosen = program.map_or_else(String::new, |program| program.slug.clone());
    let ticks = format!("{slug} {chosen} {position}");
    view! {
        <p class="lead"><Text prose=card.why.clone() values=values.clone()/></p>
        {link}
        {note.map(|note| view! { <p class="note">{note}</p> })}
        <Part title steps values=values.clone() ticks/>
        <section>
            <h2>{words.after.clone()}</h2>
            <p><Text prose=card.after.clone() values/></p>
        </section>
    }
}

/// The steps of this card in the words of the program, if it has its own.
fn own_steps(program: Option<&Program>, card: &str) -> Option<Steps> {
    match &program?.status {
        Status::Supported(steps) => steps.cards.get(card).cloned(),
        Status::Retired(_) => None,
    }
}

/// Links to the same card for every program.
fn chooser(texts: &Texts, slug: &str, chosen: Option<&Program>) -> impl IntoView + use<> {
    let words = &texts.guide.words.card;
    let programs = texts.guide.programs.iter();
    let programs = programs.filter(|program| matches!(program.status, Status::Supported(_)));
    let link = |name: String, href: String, current: bool| {
        view! { <li><a href=href aria-current=current.then_some("true")>{name}</a></li> }
    };
    let items = programs.map(|program| {
        let current = chosen.is_some_and(|chosen| chosen.slug == program.slug);
        let href = format!("/fix/card/{slug}?program={}", program.slug);
        link(program.name.clone(), href, current)
    });
    let items = items.collect_view();
    let general = link(
        words.general.clone(),
        format!("/fix/card/{slug}"),
        chosen.is_none(),
    );
    view! {
        <details class="others" open=chosen.is_none()>
            <summary>{words.program.clone()}</summary>
            <ul class="columns">{items} {general}</ul>
        </details>
    }
}
