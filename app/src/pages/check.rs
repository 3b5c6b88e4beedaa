//! `/check`: the settings that a program shows, line by line next to the right ones.

use std::sync::Arc;

use leptos::prelude::*;
use probe::Protocol;

use crate::components::{Document, Part, WayOn};
use crate::guide::comparison::{
    Choice, Correction, EnteredSettings, Explanation, Kind, Line, Setting, Verdict, compare,
};
use crate::guide::destination::{Destination, Page};
use crate::guide::program::{Program, Status};
use crate::guide::prose::{Piece, Slot};
use crate::guide::trail::Trail;
use crate::guide::words::{CheckWords, GuideWords, OwnLabelValue, ProgramValue};
use crate::islands::AddressScope;
use crate::record::Group;
use crate::site::{Site, site, texts};
use crate::texts::Texts;

/// The form and, once it was sent, what is right and what is wrong.
#[component]
pub fn CheckPage(
    /// What the customer's program has.
    entered: EnteredSettings,
    /// Whether the form was sent.
    sent: bool,
    /// The program, if the customer has chosen one.
    program: Option<Arc<Program>>,
    /// What was answered before, as far as the address says.
    trail: Trail,
) -> impl IntoView {
    let (site, texts) = (site(), texts());
    let words = texts.guide.words.check.clone();
    let group = group(&site, &entered.domain);
    let results = group
        .filter(|_| sent)
        .map(|group| results(&texts, group, &entered));
    view! {
        <Document title=words.title.clone() description=words.lead.clone() no_index=sent>
            <h1>{words.title.clone()}</h1>
            <p class="lead">{words.lead.clone()}</p>
            {results}
            {find_values(&site, &texts, &entered.domain, program.as_ref())}
            {form(&site, &texts.guide.words, &entered, program.as_deref())}
            <WayOn here=Destination::Page(Page::Check) trail/>
        </Document>
    }
}

/// The group of the domain; the first one where none is given.
fn group<'a>(site: &'a Site, domain: &str) -> Option<&'a Arc<Group>> {
    let found = domain
        .parse()
        .ok()
        .and_then(|domain| site.catalogue.find(&domain));
    let first = || site.catalogue.records.first()?.groups.first();
    found.map(|(_, group)| group).or_else(first)
}

/// The way to the values in the customer's program, and the choice of the program.
fn find_values(
    site: &Site,
    texts: &Texts,
    domain: &str,
    program: Option<&Arc<Program>>,
) -> impl IntoView + use<> {
    let words = &texts.guide.words.check;
    let link = |name: String, href: String, current: bool| {
        view! { <li><a href=href aria-current=current.then_some("true")>{name}</a></li> }
    };
    let programs = texts.guide.programs.iter();
    let programs = programs.filter(|program| matches!(program.status, Status::Supported(_)));
    let items = programs.map(|one| {
        let current = program.is_some_and(|chosen| chosen.slug == one.slug);
        link(
            one.name.clone(),
            format!("/check?program={}", one.slug),
            current,
        )
    });
    let items = items.collect_view();
    let general = link(
        words.general.clone(),
        "/check".to_owned(),
        program.is_none(),
    );
    let steps = program.and_then(|program| steps(site, texts, domain, program));
    let find_general = steps.is_none().then(|| words.find_general.clone());
    view! {
        <details class="others" open=program.is_none()>
            <summary>{words.program.clone()}</summary>
            {find_general.map(|text| view! { <p>{text}</p> })}
            <ul class="columns">{items} {general}</ul>
        </details>
        {steps}
    }
}

/// The steps of a program to the settings of an account.
fn steps(
    site: &Site,
    texts: &Texts,
    domain: &str,
    program: &Arc<Program>,
) -> Option<impl IntoView + use<>> {
    let Status::Supported(guide) = &program.status else {
        return None;
    };
    let group = group(site, domain)?;
    let mut values = site.values(&guide.security).into_iter();
    let values = values.find(|values| values.group == *group)?;
    let title = texts.guide.words.check.find.clone();
    let title = title.fill(|ProgramValue::Program| &program.name);
    let look = texts.guide.words.check.look.clone();
    let look = look.fill(|ProgramValue::Program| &program.name);
    let guide_page = format!("/programs/{}", program.slug);
    let ticks = format!("check {}", program.slug);
    let steps = guide.change.clone();
    Some(view! {
        <AddressScope groups=site.domain_groups()>
            <Part title steps values=Arc::new(values) ticks/>
            <p class="hint"><a href=guide_page>{look}</a></p>
        </AddressScope>
    })
}

