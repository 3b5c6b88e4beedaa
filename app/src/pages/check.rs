//! `/check`: the settings that a program shows, line by line next to the right ones.

use std::sync::Arc;

use leptos::prelude::*;
use probe::Protocol;

use crate::components::{Document, Part, ProgramLinks, WayOn};
use crate::guide::comparison::{
    Choice, Correction, EnteredSettings, Explanation, Incoming, Kind, KnownBy, Line, Setting,
    Verdict, compare, incoming,
};
use crate::guide::destination::{Destination, Page};
use crate::guide::program::{Program, Status};
use crate::guide::prose::{Piece, Slot};
use crate::guide::trail::Trail;
use crate::guide::values::Values;
use crate::guide::words::{CheckWords, GuideWords, KindValue, OwnLabelValue, ProgramValue};
use crate::islands::AddressScope;
use crate::record::{Group, Record};
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
    let group = group(&site, &entered.domain).filter(|_| sent);
    let results = group.map(|(_, group)| results(&texts, group, &entered, &trail));
    let no_index = sent || !trail.is_empty();
    let find = find_values(&site, &texts, &entered.domain, program.as_ref(), &trail);
    let form = form(
        &site,
        &texts.guide.words,
        &entered,
        program.as_deref(),
        &trail,
    );
    // Whoever has compared goes on from the results.
    let here = Destination::Page(Page::Check);
    let mut way_on = Some(view! { <WayOn here trail/> }.into_any());
    let after_results = sent.then(|| way_on.take());
    view! {
        <Document title=words.title.clone() description=words.lead.clone() no_index>
            <h1>{words.title.clone()}</h1>
            <p class="lead">{words.lead.clone()}</p>
            {results}
            {after_results}
            {find}
            {form}
            {way_on}
        </Document>
    }
}

/// The group of the domain; the first one where none is given.
fn group<'a>(site: &'a Site, domain: &str) -> Option<(&'a Arc<Record>, &'a Arc<Group>)> {
    let found = domain
        .parse()
        .ok()
        .and_then(|domain| site.catalogue.find(&domain));
    let first = || {
        let record = site.catalogue.records.first()?;
        Some((record, record.groups.first()?))
    };
    found.or_else(first)
}

