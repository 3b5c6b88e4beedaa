//! The kind of account that a customer has, where it is not told.

use probe::Protocol;

use super::{EnteredSettings, Kind};
use crate::record::{Group, Wrong};

/// The protocol of incoming mail with which settings are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Incoming {
    /// The protocol.
    pub protocol: Protocol,
    /// By what it is known.
    pub known_by: KnownBy,
}

/// By what a kind of account is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KnownBy {
    /// The customer has chosen it.
    Choice,
    /// The server or the port that was typed belongs to one kind only.
    Values,
    /// Nothing tells it, so it is the one that is recommended.
    Nothing,
}

/// The ports of the kinds of accounts, without and with TLS from the first byte on (RFC 9051 §2.1, RFC 1939 §3,
/// RFC 8314 §7).
const PORTS: [(Protocol, [u16; 2]); 2] =
    [(Protocol::Imap, [143, 993]), (Protocol::Pop3, [110, 995])];

/// With which protocol the values for incoming mail are compared. Where the customer has chosen none, the server
/// that was typed tells it, or else the port.
pub fn incoming(group: &Group, entered: &EnteredSettings) -> Incoming {
    let known = |protocol, known_by| Incoming { protocol, known_by };
    match entered.kind {
        Kind::Imap => return known(Protocol::Imap, KnownBy::Choice),
        Kind::Pop => return known(Protocol::Pop3, KnownBy::Choice),
        Kind::Unknown => {}
    }
    let by_values = by_host(group, &entered.in_host).or_else(|| by_port(group, &entered.in_port));
    if let Some(protocol) = by_values {
        return known(protocol, KnownBy::Values);
    }
    let usual = match group.recommended(Protocol::Imap) {
        Some(_) => Protocol::Imap,
        None => Protocol::Pop3,
    };
    known(usual, KnownBy::Nothing)
}

fn by_host(group: &Group, typed: &str) -> Option<Protocol> {
    let typed = typed.trim();
    let typed = typed.strip_suffix('.').unwrap_or(typed);
    let same = |host: &probe::HostName| host.as_str().eq_ignore_ascii_case(typed);
    let services = group.services.iter().map(|service| &service.endpoint);
    let right = services
        .filter(|endpoint| same(&endpoint.host))
        .map(|endpoint| endpoint.protocol);
    let wrong = group.wrong.iter().filter_map(|value| match &value.wrong {
        Wrong::Host(host) if same(host) => Some(value.instead.endpoint.protocol),
        Wrong::Host(_) | Wrong::Port { .. } => None,
    });
    only(right.chain(wrong))
}

fn by_port(group: &Group, typed: &str) -> Option<Protocol> {
    let typed = typed.trim().parse::<u16>().ok()?;
    let services = group.services.iter().map(|service| &service.endpoint);
    let right = services
        .filter(|endpoint| endpoint.port.get() == typed)
        .map(|endpoint| endpoint.protocol);
    let usual = PORTS
        .into_iter()
        .filter(|(_, ports)| ports.contains(&typed))
        .map(|(protocol, _)| protocol);
    only(right.chain(usual))
}

/// The kind of account that all of them are of.
fn only(protocols: impl Iterator<Item = Protocol>) -> Option<Protocol> {
    let mut accounts = protocols.filter(|protocol| *protocol != Protocol::Smtp);
    let first = accounts.next()?;
    accounts.all(|protocol| protocol == first).then_some(first)
}