/// What the program calls a setting, if it says so exactly.
fn own_label(words: &CheckWords, program: Option<&Program>, slot: Slot) -> Option<String> {
    let program = program?;
    let Status::Supported(guide) = &program.status else {
        return None;
    };
    let mut fields = guide.forms.iter().flat_map(|form| &form.fields);
    let field = fields.find(|field| field.value.0[..] == [Piece::Slot(slot)])?;
    Some(words.own_label.fill(|value| match value {
        OwnLabelValue::Label => &field.label,
        OwnLabelValue::Program => &program.name,
    }))
}

fn results(texts: &Texts, group: &Group, entered: &EnteredSettings) -> impl IntoView + use<> {
    let words = &texts.guide.words.check;
    let lines = compare(group, entered);
    let is_wrong = |line: &&Line| matches!(line.verdict, Verdict::Wrong { .. });
    let (open, wrong) = (
        lines
            .iter()
            .filter(|line| line.verdict == Verdict::NotEntered)
            .count(),
        lines.iter().filter(is_wrong).count(),
    );
    let summary = match (open == lines.len(), wrong) {
        (true, _) => words.nothing.clone(),
        (false, 0) => words.all_right.clone(),
        (false, _) => words.some_wrong.clone(),
    };
    // What must be changed stands first, and what nobody filled in last.
    let mut sorted: Vec<_> = lines.iter().collect();
    sorted.sort_by_key(|line| match line.verdict {
        Verdict::Wrong { .. } => 0,
        Verdict::Right => 1,
        Verdict::NotEntered => 2,
    });
    let rows = sorted
        .into_iter()
        .map(|line| row(texts, line))
        .collect_view();
    let test = (wrong == 0 && open < lines.len()).then(
        || view! { <p class="go-on"><a class="button" href="/test">{words.test.clone()}</a></p> },
    );
    view! {
        <section>
            <h2>{words.results.clone()}</h2>
            <p>{summary}</p>
            <ul class="compared">{rows}</ul>
            {test}
        </section>
    }
}

fn row(texts: &Texts, line: &Line) -> impl IntoView + use<> {
    let words = &texts.guide.words.check;
    let (mark, sign) = match line.verdict {
        Verdict::Right => ("good", &words.right),
        Verdict::NotEntered => ("skipped", &words.open),
        Verdict::Wrong { .. } => ("bad", &words.wrong),
    };
    let wrong = match &line.verdict {
        Verdict::Wrong { put, why, card } => {
            let put = match put {
                Correction::Text(text) => text.clone(),
                Correction::Security(security) => texts.words.security(*security).name.clone(),
                Correction::Choice(code) => texts.guide.words.choice_of(code).to_owned(),
            };
            let why = match why {
                Explanation::Record(text) => text.in_language(&texts.language).to_owned(),
                Explanation::Reason(reason) => texts.guide.words.reason(*reason).to_owned(),
            };
            Some(view! {
                <p>{words.put.clone()} " " <b class="filled">{put}</b></p>
                <p>{why} " " <a href=Destination::Card(<&str>::from(card).to_owned()).path()>{words.how.clone()}</a></p>
            })
        }
        Verdict::Right | Verdict::NotEntered => None,
    };
    view! {
        <li data-mark=mark>
            <h3>
                <span class="sign" data-mark=mark>{sign.clone()}</span>
                " "
                {label(words, line.setting)}
                {(!line.entered.is_empty()).then(|| view! { ": " <span class="filled">{line.entered.clone()}</span> })}
            </h3>
            {wrong}
        </li>
    }
}

