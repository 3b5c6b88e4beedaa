//! The documented settings of one group of addresses.

use std::sync::Arc;

use leptos::prelude::*;
use probe::{Protocol, Security};

use crate::islands::{CopyButton, UserName};
use crate::record::{Group, LimitKind, Record, Role, Service, Source, UserNameForm, Wrong};
use crate::site::{Site, say};

/// Every service with its values, the recommended ones first.
#[component]
pub fn SettingsTable(
    /// The provider.
    record: Record,
    /// The addresses that share the settings.
    group: Group,
) -> impl IntoView {
    let local_part = group.user_name.form == UserNameForm::LocalPart;
    let cards = |role: Role| {
        group
            .services
            .iter()
            .filter(|service| service.role == role)
            .map(|service| {
                view! { <ServiceCard service=service.clone() group=group.clone() local_part/> }
            })
            .collect_view()
    };
    // Where there is no IMAP, POP is no second choice.
    let imap = group
        .services
        .iter()
        .any(|service| service.endpoint.protocol == Protocol::Imap);
    let has = |role: Role| group.services.iter().any(|service| service.role == role);
    let wrong = group.wrong.clone();
    view! {
        <div class="settings">
            <p class="applies">
                {say(|t| &t.settings.applies)} " "
                {group
                    .domains
                    .iter()
                    .enumerate()
                    .map(|(at, domain)| {
                        let comma = if at == 0 { "" } else { ", " };
                        view! { {comma}<span class="domain">{format!("@{}", domain.as_str())}</span> }
                    })
                    .collect_view()}
            </p>
            {group.note.clone().map(|note| view! { <p class="note">{note}</p> })}
            <div class="cards">{cards(Role::Recommended)} {(!imap).then(|| cards(Role::Other))}</div>
            {(imap && has(Role::Other))
                .then(|| {
                    view! {
                        <details class="others">
                            <summary>{say(|t| &t.settings.pop)}</summary>
                            <p>
                                {say(|t| &t.settings.pop_text)}
                            </p>
                            <div class="cards">{cards(Role::Other)}</div>
                        </details>
                    }
                })}
            {has(Role::Alternative)
                .then(|| {
                    view! {
                        <details class="others">
                            <summary>{say(|t| &t.settings.alternative)}</summary>
                            <div class="cards">{cards(Role::Alternative)}</div>
                        </details>
                    }
                })}
            <Meanings group=group.clone()/>
            {(!wrong.is_empty()).then(|| view! { <WrongValues group=group.clone()/> })}
            <Limits record=record.clone()/>
            <Sources record/>
        </div>
    }
}

