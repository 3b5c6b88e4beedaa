//! `/check`: the settings that a program shows, line by line next to the right ones.

use std::sync::Arc;

use leptos::prelude::*;

use crate::components::Document;
use crate::guide::comparison::{
    Kind, Line, Put, Setting, Shown, ShownCopies, ShownSecurity, ShownSignIn, ShownUser, Verdict,
    Why, compare,
};
use crate::guide::words::CheckWords;
use crate::record::Group;
use crate::site::Site;

/// The form and, once it was sent, what is right and what is wrong.
#[component]
pub fn CheckPage(
    /// What the customer's program shows.
    shown: Shown,
    /// Whether the form was sent.
    sent: bool,
) -> impl IntoView {
    let site: Arc<Site> = expect_context();
    let words = site.guide.words.check.clone();
    let group = group(&site, &shown.domain);
    let results = group
        .filter(|_| sent)
        .map(|group| results(&site, &words, group, &shown));
    view! {
        <Document title=words.title.clone() private=sent>
            <h1>{words.title.clone()}</h1>
            <p class="lead">{words.lead.clone()}</p>
            {results}
            {form(&site, &words, &shown)}
        </Document>
    }
}

/// The group of the domain; the first one where none is given.
fn group<'a>(site: &'a Site, domain: &str) -> Option<&'a Group> {
    let found = domain
        .parse()
        .ok()
        .and_then(|domain| site.catalogue.find(&domain));
    let first = || site.catalogue.records.first()?.groups.first();
    found.map(|(_, group)| group).or_else(first)
}

fn results(site: &Site, words: &CheckWords, group: &Group, shown: &Shown) -> impl IntoView + use<> {
    let lines = compare(group, shown);
    let is_wrong = |line: &&Line| matches!(line.verdict, Verdict::Wrong { .. });
    let (open, wrong) = (
        lines
            .iter()
            .filter(|line| line.verdict == Verdict::Open)
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
        Verdict::Open => 2,
    });
    let rows = sorted
        .into_iter()
        .map(|line| row(site, words, line))
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

fn row(site: &Site, words: &CheckWords, line: &Line) -> impl IntoView + use<> {
    let (mark, sign) = match line.verdict {
        Verdict::Right => ("good", &words.right),
        Verdict::Open => ("skipped", &words.open),
        Verdict::Wrong { .. } => ("bad", &words.wrong),
    };
    let wrong = match &line.verdict {
        Verdict::Wrong { put, why, card } => {
            let put = match put {
                Put::Text(text) => text.clone(),
                Put::Security(security) => site.words.security(*security).name.clone(),
                Put::Words(name) => said(&words.choices, name),
            };
            let why = match why {
                Why::Record(text) => text.clone(),
                Why::Words(name) => said(&words.why, name),
            };
            Some(view! {
                <p>{words.put.clone()} " " <b class="filled">{put}</b></p>
                <p>{why} " " <a href=format!("/fix/card/{card}")>{words.how.clone()}</a></p>
            })
        }
        Verdict::Right | Verdict::Open => None,
    };
    view! {
        <li data-mark=mark>
            <h3>
                <span class="sign" data-mark=mark>{sign.clone()}</span>
                " "
                {label(words, line.setting)}
                {(!line.shown.is_empty()).then(|| view! { ": " <span class="filled">{line.shown.clone()}</span> })}
            </h3>
            {wrong}
        </li>
    }
}

fn said(words: &std::collections::BTreeMap<String, String>, name: &str) -> String {
    words.get(name).cloned().unwrap_or_default()
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
fn form(site: &Site, words: &CheckWords, shown: &Shown) -> impl IntoView + use<> {
    let domains = site.domain_groups().into_iter().flatten();
    let domains = domains.map(|domain| {
        let selected = domain.eq_ignore_ascii_case(&shown.domain);
        view! { <option selected=selected>{domain}</option> }
    });
    let domains = domains.collect_view();
    let security = |name, label: &String, chosen: ShownSecurity| {
        let choices = ShownSecurity::ALL
            .iter()
            .map(|choice| choice.code())
            .collect();
        select(words, name, label, choices, chosen.code())
    };
    let sign_in = |name, label: &String, chosen: ShownSignIn| {
        let choices = ShownSignIn::ALL
            .iter()
            .map(|choice| choice.code())
            .collect();
        select(words, name, label, choices, chosen.code())
    };
    let kinds = Kind::ALL.iter().map(|choice| choice.code()).collect();
    let users = ShownUser::ALL.iter().map(|choice| choice.code()).collect();
    let copies = ShownCopies::ALL
        .iter()
        .map(|choice| choice.code())
        .collect();
    view! {
        <form class="card check-form" action="/check">
            <div class="asked">
                <label for="domain">{words.domain.clone()}</label>
                <select id="domain" name="domain">{domains}</select>
            </div>
            <fieldset>
                <legend>{words.incoming.clone()}</legend>
                {select(words, "kind", &words.kind, kinds, shown.kind.code())}
                {text("in_host", &words.in_host, &shown.in_host, "url")}
                {text("in_port", &words.in_port, &shown.in_port, "numeric")}
                {security("in_security", &words.in_security, shown.in_security)}
                {select(words, "user", &words.user, users, shown.user.code())}
                {sign_in("in_sign_in", &words.in_sign_in, shown.in_sign_in)}
                {select(words, "copies", &words.copies, copies, shown.copies.code())}
            </fieldset>
            <fieldset>
                <legend>{words.outgoing.clone()}</legend>
                {text("out_host", &words.out_host, &shown.out_host, "url")}
                {text("out_port", &words.out_port, &shown.out_port, "numeric")}
                {security("out_security", &words.out_security, shown.out_security)}
                {sign_in("out_sign_in", &words.out_sign_in, shown.out_sign_in)}
            </fieldset>
            <button type="submit">{words.button.clone()}</button>
        </form>
    }
}

fn text(
    name: &'static str,
    label: &str,
    value: &str,
    keyboard: &'static str,
) -> impl IntoView + use<> {
    view! {
        <div class="asked">
            <label for=name>{label.to_owned()}</label>
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

fn select(
    words: &CheckWords,
    name: &'static str,
    label: &str,
    choices: Vec<&'static str>,
    chosen: &str,
) -> impl IntoView + use<> {
    let options = choices.into_iter().map(|code| {
        view! { <option value=code selected=code == chosen>{said(&words.choices, code)}</option> }
    });
    let options = options.collect_view();
    view! {
        <div class="asked">
            <label for=name>{label.to_owned()}</label>
            <select id=name name=name>{options}</select>
        </div>
    }
}
