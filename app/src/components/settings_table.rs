//! The documented settings of one group of addresses.

use std::sync::Arc;

use leptos::prelude::*;
use probe::{Protocol, Security};

use crate::islands::{CopyButton, UserName};
use crate::record::{Group, LimitKind, Record, Role, Service, Source, UserNameForm, Wrong};
use crate::site::Site;

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
                "For addresses ending in "
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
                            <summary>"If your program cannot use IMAP: POP"</summary>
                            <p>
                                "IMAP keeps your mail on the server, so that your phone and your computer show the same mail. "
                                "POP moves mail to one device. If you use POP, switch on “Leave a copy of messages on the server”, "
                                "or your other devices will find an empty mailbox."
                            </p>
                            <div class="cards">{cards(Role::Other)}</div>
                        </details>
                    }
                })}
            {has(Role::Alternative)
                .then(|| {
                    view! {
                        <details class="others">
                            <summary>"If these do not work: another way"</summary>
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
        Role::Recommended => Some(("recommended", "Recommended")),
        Role::Other => None,
        Role::Alternative => Some(("alternative", "Not in the official table")),
    };
    let purpose = match endpoint.protocol {
        Protocol::Imap => "Reads your mail and keeps it on the server.",
        Protocol::Pop3 => "Downloads your mail to one device.",
        Protocol::Smtp => "Sends your mail.",
    };
    let authentication = (endpoint.protocol == Protocol::Smtp).then(|| {
        view! {
            <Row label="Sign-in for sending".to_owned() source=group.sign_in.source.clone()>
                <span>"Yes, with the same user name and password"</span>
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
                <Row label="Server".to_owned() source=service.source.clone()>
                    <span class="value">{host.clone()}</span>
                    <Copy value=Some(host) local_part what="server name".to_owned()/>
                </Row>
                <Row label="Port".to_owned() source=service.source.clone()>
                    <span class="value">{port.clone()}</span>
                    <Copy value=Some(port) local_part what="port".to_owned()/>
                </Row>
                <Row label="Security".to_owned() source=service.source.clone()>
                    <span class="value">{security}</span>
                </Row>
                <Row label="User name".to_owned() source=group.user_name.source.clone()>
                    <span class="value">
                        <UserName local_part>
                            <em>
                                {if local_part {
                                    "the part of your address before the @"
                                } else {
                                    "your full email address"
                                }}
                            </em>
                        </UserName>
                    </span>
                    <Copy value=None local_part what="user name".to_owned()/>
                </Row>
                <Row label="Password".to_owned() source=group.sign_in.source.clone()>
                    <span>"your email password (choose “normal password”)"</span>
                </Row>
                {authentication}
            </dl>
        </section>
    }
}

#[component]
fn Row(label: String, source: Arc<Source>, children: Children) -> impl IntoView {
    let read = source.read.to_string();
    let title = format!("{}, read on {read}", source.title);
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
                    aria-label=format!("Source: {title}")
                >
                    "source"
                </a>
            </dd>
        </div>
    }
}

#[component]
fn Copy(value: Option<String>, local_part: bool, what: String) -> impl IntoView {
    view! {
        <CopyButton value local_part copied="Copied".to_owned()>
            "Copy"
            <span class="unseen">{format!(" the {what}")}</span>
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
            <h3>"What “Security” means"</h3>
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
                    format!(
                        "port {port} for {}",
                        site.words.protocol(*protocol).in_sentence
                    )
                }
            };
            let right = match wrong.wrong {
                Wrong::Host(_) => wrong.instead.endpoint.host.to_string(),
                Wrong::Port { .. } => format!("port {}", wrong.instead.endpoint.port),
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
            <summary>"Values that are wrong or out of date"</summary>
            <p>"If your program shows one of these, change it."</p>
            <div class="scroll" tabindex="0" role="region" aria-label="Wrong values">
                <table>
                    <thead>
                        <tr>
                            <th scope="col">"If you see"</th>
                            <th scope="col">"Put"</th>
                            <th scope="col">"Why"</th>
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
                LimitKind::MailboxSize => "All your mail together may use",
                LimitKind::MessageSize => "One message with its attachments may have",
            };
            view! { <li>{format!("{text} {} MB.", limit.megabytes)}</li> }
        })
        .collect_view();
    let any = !record.limits.is_empty();
    any.then(|| view! { <section class="limits"><h3>"Limits"</h3><ul>{items}</ul></section> })
}

/// Everything that the values were read in, with the day.
#[component]
fn Sources(record: Record) -> impl IntoView {
    let items = record
        .sources
        .iter()
        .map(|source| {
            let url = source.url.as_str().to_owned();
            let read = format!(", read on {}", source.read);
            view! { <li><a href=url rel="noreferrer">{source.title.clone()}</a>{read}</li> }
        })
        .collect_view();
    view! {
        <details class="others">
            <summary>"Where these values come from"</summary>
            <ul>{items}</ul>
        </details>
    }
}
