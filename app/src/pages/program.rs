//! `/programs/<slug>`: one mail program, with the customer's own values.
//!
//! The first step stands on the first screen of a phone: what else there is to know comes where it matters,
//! in the steps or behind them.

use std::sync::Arc;

use leptos::prelude::*;

use super::other_guide::OtherGuideBody;
use super::program_parts::{
    AddAccount, Cards, Differs, Messages, Older, TestOrFix, anchor, trap_note,
};
use crate::audience::{provider, shown_values};
use crate::components::{
    AddressForShortWay, AskAddress, Document, GroupPanel, Heading, Outage, OwnSignIn, Part,
    ShortWayPart, Text, WayOn, YourAddress, works,
};
use crate::guide::destination::Destination;
use crate::guide::possible::needs_imap;
use crate::guide::program::{Program, ProgramGuide, Retired, Status};
use crate::guide::prose::Prose;
use crate::guide::short_way::ShortKind;
use crate::guide::trail::Trail;
use crate::guide::values::Values;
use crate::guide::words::{ProgramTitleValue, ProgramValue, SinceValue, VersionsValue};
use crate::islands::AddressScope;
use crate::site::{localized, site, texts};

/// How to set up one program, or why not to use it any more.
#[component]
pub fn ProgramPage(
    /// The program.
    program: Arc<Program>,
    /// What was answered before, as far as the address says.
    trail: Trail,
) -> impl IntoView {
    let (site, texts) = (site(), texts());
    let words = texts.guide.words.program.clone();
    let provider = provider(&texts);
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
    let security = program.security_names(&texts.words);
    let groups = shown_values(&texts, &security, has_values(&program));
    let asks = groups.is_empty()
        || match &program.status {
            Status::Supported(_) => true,
            Status::Other(guide) => !guide.forms.is_empty(),
            Status::Retired(_) => false,
        };
    let summary = program.summary.prose().plain();
    let here = Destination::Program(program.slug.clone());
    let (no_index, kept) = (!trail.is_empty(), trail.clone());
    let way_on = view! { <WayOn here trail/> };
    view! {
        <Document title description=summary no_index>
            <AddressScope groups=site.domain_groups()>
                <h1 class="program-name">{program.name.clone()}</h1>
                <Outage/>
                {jumps(&program, &groups)}
                {asks.then(|| address(&program, &groups, &kept))}
                {panels(&program, groups)}
            </AddressScope>
            {way_on}
            <details class="others">
                <summary>{words.sources.clone()}</summary>
                <p>{checked}</p>
                <ul>{sources}</ul>
            </details>
        </Document>
    }
}

/// Whether the steps are others for each address. Those of a program that is given up may be the same for all.
fn has_values(program: &Program) -> bool {
    match &program.status {
        Status::Supported(_) | Status::Other(_) => true,
        Status::Retired(retired) => {
            let mut texts = retired.keep.iter().chain([&retired.why]);
            texts.any(Prose::has_values)
        }
    }
}

/// The field for the address: of a form, where the short way of the program needs it.
fn address(program: &Program, groups: &[(usize, Values)], trail: &Trail) -> AnyView {
    if groups.is_empty() {
        let here = Destination::Program(program.slug.clone());
        let page = trail.link(&texts().guide, &here);
        return view! { <AskAddress page text=localized(|t| &t.ask.steps)/> }.into_any();
    }
    let short = program.short_way().map(|short| short.kind);
    let short = short.filter(|kind| groups.iter().any(|(_, values)| works(*kind, values)));
    match short {
        Some(kind @ (ShortKind::Profile | ShortKind::Code)) => {
            view! { <AddressForShortWay kind/> }.into_any()
        }
        _ => view! { <YourAddress/> }.into_any(),
    }
}

/// The same for every group of addresses. They look for the address that surrounds them, so this is called
/// inside of its scope, as is `panels`.
fn jumps(program: &Arc<Program>, groups: &[(usize, Values)]) -> impl IntoView + use<> {
    let jumps = groups.iter().map(|(position, values)| {
        let (program, position) = (program.clone(), *position);
        let has_steps = match &program.status {
            Status::Supported(guide) => !needs_imap(guide, values),
            Status::Other(_) | Status::Retired(_) => true,
        };
        view! { <GroupPanel position><Jumps program position has_steps/></GroupPanel> }
    });
    jumps.collect_view()
}

