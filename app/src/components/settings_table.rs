//! The documented settings of one group of addresses.

use std::sync::Arc;

use leptos::prelude::*;
use probe::{Protocol, Security};

use super::{OwnSignIn, ServiceState};
use crate::islands::{CopyButton, UserName};
use crate::page_words::{CountValue, DayValue, MegabytesValue, PortForValue, PortValue};
use crate::record::{
    Domain, Group, LimitKind, LocalizedText, Record, Role, Service, SignInMethod, Source,
    UserNameForm, Wrong,
};
use crate::site::{localized, texts};

/// Every service with its values, the recommended ones first.
#[component]
pub fn SettingsTable(
    /// The provider.
    record: Arc<Record>,
    /// The addresses that share the settings.
    group: Arc<Group>,
    /// The domain that was asked for; by default the first of the group.
    #[prop(optional, into)]
    domain: Option<Domain>,
) -> impl IntoView {
    let local_part = group.user_name.form == UserNameForm::LocalPart;
    let cards = |role: Role| {
        group
            .services
            .iter()
            .filter(|service| service.role == role)
            .map(|service| service_card(service, &record, &group, local_part))
            .collect_view()
    };
    // In a group without IMAP, POP is shown among the main services.
    let imap = group
        .services
        .iter()
        .any(|service| service.endpoint.protocol == Protocol::Imap);
    let has = |role: Role| group.services.iter().any(|service| service.role == role);
    view! {
        <div class="settings">
            <Applies group=group.clone() domain/>
            {note(&group.note)}
            <OwnSignIn group=group.clone()/>
            <div class="cards">{cards(Role::Recommended)} {(!imap).then(|| cards(Role::Other))}</div>
            {(imap && has(Role::Other))
                .then(|| {
                    view! {
                        <details class="others">
                            <summary>{localized(|t| &t.settings.pop)}</summary>
                            <p>
                                {localized(|t| &t.settings.pop_text)}
                            </p>
                            <div class="cards">{cards(Role::Other)}</div>
                        </details>
                    }
                })}
            {has(Role::Alternative)
                .then(|| {
                    view! {
                        <details class="others">
                            <summary>{localized(|t| &t.settings.alternative)}</summary>
                            <div class="cards">{cards(Role::Alternative)}</div>
                        </details>
                    }
                })}
            <Meanings group=group.clone()/>
            {(!group.wrong.is_empty()).then(|| view! { <WrongValues group=group.clone()/> })}
            <Limits record=record.clone()/>
            <Sources record/>
        </div>
    }
}

/// The most domains that are all named. More are folded away, so that the values come first.
const MAX_NAMED: usize = 3;

/// Whom the settings are for: the customer's own address once it is known, or a domain.
#[component]
fn Applies(group: Arc<Group>, domain: Option<Domain>) -> impl IntoView {
    let words = &texts().pages.settings;
    let name = |domain: &Domain| format!("@{}", domain.as_str());
    let all: Vec<_> = group.domains.iter().map(name).collect();
    if all.len() <= MAX_NAMED {
        let ending = words.applies_ending.clone();
        return view! { <p class="applies">{ending} " " {all.join(", ")}</p> }.into_any();
    }
    let own = domain.as_ref().or(group.domains.first());
    let own = own.map(name).unwrap_or_default();
    let more = words
        .applies_more
        .fill(|CountValue::Count| (all.len() - 1).to_string());
    let all = all.into_iter();
    let all = all.map(|name| view! { <li>{name}</li> }).collect_view();
    view! {
        <details class="applies folded">
            <summary>
                <span>
                    {words.applies.clone()} " "
                    <b><UserName local_part=false>{own}</UserName></b>
                    " " {more}
                </span>
            </summary>
            <p>{words.applies_all.clone()}</p>
            <ul class="columns">{all}</ul>
        </details>
    }
    .into_any()
}

/// What to know before reading what follows.
fn note(note: &Option<LocalizedText>) -> Option<impl IntoView + use<>> {
    let note = note.as_ref()?.in_language(&texts().language).to_owned();
    Some(view! { <p class="note">{note}</p> })
}

