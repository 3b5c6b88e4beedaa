//! The ways to set a program up without typing.

use std::sync::Arc;

use leptos::prelude::*;

use super::{AddressField, Heading, Part};
use crate::audience::audience;
use crate::guide::program::{Device, Program};
use crate::guide::short_way::{ShortKind, ShortWay};
use crate::guide::values::Values;
use crate::page_words::ProviderValue;
use crate::record::Group;
use crate::setup::order::{best, incoming, outgoing};
use crate::setup::write::apple_profile::{self, Incoming};
use crate::site::{site, texts};

/// The form whose field has the address, and whose buttons stand in the steps.
const FORM: &str = "short-way";

/// Where the profile for iPhone, iPad and Mac comes from, for a domain.
pub fn profile_path(domain: &str) -> String {
    format!("/settings/{domain}/mail.mobileconfig")
}

/// Where the code for Thunderbird on Android comes from, for a domain.
pub fn code_path(domain: &str) -> String {
    format!("/settings/{domain}/thunderbird-android")
}

/// Whether the addresses of a group can be set up in this way.
pub fn works(kind: ShortKind, values: &Values) -> bool {
    let (record, group) = (&values.record, &values.group);
    match kind {
        ShortKind::Profile => [Incoming::Imap, Incoming::Pop3]
            .into_iter()
            .any(|way| apple_profile::write(record, group, None, way, "").is_ok()),
        ShortKind::Code => !incoming(group).is_empty() && !outgoing(group).is_empty(),
        // A promise about all of them needs all of them.
        ShortKind::Discovery => {
            let published = &site().published;
            let domains = &group.domains;
            domains
                .iter()
                .all(|domain| published.autoconfig_is_ours(domain))
        }
        ShortKind::ByHand => false,
    }
}

/// The field for the address, which is sent to this site when a button of the short way is pressed. It works without
/// scripts, too.
#[component]
pub fn AddressForShortWay(
    /// What is done with it.
    kind: ShortKind,
) -> impl IntoView {
    let texts = texts();
    let words = &texts.guide.words;
    let first = site().domain_groups().into_iter().flatten().next();
    let action = profile_path(&first.unwrap_or_default());
    let class = match kind {
        ShortKind::Code => "your-address for-desk",
        _ => "your-address",
    };
    view! {
        <form class=class id=FORM method="post" action=action>
            <label for="address">{words.program.address.clone()}</label>
            <AddressField id="address".to_owned()/>
            <p class="hint">{words.short_way.address_hint.clone()}</p>
        </form>
    }
}

/// The short way of a program, where it works for these addresses.
#[component]
pub fn ShortWayPart(
    /// The program.
    program: Arc<Program>,
    /// Its short way.
    short: ShortWay,
    /// What stands in its places.
    values: Arc<Values>,
    /// Its name in addresses.
    id: String,
    /// Tells the ticks of its steps from all others.
    ticks: String,
    /// What is said to those who do not see this.
    differs: AnyView,
) -> impl IntoView {
    let texts = texts();
    let words = texts.guide.words.short_way.clone();
    let title = match short.kind {
        ShortKind::Profile => words.profile,
        ShortKind::Code => words.code,
        ShortKind::Discovery | ShortKind::ByHand => words.discovery,
    };
    let mut notes = Vec::new();
    match short.kind {
        ShortKind::Profile => {
            notes.push((1, profile_buttons(&values.group)));
            let judged = short.judged.unwrap_or(short.steps.len());
            notes.push((judged, what_the_device_says()));
        }
        ShortKind::Code => notes.push((1, code_button(&values.group))),
        ShortKind::Discovery | ShortKind::ByHand => {}
    }
    // The first step of a file has its button already.
    let place = match short.kind {
        ShortKind::Profile => short.steps.len(),
        _ => 1,
    };
    notes.push((place, differs));
    let on_phone = short.kind == ShortKind::Profile && program.devices.contains(&Device::Iphone);
    let phone =
        on_phone.then(|| view! { <GoOnOnPhone path=format!("programs/{}", program.slug)/> });
    let class = match short.kind {
        ShortKind::Code => "short-way for-desk",
        _ => "short-way",
    };
    let part = match short.text {
        Some(text) => {
            view! { <Part title id text steps=short.steps values ticks notes/> }.into_any()
        }
        None => view! { <Part title id steps=short.steps values ticks notes/> }.into_any(),
    };
    view! {
        <div class=class>
            {part}
            {phone}
        </div>
    }
}