fn panels(program: &Arc<Program>, groups: Vec<(usize, Values)>) -> impl IntoView + use<> {
    let panels = groups.into_iter().map(|(position, values)| {
        let (program, values) = (program.clone(), Arc::new(values));
        view! { <GroupPanel position><Body program values position/></GroupPanel> }
    });
    panels.collect_view()
}

/// The ways to the parts of the page.
#[component]
fn Jumps(program: Arc<Program>, position: usize, has_steps: bool) -> impl IntoView {
    let words = texts().guide.words.program.clone();
    let parts = match program.status {
        Status::Supported(_) if !has_steps => {
            vec![("add", words.jump_add), ("fix", words.jump_fix)]
        }
        Status::Supported(_) => vec![
            ("add", words.jump_add),
            ("change", words.jump_change),
            ("fix", words.jump_fix),
        ],
        Status::Other(_) => Vec::new(),
        Status::Retired(_) => vec![("keep", words.jump_keep), ("instead", words.jump_instead)],
    };
    let links = parts.into_iter().map(|(part, text)| {
        let href = format!("#{}", anchor(part, position));
        view! { <li><a href=href>{text}</a></li> }
    });
    let links: Vec<_> = links.collect();
    (!links.is_empty()).then(|| {
        view! {
            <nav class="jumps" aria-label=words.jump>
                <ul>{links}</ul>
            </nav>
        }
    })
}

/// What depends on the customer's values.
#[component]
fn Body(program: Arc<Program>, values: Arc<Values>, position: usize) -> impl IntoView {
    let own_sign_in = view! { <OwnSignIn group=values.group.clone()/> };
    let older = (!program.older.is_empty()).then(|| {
        let (program, values) = (program.clone(), values.clone());
        view! { <Older program values position/> }
    });
    let instructions = match &program.status {
        Status::Supported(guide) if needs_imap(guide, &values) => {
            let guide = guide.clone();
            view! { <NoImap program guide values position/> }.into_any()
        }
        Status::Supported(guide) => {
            let guide = guide.clone();
            view! { <SetUp program guide values position/> }.into_any()
        }
        Status::Other(guide) => {
            let guide = guide.clone();
            view! { <OtherGuideBody program guide values position/> }.into_any()
        }
        Status::Retired(retired) => {
            let retired = retired.clone();
            view! { <NoLonger program retired values position/> }.into_any()
        }
    };
    view! {
        {own_sign_in}
        {instructions}
        {older}
    }
}

#[component]
fn SetUp(
    program: Arc<Program>,
    guide: Arc<ProgramGuide>,
    values: Arc<Values>,
    position: usize,
) -> impl IntoView {
    let words = texts().guide.words.program.clone();
    let ticks = |part: &str| format!("{} {position} {part}", program.slug);
    let (outgoing, trap) = (&guide.outgoing, &guide.trap);
    let trap_part = anchor("trap", position);
    // Where no step of adding an account is its place, it comes behind them all.
    let place = trap.step.unwrap_or(guide.add.len());
    let differs = || view! { <Differs program=program.clone()/> }.into_any();
    let mut notes = vec![
        (1, differs()),
        (place, trap_note(trap, &trap_part, &values)),
    ];
    let trap_steps = (!trap.steps.is_empty()).then(|| {
        view! {
            <Part
                title=trap.title.clone()
                id=trap_part
                steps=trap.steps.clone()
                values=values.clone()
                ticks=ticks("trap")
            />
        }
    });
    let short = program.short_way();
    let short = short.filter(|short| works(short.kind, &values)).cloned();
    let folds = short
        .as_ref()
        .is_some_and(|short| short.kind != ShortKind::Code);
    if let (None, Some(text)) = (program.short_way(), said_first(&guide)) {
        let values = values.clone();
        notes.insert(
            0,
            (
                1,
                view! { <p class="hint"><Text prose=text values/></p> }.into_any(),
            ),
        );
    }
    let title = match short {
        Some(_) if !folds => texts().guide.words.short_way.by_hand_too.clone(),
        _ => words.add.clone(),
    };
    let typed = match short {
        Some(_) => "type",
        None => "add",
    };
    let by_hand = view! {
        <AddAccount
            title
            steps=guide.add.clone()
            values=values.clone()
            ticks=ticks("add")
            id=anchor(typed, position)
            notes
            pictures=words.values.fill(|ProgramValue::Program| &program.name)
            forms=guide.forms.clone()
        />
    };
    let by_hand = match folds {
        true => view! { <ByHand>{by_hand}</ByHand> }.into_any(),
        false => by_hand.into_any(),
    };
    let short = short.map(|short| {
        let (program, values, differs) = (program.clone(), values.clone(), differs());
        let (id, ticks) = (anchor("add", position), ticks("short"));
        view! { <ShortWayPart program short values id ticks differs/> }
    });
    view! {
        {short}
        {by_hand}
        <section class="works">
            <h2>{words.works}</h2>
            <p>{words.works_text}</p>
            <TestOrFix/>
        </section>
        <Part
            title=words.change
            id=anchor("change", position)
            steps=guide.change.clone()
            values=values.clone()
            ticks=ticks("change")
        />
        <Part
            title=words.outgoing
            text=outgoing.text.clone()
            steps=outgoing.steps.clone()
            values=values.clone()
            ticks=ticks("outgoing")
        />
        <Part title=words.kind text=guide.kind.clone() values=values.clone() ticks=ticks("kind")/>
        {trap_steps}
        <Cards program=program.clone() guide id=anchor("fix", position)/>
        <Messages program values/>
    }
}