/// One service with its values.
fn service_card(
    service: &Service,
    record: &Record,
    group: &Group,
    local_part: bool,
) -> impl IntoView + use<> {
    let texts = texts();
    let endpoint = &service.endpoint;
    let name = texts.words.protocol(endpoint.protocol).name.clone();
    let host = endpoint.host.to_string();
    let port = endpoint.port.to_string();
    let security = texts.words.security(endpoint.security).name.clone();
    let badge = match service.role {
        Role::Recommended => Some(("recommended", localized(|t| &t.settings.recommended))),
        Role::Other => None,
        Role::Alternative => Some(("alternative", localized(|t| &t.settings.unofficial))),
    };
    let purpose = match endpoint.protocol {
        Protocol::Imap => localized(|t| &t.settings.imap_purpose),
        Protocol::Pop3 => localized(|t| &t.settings.pop_purpose),
        Protocol::Smtp => localized(|t| &t.settings.smtp_purpose),
    };
    let (password, sign_in) = match group.sign_in.method {
        SignInMethod::Password => (
            localized(|t| &t.settings.password_text),
            localized(|t| &t.settings.sign_in_text),
        ),
        SignInMethod::OAuth2 => (
            localized(|t| &t.settings.own_page_password),
            localized(|t| &t.settings.own_page_sign_in),
        ),
    };
    let authentication = (endpoint.protocol == Protocol::Smtp).then(|| {
        view! {
            <Row label=localized(|t| &t.settings.sign_in)>
                <span>{sign_in}</span>
            </Row>
        }
    });
    view! {
        <section class="card service-card">
            <h3>
                {name}
                {badge.map(|(class, text)| view! { <span class=format!("badge {class}")>{text}</span> })}
            </h3>
            <p class="purpose">{purpose}</p>
            <ServiceState record group service/>
            {note(&service.note)}
            <dl class="values">
                <Row label=localized(|t| &t.settings.server)>
                    <span class="value">{host.clone()}</span>
                    <Copy value=Some(host) local_part what=localized(|t| &t.settings.copy_server)/>
                </Row>
                <Row label=localized(|t| &t.settings.port)>
                    <span class="value">{port.clone()}</span>
                    <Copy value=Some(port) local_part what=localized(|t| &t.settings.copy_port)/>
                </Row>
                <Row label=localized(|t| &t.settings.security)>
                    <span class="value">{security}</span>
                </Row>
                <Row label=localized(|t| &t.settings.user_name)>
                    <span class="value">
                        <UserName local_part>
                            <em>
                                {if local_part {
                                    localized(|t| &t.settings.local_part)
                                } else {
                                    localized(|t| &t.settings.full_address)
                                }}
                            </em>
                        </UserName>
                    </span>
                    <Copy value=None local_part what=localized(|t| &t.settings.copy_user)/>
                </Row>
                <Row label=localized(|t| &t.settings.password)>
                    <span>{password}</span>
                </Row>
                {authentication}
            </dl>
            {card_sources(service, group)}
        </section>
    }
}

#[component]
fn Row(label: String, children: Children) -> impl IntoView {
    view! {
        <div class="row">
            <dt>{label}</dt>
            <dd>{children()}</dd>
        </div>
    }
}

/// Where the values of a service were read. Where not all are from one page, each says what was read there.
fn card_sources(service: &Service, group: &Group) -> impl IntoView + use<> {
    let texts = texts();
    let words = &texts.pages.settings;
    let read = [
        (&service.source, &words.source_server),
        (&group.user_name.source, &words.user_name),
        (&group.sign_in.source, &words.source_sign_in),
    ];
    let mut sources: Vec<(&Arc<Source>, Vec<&str>)> = Vec::new();
    for (source, what) in read {
        match sources.iter_mut().find(|(other, _)| *other == source) {
            Some((_, values)) => values.push(what),
            None => sources.push((source, vec![what])),
        }
    }
    let several = sources.len() > 1;
    let links = sources.into_iter().map(|(source, values)| {
        let title = source.title.in_language(&texts.language).to_owned();
        let day = texts.test.day(source.read);
        let read = words.read_on.fill(|DayValue::Day| &day);
        let values = several.then(|| format!("{}: ", values.join(", ")));
        let url = source.url.as_str().to_owned();
        view! { <li>{values} <a href=url rel="noreferrer">{title}</a> {read}</li> }
    });
    let links = links.collect_view();
    view! {
        <details class="folded sources">
            <summary>{words.source.clone()}</summary>
            <ul>{links}</ul>
        </details>
    }
}