fn label(words: &CheckWords, setting: Setting) -> String {
    let label = match setting {
        Setting::InHost => &words.in_host,
        Setting::InPort => &words.in_port,
        Setting::InSecurity => &words.in_security,
        Setting::InSignIn => &words.in_sign_in,
        Setting::User => &words.user,
        Setting::OutHost => &words.out_host,
        Setting::OutPort => &words.out_port,
        Setting::OutSecurity => &words.out_security,
        Setting::OutSignIn => &words.out_sign_in,
        Setting::Copies => &words.copies,
    };
    label.clone()
}

/// The form keeps what was typed.
fn form(
    site: &Site,
    all: &GuideWords,
    entered: &EnteredSettings,
    program: Option<&Program>,
) -> impl IntoView + use<> {
    let words = &all.check;
    let protocol = match entered.kind {
        Kind::Imap => Protocol::Imap,
        Kind::Pop => Protocol::Pop3,
    };
    let own = |slot| own_label(words, program, slot);
    let chosen = program.map(|program| {
        let slug = program.slug.clone();
        view! { <input type="hidden" name="program" value=slug/> }
    });
    let domains = site.domain_groups().into_iter().flatten();
    let domains = domains.map(|domain| {
        let selected = domain.eq_ignore_ascii_case(&entered.domain);
        view! { <option selected=selected>{domain}</option> }
    });
    let domains = domains.collect_view();
    view! {
        <form class="card check-form" action="/check">
            {chosen}
            <p class="hint">{words.empty.clone()}</p>
            <div class="asked">
                <label for="domain">{words.domain.clone()}</label>
                <select id="domain" name="domain">{domains}</select>
            </div>
            <fieldset>
                <legend>{words.incoming.clone()}</legend>
                {select(all, "kind", &words.kind, None, entered.kind)}
                {text("in_host", &words.in_host, own(Slot::Host(protocol)), &entered.in_host, "url")}
                {text("in_port", &words.in_port, own(Slot::Port(protocol)), &entered.in_port, "numeric")}
                {select(all, "in_security", &words.in_security, own(Slot::Security(protocol)), entered.in_security)}
                {select(all, "user", &words.user, own(Slot::User), entered.user)}
                {select(all, "in_sign_in", &words.in_sign_in, None, entered.in_sign_in)}
                {select(all, "copies", &words.copies, None, entered.copies)}
            </fieldset>
            <fieldset>
                <legend>{words.outgoing.clone()}</legend>
                {text("out_host", &words.out_host, own(Slot::Host(Protocol::Smtp)), &entered.out_host, "url")}
                {text("out_port", &words.out_port, own(Slot::Port(Protocol::Smtp)), &entered.out_port, "numeric")}
                {select(all, "out_security", &words.out_security, own(Slot::Security(Protocol::Smtp)), entered.out_security)}
                {select(all, "out_sign_in", &words.out_sign_in, None, entered.out_sign_in)}
            </fieldset>
            <button type="submit">{words.button.clone()}</button>
        </form>
    }
}

fn text(
    name: &'static str,
    label: &str,
    own: Option<String>,
    value: &str,
    keyboard: &'static str,
) -> impl IntoView + use<> {
    view! {
        <div class="asked">
            <label for=name>{label.to_owned()} " " {own.map(|own| view! { <span class="optional">{own}</span> })}</label>
            <input
                type="text"
                id=name
                name=name
                value=value.to_owned()
                inputmode=keyboard
                autocapitalize="none"
                autocomplete="off"
                spellcheck="false"
                maxlength="253"
            />
        </div>
    }
}

fn select<C: Choice>(
    words: &GuideWords,
    name: &'static str,
    label: &str,
    own: Option<String>,
    chosen: C,
) -> impl IntoView + use<C> {
    let options = C::VARIANTS.iter().map(|choice| {
        let (code, text) = (choice.code(), words.choice(*choice).to_owned());
        view! { <option value=code selected=code == chosen.code()>{text}</option> }
    });
    let options = options.collect_view();
    view! {
        <div class="asked">
            <label for=name>{label.to_owned()} " " {own.map(|own| view! { <span class="optional">{own}</span> })}</label>
            <select id=name name=name>{options}</select>
        </div>
    }
}