/// The way to the values in the customer's program, and the choice of the program.
fn find_values(
    site: &Site,
    texts: &Texts,
    domain: &str,
    program: Option<&Arc<Program>>,
    trail: &Trail,
) -> impl IntoView + use<> {
    let words = &texts.guide.words.check;
    let steps = program.and_then(|program| steps(site, texts, domain, program));
    let (summary, find_general) = match &steps {
        Some(_) => (words.other_program.clone(), None),
        None => (words.program.clone(), Some(words.find_general.clone())),
    };
    let chosen = program.map(|program| program.slug.clone());
    let path = Page::Check.path().to_owned();
    let (general, trail) = (words.general.clone(), trail.clone());
    view! {
        {steps}
        <details class="others">
            <summary>{summary}</summary>
            {find_general.map(|text| view! { <p>{text}</p> })}
            <ProgramLinks path chosen general trail/>
        </details>
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
    let (record, group) = group(site, domain)?;
    let values = Values {
        record: Arc::clone(record),
        group: Arc::clone(group),
        security: guide.security.clone(),
    };
    let words = &texts.guide.words.check;
    let title = words.find.fill(|ProgramValue::Program| &program.name);
    let look = words.look.clone();
    let guide_name = words.guide.fill(|ProgramValue::Program| &program.name);
    let guide_page = format!("/programs/{}", program.slug);
    let ticks = format!("check {}", program.slug);
    let steps = guide.change.clone();
    Some(view! {
        <AddressScope groups=site.domain_groups()>
            <Part title steps values=Arc::new(values) ticks/>
            <p>{look} " " <a href=guide_page>{guide_name}</a></p>
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

fn results(
    texts: &Texts,
    group: &Group,
    entered: &EnteredSettings,
    trail: &Trail,
) -> impl IntoView + use<> {
    let words = &texts.guide.words.check;
    let lines = compare(group, entered);
    let is_wrong = |line: &&Line| matches!(line.verdict, Verdict::Wrong { .. });
    let is_open = |line: &&Line| line.verdict == Verdict::NotEntered;
    let open = lines.iter().filter(is_open).count();
    let wrong = lines.iter().filter(is_wrong).count();
    let summary = match (open == lines.len(), wrong) {
        (true, _) => words.nothing.clone(),
        (false, 0) => words.all_right.clone(),
        (false, _) => words.some_wrong.clone(),
    };
    // What must be changed stands first, and what nobody filled in last, in one line.
    let is_right = |line: &&Line| line.verdict == Verdict::Right;
    let judged = lines.iter().filter(is_wrong);
    let judged = judged.chain(lines.iter().filter(is_right));
    let rows = judged.map(|line| row(texts, line, trail)).collect_view();
    let left: Vec<_> = lines.iter().filter(is_open).collect();
    let left = (!left.is_empty() && open < lines.len()).then(|| {
        let labels = left.iter().map(|line| label(words, line.setting));
        let labels = labels.collect::<Vec<_>>().join(", ");
        view! {
            <li data-mark="skipped">
                <p>{sign("skipped", &words.open)} " " {labels}</p>
            </li>
        }
    });
    let kind = (open < lines.len())
        .then(|| assumed(texts, incoming(group, entered)))
        .flatten();
    let kind = kind.map(|text| view! { <p class="hint">{text}</p> });
    let test = (wrong == 0 && open < lines.len()).then(
        || view! { <p class="go-on"><a class="button" href="/test">{words.test.clone()}</a></p> },
    );
    view! {
        <section>
            <h2>{words.results.clone()}</h2>
            <p>{summary}</p>
            {kind}
            <ul class="compared">{rows} {left}</ul>
            {test}
        </section>
    }
}

/// Which kind of account was compared with, where the customer did not choose one.
fn assumed(texts: &Texts, incoming: Incoming) -> Option<String> {
    let kind = match incoming.protocol {
        Protocol::Pop3 => Kind::Pop,
        Protocol::Imap | Protocol::Smtp => Kind::Imap,
    };
    let kind = texts.guide.words.choice(kind);
    let words = &texts.guide.words.check;
    match incoming.known_by {
        KnownBy::Choice => None,
        KnownBy::Values => Some(words.assumed.fill(|KindValue::Kind| kind)),
        KnownBy::Nothing => Some(words.usual.fill(|KindValue::Kind| kind)),
    }
}

fn row(texts: &Texts, line: &Line, trail: &Trail) -> impl IntoView + use<> {
    let words = &texts.guide.words.check;
    let (mark, verdict) = match line.verdict {
        Verdict::Wrong { .. } => ("bad", &words.wrong),
        Verdict::Right | Verdict::NotEntered => ("good", &words.right),
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
            let card = Destination::Card(<&str>::from(card).to_owned());
            let how = trail.link(&texts.guide, &card);
            Some(view! {
                <p>{words.put.clone()} " " <b class="filled">{put}</b></p>
                <p>{why} " " <a href=how>{words.how.clone()}</a></p>
            })
        }
        Verdict::Right | Verdict::NotEntered => None,
    };
    view! {
        <li data-mark=mark>
            <h3>
                {sign(mark, verdict)}
                " "
                {label(words, line.setting)}
                {(!line.entered.is_empty()).then(|| view! { ": " <span class="filled">{line.entered.clone()}</span> })}
            </h3>
            {wrong}
        </li>
    }
}

fn sign(mark: &'static str, verdict: &str) -> impl IntoView + use<> {
    view! { <span class="sign" data-mark=mark>{verdict.to_owned()}</span> }
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
    trail: &Trail,
) -> impl IntoView + use<> {
    let words = &all.check;
    let group = group(site, &entered.domain);
    let protocol = group.map_or(Protocol::Imap, |(_, group)| {
        incoming(group, entered).protocol
    });
    let own = |slot| own_label(words, program, slot);
    let chosen = program.map(|program| program.slug.clone());
    let chosen = chosen.map(|slug| view! { <input type="hidden" name="program" value=slug/> });
    let trail = Some(trail.text()).filter(|trail| !trail.is_empty());
    let trail = trail.map(|trail| view! { <input type="hidden" name="trail" value=trail/> });
    let domains = site.domain_groups().into_iter().flatten();
    let domains = domains.map(|domain| {
        let selected = domain.eq_ignore_ascii_case(&entered.domain);
        view! { <option selected=selected>{domain}</option> }
    });
    let domains = domains.collect_view();
    view! {
        <form class="card check-form" action="/check">
            {chosen}
            {trail}
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