#[component]
fn Copy(value: Option<String>, local_part: bool, what: String) -> impl IntoView {
    view! {
        <CopyButton value local_part copied=localized(|t| &t.settings.copied)>
            {localized(|t| &t.settings.copy)}
            <span class="unseen">" " {what}</span>
        </CopyButton>
    }
}

/// What the security words mean, for the ones that this group uses.
#[component]
fn Meanings(group: Arc<Group>) -> impl IntoView {
    let texts = texts();
    let used = [Security::Tls, Security::Starttls, Security::None]
        .into_iter()
        .filter(|security| {
            group
                .services
                .iter()
                .any(|s| s.endpoint.security == *security)
        })
        .map(|security| {
            let words = texts.words.security(security);
            view! { <dt>{words.name.clone()}</dt><dd>{words.plain.clone()}</dd> }
        })
        .collect_view();
    view! {
        <section class="meanings">
            <h3>{localized(|t| &t.settings.meanings)}</h3>
            <dl>{used}</dl>
        </section>
    }
}

#[component]
fn WrongValues(group: Arc<Group>) -> impl IntoView {
    let texts = texts();
    let words = &texts.pages.settings;
    let rows = group
        .wrong
        .iter()
        .map(|wrong| {
            let value = match &wrong.wrong {
                Wrong::Host(host) => host.to_string(),
                Wrong::Port { protocol, port } => words.port_for.fill(|value| match value {
                    PortForValue::Port => port.to_string(),
                    PortForValue::Service => texts.words.protocol(*protocol).in_sentence.clone(),
                }),
            };
            let instead = &wrong.instead.endpoint;
            let right = match wrong.wrong {
                Wrong::Host(_) => instead.host.to_string(),
                Wrong::Port { .. } => words
                    .port_number
                    .fill(|PortValue::Port| instead.port.to_string()),
            };
            view! {
                <tr>
                    <td><s>{value}</s></td>
                    <td>{right}</td>
                    <td>{wrong.why.in_language(&texts.language).to_owned()}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <details class="others wrong">
            <summary>{localized(|t| &t.settings.wrong)}</summary>
            <p>{localized(|t| &t.settings.wrong_text)}</p>
            <div class="scroll" tabindex="0" role="region" aria-label=localized(|t| &t.settings.wrong_table)>
                <table>
                    <thead>
                        <tr>
                            <th scope="col">{localized(|t| &t.settings.see)}</th>
                            <th scope="col">{localized(|t| &t.settings.put)}</th>
                            <th scope="col">{localized(|t| &t.settings.why)}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </details>
    }
}

#[component]
fn Limits(record: Arc<Record>) -> impl IntoView {
    let texts = texts();
    let words = &texts.pages.settings;
    let items = record
        .limits
        .iter()
        .map(|limit| {
            let text = match limit.kind {
                LimitKind::MailboxSize => &words.mailbox_size,
                LimitKind::MessageSize => &words.message_size,
            };
            let text = text.fill(|MegabytesValue::Megabytes| limit.megabytes.to_string());
            view! { <li>{text}</li> }
        })
        .collect_view();
    let any = !record.limits.is_empty();
    any.then(|| view! { <section class="limits"><h3>{localized(|t| &t.settings.limits)}</h3><ul>{items}</ul></section> })
}

/// Everything that the values were read in, with the day.
#[component]
fn Sources(record: Arc<Record>) -> impl IntoView {
    let texts = texts();
    let words = &texts.pages.settings;
    let items = record
        .sources
        .iter()
        .map(|source| {
            let url = source.url.as_str().to_owned();
            let title = source.title.in_language(&texts.language).to_owned();
            let read = words
                .read_on
                .fill(|DayValue::Day| texts.test.day(source.read));
            view! { <li><a href=url rel="noreferrer">{title}</a>{read}</li> }
        })
        .collect_view();
    view! {
        <details class="others">
            <summary>{localized(|t| &t.settings.sources)}</summary>
            <ul>{items}</ul>
        </details>
    }
}