/// The button that gets the file. IMAP is what most people want; POP is for those who ask for it.
fn profile_buttons(group: &Group) -> AnyView {
    let words = texts().guide.words.short_way.clone();
    let domain = group.domains.first().map(ToString::to_string);
    let action = profile_path(&domain.unwrap_or_default());
    let has = |way: Incoming| best(group, way.protocol()).is_some();
    let button = |way: &'static str, text: String| {
        view! {
            <p class="get">
                <button type="submit" form=FORM formaction=action.clone() name="incoming" value=way>
                    {text}
                </button>
            </p>
        }
    };
    match (has(Incoming::Imap), has(Incoming::Pop3)) {
        (true, true) => {
            let pop = texts().guide.words.program.if_pop.clone();
            view! {
                {button("imap", words.get_profile)}
                <details class="folded">
                    <summary>{pop}</summary>
                    <p>{words.pop}</p>
                    {button("pop3", words.get_pop_profile)}
                </details>
            }
            .into_any()
        }
        (true, false) => button("imap", words.get_profile).into_any(),
        (false, _) => button("pop3", words.get_profile).into_any(),
    }
}

fn code_button(group: &Group) -> AnyView {
    let words = texts().guide.words.short_way.clone();
    let domain = group.domains.first().map(ToString::to_string);
    let action = code_path(&domain.unwrap_or_default());
    view! {
        <p class="get">
            <button type="submit" form=FORM formaction=action>{words.show_code}</button>
        </p>
    }
    .into_any()
}

/// What stands on the screen before the file is installed, so that nobody is frightened or fooled.
fn what_the_device_says() -> AnyView {
    let (site, texts) = (site(), texts());
    let words = texts.guide.words.short_way.clone();
    let says = match site.verified_profiles {
        true => words.signed,
        false => words.unsigned,
    };
    view! {
        <p class="note">{says} " " {words.no_password}</p>
        <p class="hint">{words.remove}</p>
    }
    .into_any()
}

/// A code with which a page is opened on a phone. It is only for screens that a phone can be held to.
#[component]
pub fn GoOnOnPhone(
    /// The path of the page, without the slash at its beginning.
    path: String,
) -> impl IntoView {
    let words = texts().guide.words.short_way.clone();
    let audience = audience();
    let domain = audience.domain().filter(|_| path.starts_with("programs/"));
    let src = match domain {
        Some(domain) => format!("/qr/{path}?domain={domain}"),
        None => format!("/qr/{path}"),
    };
    view! {
        <figure class="go-on-phone">
            <img src=src alt=words.phone_alt width="176" height="176" loading="lazy"/>
            <figcaption>{words.phone}</figcaption>
        </figure>
    }
}

/// Which programs take the settings of a group by themselves, with the ways there.
#[component]
pub fn ShortWays(
    /// What the settings are.
    values: Arc<Values>,
    /// The path of the page on which this stands, without the slash at its beginning.
    path: String,
) -> impl IntoView {
    let texts = texts();
    let words = texts.guide.words.short_way.clone();
    let ways = texts.guide.programs.iter().filter_map(|program| {
        let short = program.short_way()?;
        works(short.kind, &values).then_some(())?;
        let hint = match short.kind {
            ShortKind::Profile => &words.row_profile,
            ShortKind::Code => &words.row_code,
            ShortKind::Discovery | ShortKind::ByHand => &words.row_discovery,
        };
        let href = format!("/programs/{}", program.slug);
        let devices: Vec<_> = program.devices.iter().map(|device| device.name()).collect();
        let class = (short.kind == ShortKind::Code).then_some("for-desk");
        Some(view! {
            <li class=class data-for=devices.join(" ")>
                <a class="choice" href=href>
                    <b>{program.name.clone()}</b>
                    " "
                    <span>{hint.clone()}</span>
                </a>
            </li>
        })
    });
    let ways: Vec<_> = ways.collect();
    if ways.is_empty() {
        // Who has asked for a file comes here without one.
        let unprotected = incoming(&values.group).is_empty();
        return unprotected
            .then(|| view! { <p class="hint">{words.unprotected}</p> })
            .into_any();
    }
    let provider = values.record.name.clone();
    let lead = words.lead.fill(|ProviderValue::Provider| &provider);
    view! {
        <section class="short-ways" aria-labelledby="short">
            <div>
                <Heading id="short".to_owned() title=words.title/>
                <p class="hint">{lead}</p>
                <ul class="rows">{ways}</ul>
            </div>
            <GoOnOnPhone path/>
        </section>
    }
    .into_any()
}
