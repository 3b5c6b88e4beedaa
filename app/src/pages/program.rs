//! `/programs/<slug>`: one mail program, with the customer's own values.

use std::sync::Arc;

use leptos::prelude::*;

use crate::components::{Document, FormPicture, Part, Text};
use crate::guide::destination::OLD_DEVICE_CARD;
use crate::guide::program::{Program, ProgramGuide, Retired, Status};
use crate::guide::values::Values;
use crate::guide::words::{ProgramTitleValue, ProgramValue, SinceValue, TrapValue, VersionsValue};
use crate::islands::{AddressField, AddressScope, GroupPanel};
use crate::site::{Site, site, texts};
use crate::texts::Texts;

/// How to set up one program, or why not to use it any more.
#[component]
pub fn ProgramPage(
    /// The program.
    program: Arc<Program>,
) -> impl IntoView {
    let (site, texts) = (site(), texts());
    let words = texts.guide.words.program.clone();
    let groups = site.domain_groups();
    let provider = site.provider_names(&texts.words);
    let title = words.title.fill(|value| match value {
        ProgramTitleValue::Program => &program.name,
        ProgramTitleValue::Provider => &provider,
    });
    let checked = words
        .checked
        .fill(|VersionsValue::Versions| &program.checked);
    let sources = program.sources.iter();
    let sources = sources
        .map(|source| view! { <li>{source.clone()}</li> })
        .collect_view();
    let summary = program.summary.prose().plain();
    view! {
        <Document title=title.clone() description=summary.clone()>
            <AddressScope groups>
                <h1>{title}</h1>
                <p class="lead">{summary}</p>
                <div class="card">
                    <label for="address">{words.address.clone()}</label>
                    <AddressField id="address".to_owned() value=String::new()/>
                    <p class="hint">{words.address_hint.clone()}</p>
                </div>
                {panels(&site, &texts, &program)}
            </AddressScope>
            <p class="go-on"><a class="button" href="/test">{words.test.clone()}</a></p>
            <details class="others">
                <summary>{words.sources.clone()}</summary>
                <p>{checked}</p>
                <ul>{sources}</ul>
            </details>
        </Document>
    }
}

/// The same for every group of addresses. They look for the address that surrounds them, so this is
/// called inside of its scope.
fn panels(site: &Site, texts: &Texts, program: &Arc<Program>) -> impl IntoView + use<> {
    let values = site.values(&program.security_names(&texts.words));
    let panels = values.into_iter().enumerate().map(|(position, values)| {
        let program = program.clone();
        view! { <GroupPanel position><Body program values=Arc::new(values) position/></GroupPanel> }
    });
    panels.collect_view()
}

/// What depends on the customer's values.
#[component]
fn Body(program: Arc<Program>, values: Arc<Values>, position: usize) -> impl IntoView {
    let texts = texts();
    let words = texts.guide.words.program.clone();
    let recognise = view! {
        <section>
            <h2>{words.recognise}</h2>
            <p><Text prose=program.recognise.prose().clone() values=values.clone()/></p>
        </section>
    };
    let instructions = match &program.status {
        Status::Supported(steps) => {
            let ticks = format!("{} {position}", program.slug);
            let (steps, program) = (steps.clone(), program.clone());
            view! { <SetUpGuide steps values=values.clone() program ticks/> }.into_any()
        }
        Status::Retired(retired) => {
            let ticks = format!("{} {position} keep", program.slug);
            let retired = retired.clone();
            view! { <RetiredProgram retired values=values.clone() ticks/> }.into_any()
        }
    };
    let messages = !program.errors.is_empty();
    let older = !program.older.is_empty();
    let ticks = format!("{} {position} older", program.slug);
    view! {
        {recognise}
        {instructions}
        {messages.then(|| view! { <Messages values=values.clone() program=program.clone()/> })}
        {older.then(|| view! { <Older values program ticks/> })}
    }
}

/// The versions that are too old for today's encryption.
#[component]
fn Older(values: Arc<Values>, program: Arc<Program>, ticks: String) -> impl IntoView {
    let texts = texts();
    let words = texts.guide.words.program.clone();
    let parts = program.older.iter().map(|older| {
        let title = words.older.fill(|VersionsValue::Versions| &older.versions);
        let (text, steps) = (older.text.clone(), older.steps.clone());
        let ticks = format!("{ticks} {}", older.id);
        view! { <Part title text steps values=values.clone() ticks/> }
    });
    let parts = parts.collect_view();
    let card = texts.guide.cards.get(OLD_DEVICE_CARD).map(|card| {
        let href = format!("/fix/card/{OLD_DEVICE_CARD}");
        view! { <p><a href=href>{card.title.clone()}</a></p> }
    });
    view! {
        {parts}
        {card}
    }
}

