//! `/fix` and `/fix/<node>`: the troubleshooter, one question at a time.

use std::sync::Arc;

use leptos::prelude::*;

use crate::answered::answer_ids::CHOSEN;
use crate::components::{
    AnsweredList, Document, GeneralText, Outage, TestSection, programs_folded,
};
use crate::guide::destination::{Destination, Page};
use crate::guide::node::{Answer, AnsweredBy, Node, START};
use crate::guide::program::{Family, Program, Status};
use crate::guide::trail::Trail;
use crate::islands::{AddressScope, Troubleshooter};
use crate::site::{site, texts};
use crate::texts::Texts;

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
    let description = description(&node);
    let no_index = !answered.is_empty();
    let by_password = node.by == AnsweredBy::Password;
    let by_test = node.by == AnsweredBy::Test || by_password;
    let settled = node.settled.iter();
    let settled = settled.map(|(after, answer)| format!("{after}={answer}"));
    let settled = settled.collect::<Vec<_>>().join(" ");
    let settled = (!settled.is_empty()).then_some(settled);
    let hint = node
        .hint
        .clone()
        .map(|hint| view! { <p class="hint"><GeneralText prose=hint/></p> });
    let see = node.see.clone().map(|see| {
        view! { <p><a class="button" href=trail.link(&texts.guide, &see.to)>{see.label}</a></p> }
    });
    let answers = match node.by {
        AnsweredBy::Program => programs(&texts, &slug, &node, &trail).into_any(),
        _ => answers(&texts, &slug, &node, &trail).into_any(),
    };
    // The form stands before what one may answer instead.
    let (answers, by_hand) = if by_test {
        let lead = (!by_password).then(|| view! { <p>{words.test.clone()}</p> });
        let by_hand = view! {
            <details class="others">
                <summary>{words.test_answer.clone()}</summary>
                {answers}
            </details>
        };
        (lead.into_any(), Some(by_hand))
    } else {
        (answers, None)
    };
    let beginning = begins.then(|| beginning(&texts));
    view! {
        <Document title description no_index>
            <AddressScope groups=site.domain_groups()>
                <Outage/>
                <Troubleshooter>
                    <div id="node" data-node=slug.clone() data-by=node.by.name() data-settled=settled>
                        <h1 tabindex="-1">{node.question.clone()}</h1>
                        {begins.then(|| view! { <p class="lead">{words.home_lead.clone()}</p> })}
                        {hint}
                        {see}
                        {answers}
                        {beginning}
                    </div>
                    <section id="node-test" class="card test" hidden=!by_test>
                        <TestSection node=Some(slug.clone()) trail=trail.clone() with_password=by_password/>
                    </section>
                    <div id="by-hand">{by_hand}</div>
                    <p id="node-lost" class="note" role="alert" hidden>{words.lost.clone()}</p>
                    <AnsweredList answered title=words.known.clone() again=words.again.clone()/>
                </Troubleshooter>
            </AddressScope>
        </Document>
    }
}

/// The question with what one may answer.
fn description(node: &Node) -> String {
    let answers = node.answers.iter().map(|answer| answer.label.as_str());
    let answers = answers.collect::<Vec<_>>().join(" / ");
    format!("{} {answers}", node.question)
}

/// The answers as links, in groups where they have headings; the browser reads what it needs from their
/// attributes.
fn answers(texts: &Texts, slug: &str, node: &Node, trail: &Trail) -> impl IntoView + use<> {
    let groups = node.answers.chunk_by(|_, next| next.heading.is_none());
    let groups = groups.map(|group| {
        let heading = group.first().and_then(|answer| answer.heading.clone());
        let heading = heading.map(|heading| view! { <h2>{heading}</h2> });
        let items = group.iter().map(|answer| {
            let link = answer_link(texts, slug, &answer.id, answer, trail, None);
            view! { <li>{link}</li> }
        });
        let items = items.collect_view();
        view! { {heading} <ul class="answers rows">{items}</ul> }
    });
    groups.collect_view()
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
    let about = program.map(|program| match program.family {
        // Only what is seen tells them apart, so it is there on small screens, too.
        Some(_) => view! { <span><GeneralText prose=program.recognise.clone()/></span> }.into_any(),
        None => view! { <span class="about">{program.summary.prose().plain()}</span> }.into_any(),
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
    let several = |here: &[&Arc<Program>]| {
        let outlooks = here.iter().filter(|p| p.family == Some(Family::Outlook));
        outlooks.count() > 1
    };
    // What is no mail program has an answer of its own where it may be meant.
    let programs = guide.programs.iter();
    let programs: Vec<_> = programs
        .filter(|program| !matches!(program.status, Status::Other(_)))
        .collect();
    let groups = programs_folded(texts, &programs, |here| {
        let note =
            several(here).then(|| view! { <p class="hint">{words.several.clone()}</p> }.into_any());
        let rows = here.iter().filter_map(|program| {
            let link = answer_link(texts, slug, CHOSEN, chosen?, trail, Some(program));
            Some(link.into_any())
        });
        note.into_iter().chain(rows).collect()
    });
    let rest = node.answers.iter().filter(|answer| answer.id != CHOSEN);
    let rest = rest.map(|answer| {
        let link = answer_link(texts, slug, &answer.id, answer, trail, None);
        view! { <li>{link}</li> }
    });
    let rest = rest.collect_view();
    view! {
        {groups}
        <ul class="answers rows">{rest}</ul>
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
    let tools = tools.map(|(page, text)| {
        view! { <li><a class="choice" href=page.path()><b>{text}</b></a></li> }
    });
    view! {
        <section>
            <h2>{words.tools}</h2>
            <ul class="answers rows">{tools.collect_view()}</ul>
        </section>
    }
}
