//! What stands in and behind the steps on the page of one mail program.

use std::sync::Arc;

use leptos::prelude::*;
use probe::Protocol;

use crate::components::{FormPicture, GeneralText, Part, Text};
use crate::guide::destination::OLD_DEVICE_CARD;
use crate::guide::possible::is_for;
use crate::guide::program::{Family, Form, Program, ProgramGuide, Trap};
use crate::guide::prose::Steps;
use crate::guide::values::Values;
use crate::guide::words::{ProgramValue, TrapValue, VersionsValue};
use crate::site::texts;

/// A part of the page in addresses. Only one group of addresses is shown, and the first one's parts have the
/// names by which others link to them.
pub(super) fn anchor(part: &str, position: usize) -> String {
    match position {
        0 => part.to_owned(),
        _ => format!("{part}-{position}"),
    }
}

/// How to add an account, with the pictures of what to fill in beside the steps or below them.
#[component]
pub(super) fn AddAccount(
    /// The heading.
    title: String,
    /// The steps.
    steps: Steps,
    /// What stands in their places.
    values: Arc<Values>,
    /// Tells the ticks of these steps from all others.
    ticks: String,
    /// Its name in addresses.
    id: String,
    /// What else stands in some of the steps, by their numbers.
    notes: Vec<(usize, AnyView)>,
    /// The heading of the pictures.
    pictures: String,
    /// What to fill in.
    forms: Vec<Arc<Form>>,
) -> impl IntoView {
    let tick = texts().guide.words.program.tick.clone();
    let shown = (!forms.is_empty()).then(|| {
        let values = values.clone();
        view! { <Pictures title=pictures forms values/> }
    });
    view! {
        <div class="guide">
            <div>
                <Part title id steps values ticks notes/>
                <p class="hint tick-hint">{tick}</p>
            </div>
            {shown}
        </div>
    }
}

/// What comes after the set-up: the test, and help if something does not work.
#[component]
pub(super) fn TestOrFix() -> impl IntoView {
    let words = texts().guide.words.program.clone();
    view! {
        <p class="go-on">
            <a class="button" href="/test">{words.test}</a>
            <a href="/fix">{words.works_fix}</a>
        </p>
    }
}

/// For those who do not see on their screen what the first step says: it may be another program.
#[component]
pub(super) fn Differs(program: Arc<Program>) -> impl IntoView {
    let words = texts().guide.words.program.clone();
    let others = match program.family {
        Some(Family::Outlook) => "/programs/outlook",
        None => "/programs",
    };
    view! {
        <details class="folded differs">
            <summary>{words.differs}</summary>
            <p>
                <b>{words.recognise}</b>
                " "
                <GeneralText prose=program.recognise.clone()/>
            </p>
            <p><a href=others>{words.choose_other}</a></p>
        </details>
    }
}

/// What goes wrong at a step, and the way out.
pub(super) fn trap_note(trap: &Trap, part: &str, values: &Arc<Values>) -> AnyView {
    let words = texts().guide.words.program.clone();
    let steps = (!trap.steps.is_empty()).then(|| {
        let href = format!("#{part}");
        view! { <p><a href=href>{words.trap_steps}</a></p> }
    });
    view! {
        <div class="trap">
            <p><b>{words.trap.fill(|TrapValue::Title| &trap.title)}</b></p>
            <p><Text prose=trap.text.clone() values=values.clone()/></p>
            {steps}
        </div>
    }
    .into_any()
}

/// The forms of the program. That of a POP account is only open where the addresses have no IMAP.
#[component]
fn Pictures(title: String, forms: Vec<Arc<Form>>, values: Arc<Values>) -> impl IntoView {
    let words = texts().guide.words.program.clone();
    let forms = forms.into_iter().filter(|form| is_for(form, &values));
    let (pop, usual): (Vec<_>, Vec<_>) = forms.partition(|form| form.is_pop());
    let usual = usual.into_iter();
    let usual = usual
        .map(|form| view! { <FormPicture form values=values.clone()/> })
        .collect_view();
    let only = values.group.recommended(Protocol::Imap).is_none();
    let pop = (!pop.is_empty()).then(|| {
        let pictures = pop.into_iter();
        let pictures = pictures
            .map(|form| view! { <FormPicture form values=values.clone()/> })
            .collect_view();
        view! {
            <details class="folded" open=only>
                <summary>{words.if_pop}</summary>
                {pictures}
            </details>
        }
    });
    view! {
        <section class="pictures">
            <h2>{title}</h2>
            <p class="hint">{words.values_hint}</p>
            {usual}
            {pop}
        </section>
    }
}

/// The ways to mend one thing in the program.
#[component]
pub(super) fn Cards(program: Arc<Program>, guide: Arc<ProgramGuide>, id: String) -> impl IntoView {
    let texts = texts();
    let words = texts.guide.words.program.clone();
    let cards = texts.guide.cards.iter();
    let cards = cards
        .filter(|(slug, card)| card.program && guide.cards.contains_key(*slug))
        .map(|(slug, card)| {
            let href = format!("/fix/card/{slug}?program={}", program.slug);
            view! { <li><a class="choice" href=href>{card.title.clone()}</a></li> }
        })
        .collect_view();
    view! {
        <section class="others">
            <h2 id=id>{words.cards}</h2>
            <ul class="rows">{cards}</ul>
        </section>
    }
}

/// The messages of the program.
#[component]
pub(super) fn Messages(program: Arc<Program>, values: Arc<Values>) -> impl IntoView {
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
    (!program.errors.is_empty()).then(|| {
        view! {
            <details class="others">
                <summary>{words.errors.fill(|ProgramValue::Program| &program.name)}</summary>
                <dl class="messages">{items}</dl>
            </details>
        }
    })
}

/// The versions that are too old for today's encryption.
#[component]
pub(super) fn Older(program: Arc<Program>, values: Arc<Values>, position: usize) -> impl IntoView {
    let texts = texts();
    let words = texts.guide.words.program.clone();
    let card = texts.guide.cards.get(OLD_DEVICE_CARD).map(|card| {
        let href = format!("/fix/card/{OLD_DEVICE_CARD}");
        view! { <p><a href=href>{card.title.clone()}</a></p> }
    });
    let parts = program.older.iter().map(|older| {
        let title = words.older.fill(|VersionsValue::Versions| &older.versions);
        let (text, steps) = (older.text.clone(), older.steps.clone());
        let ticks = format!("{} {position} older {}", program.slug, older.id);
        let id = anchor(older.id, position);
        view! { <Part title id text steps values=values.clone() ticks/> }
    });
    let parts = parts.collect_view();
    view! {
        <div class="others older">
            {parts}
            {card}
        </div>
    }
}