#[component]
fn SetUpGuide(
    steps: Arc<ProgramGuide>,
    values: Arc<Values>,
    program: Arc<Program>,
    ticks: String,
) -> impl IntoView {
    let texts = texts();
    let words = texts.guide.words.program.clone();
    let forms = steps.forms.iter();
    let forms = forms
        .map(|form| view! { <FormPicture form=form.clone() values=values.clone()/> })
        .collect_view();
    let cards = texts.guide.cards.iter();
    let cards = cards
        .filter(|(slug, card)| card.program && steps.cards.contains_key(*slug))
        .map(|(slug, card)| {
            let href = format!("/fix/card/{slug}?program={}", program.slug);
            view! { <li><a href=href>{card.title.clone()}</a></li> }
        })
        .collect_view();
    let (outgoing, trap) = (&steps.outgoing, &steps.trap);
    view! {
        <section class="trap">
            <h2>{words.trap.fill(|TrapValue::Title| &trap.title)}</h2>
            <p><Text prose=trap.text.clone() values=values.clone()/></p>
        </section>
        <section>
            <h2>{words.values.fill(|ProgramValue::Program| &program.name)}</h2>
            <p class="hint">{words.values_hint}</p>
            <div class="form-pictures">{forms}</div>
        </section>
        <p class="hint tick-hint">{words.tick}</p>
        <Part title=words.add steps=steps.add.clone() values=values.clone() ticks=format!("{ticks} add")/>
        <Part title=words.change steps=steps.change.clone() values=values.clone() ticks=format!("{ticks} change")/>
        <Part
            title=words.outgoing
            text=outgoing.text.clone()
            steps=outgoing.steps.clone()
            values=values.clone()
            ticks=format!("{ticks} outgoing")
        />
        <Part title=words.kind text=steps.kind.clone() values=values.clone() ticks=format!("{ticks} kind")/>
        {(!trap.steps.is_empty())
            .then(|| {
                view! {
                    <Part
                        title=trap.title.clone()
                        steps=trap.steps.clone()
                        values=values.clone()
                        ticks=format!("{ticks} trap")
                    />
                }
            })}
        <section>
            <h2>{words.works}</h2>
            <p>{words.works_text}</p>
            <p><a href="/fix">{words.works_fix}</a></p>
        </section>
        <section class="others">
            <h2>{words.cards}</h2>
            <ul class="columns">{cards}</ul>
        </section>
    }
}

#[component]
fn RetiredProgram(retired: Arc<Retired>, values: Arc<Values>, ticks: String) -> impl IntoView {
    let texts = texts();
    let words = texts.guide.words.program.clone();
    let instead = retired.instead.iter().filter_map(|slug| {
        let program = texts.guide.program(slug)?;
        let href = format!("/programs/{slug}");
        Some(view! { <li><a href=href>{program.name.clone()}</a></li> })
    });
    let instead = instead.collect_view();
    view! {
        <section class="trap">
            <h2>{words.why}</h2>
            <p><b>{words.since.fill(|SinceValue::Since| &retired.since)}</b></p>
            <p><Text prose=retired.why.clone() values=values.clone()/></p>
        </section>
        <Part title=words.keep steps=retired.keep.clone() values ticks/>
        <section>
            <h2>{words.instead}</h2>
            <ul>{instead}</ul>
        </section>
    }
}

#[component]
fn Messages(values: Arc<Values>, program: Arc<Program>) -> impl IntoView {
    let texts = texts();
    let words = texts.guide.words.program.clone();
    let items = program.errors.iter().map(|message| {
        let card = texts.guide.cards.get(&message.card);
        let card = card.map(|card| {
            let href = format!("/fix/card/{}?program={}", message.card, program.slug);
            view! { <p><a href=href>{card.title.clone()}</a></p> }
        });
        view! {
            <dt>{message.text.clone()}</dt>
            <dd>
                <p><Text prose=message.means.prose().clone() values=values.clone()/></p>
                {card}
            </dd>
        }
    });
    let items = items.collect_view();
    view! {
        <section>
            <h2>{words.errors.fill(|ProgramValue::Program| &program.name)}</h2>
            <dl class="messages">{items}</dl>
        </section>
    }
}