/// What there is for addresses without IMAP, where the steps are for IMAP: no step to follow would be right.
#[component]
fn NoImap(
    program: Arc<Program>,
    guide: Arc<ProgramGuide>,
    values: Arc<Values>,
    position: usize,
) -> impl IntoView {
    let words = texts().guide.words.program.clone();
    let text = words.no_imap.fill(|ProgramValue::Program| &program.name);
    let domain = values.group.domains.first();
    let settings = domain.map(|domain| format!("/settings/{domain}"));
    view! {
        <section>
            <Heading id=anchor("add", position) title=words.add/>
            <p>{text}</p>
            <p class="go-on">
                <a class="button" href=settings>{words.no_imap_settings}</a>
                <a href="/test">{words.test}</a>
            </p>
        </section>
        <Cards program=program.clone() guide id=anchor("fix", position)/>
        <Messages program values/>
    }
}

/// What to know before the first step, where everything is typed.
fn said_first(guide: &ProgramGuide) -> Option<Prose> {
    guide.short.as_ref()?.text.clone()
}

/// What is typed, folded behind a short way.
#[component]
fn ByHand(children: Children) -> impl IntoView {
    let title = texts().guide.words.short_way.by_hand.clone();
    view! {
        <details class="others by-hand">
            <summary>{title}</summary>
            {children()}
        </details>
    }
}

#[component]
fn NoLonger(
    program: Arc<Program>,
    retired: Arc<Retired>,
    values: Arc<Values>,
    position: usize,
) -> impl IntoView {
    let texts = texts();
    let words = texts.guide.words.program.clone();
    let ticks = format!("{} {position} keep", program.slug);
    let instead = retired.instead.iter().filter_map(|slug| {
        let program = texts.guide.program(slug)?;
        let href = format!("/programs/{slug}");
        Some(view! { <li><a class="choice" href=href><b>{program.name.clone()}</b></a></li> })
    });
    let instead = instead.collect_view();
    let summary = program.summary.prose().plain();
    let differs = view! { <Differs program/> }.into_any();
    view! {
        <div class="trap">
            <p><b>{words.since.fill(|SinceValue::Since| &retired.since)}</b></p>
            <p>{summary}</p>
            <details class="folded">
                <summary>{words.why}</summary>
                <p><Text prose=retired.why.clone() values=values.clone()/></p>
            </details>
        </div>
        <Part
            title=words.keep
            id=anchor("keep", position)
            steps=retired.keep.clone()
            values
            ticks
            notes=vec![(1, differs)]
        />
        <section>
            <h2 id=anchor("instead", position)>{words.instead}</h2>
            <ul class="rows">{instead}</ul>
        </section>
    }
}