#[component]
fn ServiceCard(service: Service, group: Group, local_part: bool) -> impl IntoView {
    let site: Arc<Site> = expect_context();
    let endpoint = &service.endpoint;
    let name = site.words.protocol(endpoint.protocol).name.clone();
    let host = endpoint.host.to_string();
    let port = endpoint.port.to_string();
    let security = site.words.security(endpoint.security).name.clone();
    let badge = match service.role {
        Role::Recommended => Some(("recommended", say(|t| &t.settings.recommended))),
        Role::Other => None,
        Role::Alternative => Some(("alternative", say(|t| &t.settings.unofficial))),
    };
    let purpose = match endpoint.protocol {
        Protocol::Imap => say(|t| &t.settings.imap_purpose),
        Protocol::Pop3 => say(|t| &t.settings.pop_purpose),
        Protocol::Smtp => say(|t| &t.settings.smtp_purpose),
    };
    let authentication = (endpoint.protocol == Protocol::Smtp).then(|| {
        view! {
            <Row label=say(|t| &t.settings.sign_in) source=group.sign_in.source.clone()>
                <span>{say(|t| &t.settings.sign_in_text)}</span>
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
            {service.note.clone().map(|note| view! { <p class="note">{note}</p> })}
            <dl class="values">
                <Row label=say(|t| &t.settings.server) source=service.source.clone()>
                    <span class="value">{host.clone()}</span>
                    <Copy value=Some(host) local_part what=say(|t| &t.settings.copy_server)/>
                </Row>
                <Row label=say(|t| &t.settings.port) source=service.source.clone()>
                    <span class="value">{port.clone()}</span>
                    <Copy value=Some(port) local_part what=say(|t| &t.settings.copy_port)/>
                </Row>
                <Row label=say(|t| &t.settings.security) source=service.source.clone()>
                    <span class="value">{security}</span>
                </Row>
                <Row label=say(|t| &t.settings.user_name) source=group.user_name.source.clone()>
                    <span class="value">
                        <UserName local_part>
                            <em>
                                {if local_part {
                                    say(|t| &t.settings.local_part)
                                } else {
                                    say(|t| &t.settings.full_address)
                                }}
                            </em>
                        </UserName>
                    </span>
                    <Copy value=None local_part what=say(|t| &t.settings.copy_user)/>
                </Row>
                <Row label=say(|t| &t.settings.password) source=group.sign_in.source.clone()>
                    <span>{say(|t| &t.settings.password_text)}</span>
                </Row>
                {authentication}
            </dl>
        </section>
    }
}

#[component]
fn Row(label: String, source: Arc<Source>, children: Children) -> impl IntoView {
    let read = source.read.to_string();
    let title = say(|t| &t.settings.read)
        .replace("{source}", &source.title)
        .replace("{day}", &read);
    view! {
        <div class="row">
            <dt>{label}</dt>
            <dd>
                {children()}
                <a
                    class="source"
                    href=source.url.as_str().to_owned()
                    rel="noreferrer"
                    title=title.clone()
                    aria-label=say(|t| &t.settings.source_of).replace("{source}", &title)
                >
                    {say(|t| &t.settings.source)}
                </a>
            </dd>
        </div>
    }
}

#[component]
fn Copy(value: Option<String>, local_part: bool, what: String) -> impl IntoView {
    view! {
        <CopyButton value local_part copied=say(|t| &t.settings.copied)>
            {say(|t| &t.settings.copy)}
            <span class="unseen">" " {what}</span>
        </CopyButton>
    }
}

/// What the security words mean, for the ones that this group uses.
#[component]
fn Meanings(group: Group) -> impl IntoView {
    let site: Arc<Site> = expect_context();
    let used = [Security::Tls, Security::Starttls, Security::None]
        .into_iter()
        .filter(|security| {
            group
                .services
                .iter()
                .any(|s| s.endpoint.security == *security)
        })
        .map(|security| {
            let words = site.words.security(security);
            view! { <dt>{words.name.clone()}</dt><dd>{words.plain.clone()}</dd> }
        })
        .collect_view();
    view! {
        <section class="meanings">
            <h3>{say(|t| &t.settings.meanings)}</h3>
            <dl>{used}</dl>
        </section>
    }
}

#[component]
fn WrongValues(group: Group) -> impl IntoView {
    let rows = group
        .wrong
        .into_iter()
        .map(|wrong| {
            let value = match &wrong.wrong {
                Wrong::Host(host) => host.to_string(),
                Wrong::Port { protocol, port } => {
                    let site: Arc<Site> = expect_context();
                    say(|t| &t.settings.port_for)
                        .replace("{port}", &port.to_string())
                        .replace("{service}", &site.words.protocol(*protocol).in_sentence)
                }
            };
            let right = match wrong.wrong {
                Wrong::Host(_) => wrong.instead.endpoint.host.to_string(),
                Wrong::Port { .. } => say(|t| &t.settings.port_number)
                    .replace("{port}", &wrong.instead.endpoint.port.to_string()),
            };
            view! {
                <tr>
                    <td><s>{value}</s></td>
                    <td>{right}</td>
                    <td>{wrong.why}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <details class="others wrong">
            <summary>{say(|t| &t.settings.wrong)}</summary>
            <p>{say(|t| &t.settings.wrong_text)}</p>
            <div class="scroll" tabindex="0" role="region" aria-label=say(|t| &t.settings.wrong_table)>
                <table>
                    <thead>
                        <tr>
                            <th scope="col">{say(|t| &t.settings.see)}</th>
                            <th scope="col">{say(|t| &t.settings.put)}</th>
                            <th scope="col">{say(|t| &t.settings.why)}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </details>
    }
}

#[component]
fn Limits(record: Record) -> impl IntoView {
    let items = record
        .limits
        .iter()
        .map(|limit| {
            let text = match limit.kind {
                LimitKind::MailboxSize => say(|t| &t.settings.mailbox_size),
                LimitKind::MessageSize => say(|t| &t.settings.message_size),
            };
            view! { <li>{text.replace("{megabytes}", &limit.megabytes.to_string())}</li> }
        })
        .collect_view();
    let any = !record.limits.is_empty();
    any.then(|| view! { <section class="limits"><h3>{say(|t| &t.settings.limits)}</h3><ul>{items}</ul></section> })
}

/// Everything that the values were read in, with the day.
#[component]
fn Sources(record: Record) -> impl IntoView {
    let items = record
        .sources
        .iter()
        .map(|source| {
            let url = source.url.as_str().to_owned();
            let read = say(|t| &t.settings.read_on).replace("{day}", &source.read.to_string());
            view! { <li><a href=url rel="noreferrer">{source.title.clone()}</a>{read}</li> }
        })
        .collect_view();
    view! {
        <details class="others">
            <summary>{say(|t| &t.settings.sources)}</summary>
            <ul>{items}</ul>
        </details>
    }
}
