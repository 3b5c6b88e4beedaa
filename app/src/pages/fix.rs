//! `/fix` and `/fix/<node>`: the troubleshooter, one question at a time.

use std::sync::Arc;

use leptos::prelude::*;

use crate::answered::answer_ids::CHOSEN;
use crate::components::{AnsweredList, Document, GeneralText, TestSection, TextArea};
use crate::guide::destination::{Destination, Page};
use crate::guide::error_text::MAX_TEXT_LEN;
use crate::guide::node::{Answer, AnsweredBy, Node, START};
use crate::guide::program::{Family, Program, Status};
use crate::guide::trail::Trail;
use crate::islands::{AddressScope, DeviceFirst, Troubleshooter};
use crate::site::{site, texts};
use crate::texts::Texts;

use super::programs::DEVICES;

/// One question of the troubleshooter.
#[component]
pub fn FixPage(
    /// The name of the node in addresses of pages.
    slug: String,
    /// The node.
    node: Arc<Node>,
    /// What was answered before, as far as the address says.
    trail: Trail,
) -> impl IntoView {
    let (site, texts) = (site(), texts());
    let words = texts.guide.words.fix.clone();
    let answered = trail.answered(&texts.guide);
    let begins = slug == START;
    let title = if begins {
        words.home.clone()
    } else {
        node.question.clone()
    };
    let no_index = !answered.is_empty();
    let by_password = node.by == AnsweredBy::Password;
    let by_test = node.by == AnsweredBy::Test || by_password;
    let settled = node.settled.iter();
    let settled = settled.map(|(after, answer)| format!("{after}={answer}"));
    let settled = settled.collect::<Vec<_>>().join(" ");
    let settled = (!settled.is_empty()).then_some(settled);
    let action = format!("/test?node={slug}&trail={}", trail.text());
    let hint = node
        .hint
        .clone()
        .map(|hint| view! { <p class="hint"><GeneralText prose=hint/></p> });
    let see = node.see.clone().map(|see| {
        view! { <p><a class="button" href=see.to.path()>{see.label}</a></p> }
    });
    let answers = match node.by {
        AnsweredBy::Program => programs(&texts, &slug, &node, &trail).into_any(),
        AnsweredBy::Ask | AnsweredBy::Clock => answers(&texts, &slug, &node, &trail).into_any(),
        AnsweredBy::Test | AnsweredBy::Password => {
            let answers = answers(&texts, &slug, &node, &trail);
            view! {
                {(!by_password).then(|| view! { <p>{words.test.clone()}</p> })}
                <details class="others">
                    <summary>{words.test_answer.clone()}</summary>
                    {answers}
                </details>
            }
            .into_any()
        }
    };
    let beginning = begins.then(|| beginning(&texts));
    view! {
        <Document title no_index>
            <AddressScope groups=site.domain_groups()>
                <Troubleshooter>
                    <div id="node" data-node=slug data-by=node.by.name() data-settled=settled>
                        <h1 tabindex="-1">{node.question.clone()}</h1>
                        {begins.then(|| view! { <p class="lead">{words.home_lead.clone()}</p> })}
                        {hint}
                        {see}
                        {answers}
                        {beginning}
                    </div>
                    <section id="node-test" class="card test" hidden=!by_test>
                        <TestSection action with_password=by_password goes_on=true/>
                    </section>
                    <p id="node-lost" class="note" role="alert" hidden>{words.lost.clone()}</p>
                    <AnsweredList answered title=words.known.clone() again=words.again.clone()/>
                </Troubleshooter>
            </AddressScope>
        </Document>
    }
}

/// The answers as links; the browser reads what it needs from their attributes.
fn answers(texts: &Texts, slug: &str, node: &Node, trail: &Trail) -> impl IntoView + use<> {
    let items = node.answers.iter().map(|answer| {
        let link = answer_link(texts, slug, &answer.id, answer, trail, None);
        view! { <li>{link}</li> }
    });
    let items = items.collect_view();
    view! { <ul class="answers">{items}</ul> }
}

fn answer_link(
    texts: &Texts,
    slug: &str,
    id: &str,
    answer: &Answer,
    trail: &Trail,
    program: Option<&Program>,
) -> impl IntoView + use<> {
    let trail = trail.with(slug, program.map_or(id, |program| &program.slug));
    // Programs that are no longer of use have a card of their own that says so.
    let retired = program.filter(|program| matches!(program.status, Status::Retired(_)));
    let to = retired.map_or(answer.to.clone(), |program| {
        Destination::Card(program.slug.clone())
    });
    let then = answer.then.as_ref();
    let label = program
        .map_or(&answer.label, |program| &program.name)
        .clone();
    let about = program.map(|program| {
        let about = match program.family {
            Some(_) => program.recognise.clone(),
            None => program.summary.clone(),
        };
        view! { <span><GeneralText prose=about/></span> }
    });
    view! {
        <a
            class="choice"
            href=trail.link(&texts.guide, &to)
            data-answer=id.to_owned()
            data-to=to.path()
            data-then=then.map(Destination::path)
            data-certain=answer.rules_out.clone()
            data-program=program.map(|program| program.slug.clone())
        >
            <b>{label}</b>
            " "
            {about}
        </a>
    }
}

/// Every mail program as an answer, by device.
fn programs(texts: &Texts, slug: &str, node: &Node, trail: &Trail) -> impl IntoView + use<> {
    let guide = &texts.guide;
    let words = guide.words.programs.clone();
    let chosen = node.answer(CHOSEN);
    let link = |program: &Arc<Program>| {
        let link =
            chosen.map(|chosen| answer_link(texts, slug, CHOSEN, chosen, trail, Some(program)));
        view! { <li>{link}</li> }
    };
    let sections = DEVICES.into_iter().map(|device| {
        let here = guide.programs.iter();
        let here = here.filter(|program| program.devices.contains(&device));
        let outlooks = here
            .clone()
            .filter(|p| p.family == Some(Family::Outlook))
            .count();
        let items = here.map(link).collect_view();
        let several = (outlooks > 1).then(|| view! { <p class="note">{words.several.clone()}</p> });
        view! {
            <section data-device=device.name()>
                <h2>{guide.words.device(device).to_owned()}</h2>
                <p class="note" data-suggested hidden>{words.suggested.clone()}</p>
                {several}
                <ul class="choices">{items}</ul>
            </section>
        }
    });
    let sections = sections.collect_view();
    let rest = node.answers.iter().filter(|answer| answer.id != CHOSEN);
    let rest = rest.map(|answer| {
        let link = answer_link(texts, slug, &answer.id, answer, trail, None);
        view! { <li>{link}</li> }
    });
    let rest = rest.collect_view();
    view! {
        <DeviceFirst><div>{sections}</div></DeviceFirst>
        <ul class="answers">{rest}</ul>
    }
}

/// What else stands on the first page.
fn beginning(texts: &Texts) -> impl IntoView + use<> {
    let words = texts.guide.words.fix.clone();
    let tools = [
        (Page::Check, words.check),
        (Page::Network, words.network),
        (Page::Report, words.report),
    ];
    let tools = tools.map(|(page, text)| view! { <li><a href=page.path()>{text}</a></li> });
    view! {
        <form class="card" action="/errors">
            <h2>{words.errors}</h2>
            <label for="q">{words.errors_hint}</label>
            <TextArea name="q" rows="2" maxlength=MAX_TEXT_LEN/>
            <button type="submit">{words.errors_button}</button>
        </form>
        <section>
            <h2>{words.tools}</h2>
            <ul>{tools.collect_view()}</ul>
        </section>
    }
}
