//! `/fix/card/<card>`: one way to mend something, in the words of the customer's program.

use std::sync::Arc;

use leptos::prelude::*;

use crate::audience::{must_ask, shown_values};
use crate::components::{
    AnsweredList, AskAddress, CardSources, Changes, Document, GroupPanel, Part, ProgramLinks,
    Support, Text, YourAddress, described,
};
use crate::guide::card::{Card, CardFacts, CardLink};
use crate::guide::destination::{Destination, Page, SUPPORT_CARD};
use crate::guide::program::{Program, SecurityNames, Status};
use crate::guide::prose::Steps;
use crate::guide::trail::Trail;
use crate::guide::values::Values;
use crate::guide::words::ProgramValue;
use crate::islands::AddressScope;
use crate::page_words::ProviderValue;
use crate::site::{localized, site, texts};
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
    let next = next(&texts, &slug, &trail).map(|href| {
        view! { <p><a class="button" href=href>{words.helped_no.clone()}</a></p> }
    });
    let test = trail.link(&texts.guide, &Destination::Page(Page::Test));
    let report = trail.link(&texts.guide, &Destination::Page(Page::Report));
    let chooser = card
        .program
        .then(|| chooser(&texts, &slug, program.as_deref(), &trail));
    let own = own_steps(program.as_deref(), &slug);
    let asks = card.has_values(own.as_deref());
    let groups = site.domain_groups();
    let title = card.title.clone();
    let prevention = prevention(&texts, &card, &trail);
    let sources = card.sources.clone();
    view! {
        <Document title=title.clone() description=described(&card.why) no_index>
            <AddressScope groups>
                <h1>{title}</h1>
                {asks.then(|| address(&texts, &slug, &trail))}
                {chooser}
                {panels(&texts, &slug, &card, program.as_ref(), asks)}
            </AddressScope>
            {prevention}
            <section>
                <h2>{words.helped.clone()}</h2>
                <details class="others">
                    <summary>{words.helped_yes.clone()}</summary>
                    <p>{words.helped_yes_text.clone()}</p>
                </details>
                {next}
                <AnsweredList answered title=fix.known again=fix.again/>
                <ul>
                    <li><a href=test>{words.helped_test.clone()}</a></li>
                    <li><a href=report>{words.helped_report.clone()}</a></li>
                </ul>
                <Support/>
            </section>
            <CardSources sources/>
        </Document>
    }
}

/// Where to go on if the card did not help: what the last answer says, or the beginning for those who came
/// from elsewhere, or at the end support.
fn next(texts: &Texts, slug: &str, trail: &Trail) -> Option<String> {
    if trail.is_empty() {
        return Some("/fix".to_owned());
    }
    let support = || {
        let support = Destination::Card(SUPPORT_CARD.to_owned());
        (slug != SUPPORT_CARD).then(|| trail.link(&texts.guide, &support))
    };
    let here = Destination::Card(slug.to_owned());
    trail.next(&texts.guide, &here).or_else(support)
}

/// The field for the address, called inside of its scope.
fn address(texts: &Texts, slug: &str, trail: &Trail) -> AnyView {
    if must_ask() {
        let page = trail.link(&texts.guide, &Destination::Card(slug.to_owned()));
        return view! { <AskAddress page text=localized(|t| &t.ask.steps)/> }.into_any();
    }
    view! { <YourAddress/> }.into_any()
}

/// The same for every group of addresses. They look for the address that surrounds them, so this is
/// called inside of its scope.
fn panels(
    texts: &Texts,
    slug: &str,
    card: &Arc<Card>,
    program: Option<&Arc<Program>>,
    has_values: bool,
) -> impl IntoView + use<> {
    let security = match program {
        Some(program) => program.security_names(&texts.words),
        None => SecurityNames::general(&texts.words),
    };
    let panels = shown_values(texts, &security, has_values).into_iter();
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
    let facts = card.facts.map(|facts| match facts {
        CardFacts::Changes => view! { <Changes record=record.clone()/> },
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
    let warning = card.warning.clone().map(|prose| {
        view! { <p class="note"><Text prose values=values.clone()/></p> }
    });
    let steps = own.unwrap_or_else(|| card.steps.clone());
    let chosen = program.map_or_else(String::new, |program| program.slug.clone());
    let ticks = format!("{slug} {chosen} {position}");
    view! {
        <p class="why"><Text prose=card.why.clone() values=values.clone()/></p>
        {warning}
        {link}
        {facts}
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
        Status::Other(_) | Status::Retired(_) => None,
    }
}

/// The link to the card that keeps it from happening again, in the words of the same program.
fn prevention(texts: &Texts, card: &Card, trail: &Trail) -> Option<impl IntoView + use<>> {
    let slug = card.prevention.as_ref()?;
    let title = texts.guide.cards.get(slug)?.title.clone();
    let href = trail.link(&texts.guide, &Destination::Card(slug.clone()));
    let heading = texts.guide.words.card.prevention.clone();
    Some(view! {
        <section>
            <h2>{heading}</h2>
            <p class="go-on"><a href=href>{title}</a></p>
        </section>
    })
}

/// Links to the same card for every program.
fn chooser(
    texts: &Texts,
    slug: &str,
    chosen: Option<&Program>,
    trail: &Trail,
) -> impl IntoView + use<> {
    let words = &texts.guide.words.card;
    let path = Destination::Card(slug.to_owned()).path();
    let chosen = chosen.map(|program| program.slug.clone());
    let (general, trail) = (words.general.clone(), trail.clone());
    view! {
        <details class="folded">
            <summary>{words.program.clone()}</summary>
            <ProgramLinks path chosen general trail/>
        </details>
    }
}
