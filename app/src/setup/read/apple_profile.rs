//! An Apple configuration profile with mail accounts (`com.apple.mail.managed`).
//!
//! A profile says whether a connection is protected, and not how; the port tells. What it says of a person is not
//! kept: of the address only the domain, of the user name only which part of the address it is.

use probe::{Protocol, Security};

use super::found::{
    Found, FoundHost, FoundService, FoundSignIn, FoundUserName, Problem, address, on_one_line,
    port, port_tells, security_by_port,
};
use super::xml::{self, Element};

/// Reads a profile in XML.
///
/// # Errors
///
/// Where it is not well-formed, is encrypted, or has no mail account.
pub fn read(text: &str) -> Result<Found, Problem> {
    read_tree(&xml::parse(text)?)
}

pub(super) fn read_tree(root: &Element) -> Result<Found, Problem> {
    let profile = root
        .child("dict")
        .ok_or_else(|| Problem::at(root.line, "expected <dict> in <plist>"))?;
    if let Some(encrypted) = value(profile, "EncryptedPayloadContent") {
        return Err(Problem::at(
            encrypted.line,
            "the profile is encrypted, expected a plain one",
        ));
    }
    let content = value(profile, "PayloadContent").filter(|content| content.name == "array");
    let content = content.ok_or_else(|| {
        Problem::at(
            profile.line,
            "expected a <key>PayloadContent</key> with an <array>",
        )
    })?;
    let mut found = Found {
        name: text(profile, "PayloadOrganization").and_then(|name| on_one_line(name, 60)),
        ..Found::default()
    };
    let accounts = content.children("dict");
    let mut accounts = accounts
        .filter(|payload| text(payload, "PayloadType") == Some("com.apple.mail.managed"))
        .peekable();
    if accounts.peek().is_none() {
        let message = "no payload of type com.apple.mail.managed, expected a mail account";
        return Err(Problem::at(content.line, message));
    }
    for account in accounts {
        self::account(account, &mut found);
    }
    Ok(found)
}

fn account(payload: &Element, found: &mut Found) {
    let description = text(payload, "EmailAccountDescription");
    if found.name.is_none() {
        // Many profiles have the address here.
        let named = description.filter(|text| !text.contains('@'));
        found.name = named.and_then(|name| on_one_line(name, 60));
    }
    let domain = text(payload, "EmailAddress").and_then(address);
    if let Some(address) = domain.filter(|one| !found.domains.contains(one.domain())) {
        found.domains.push(address.domain().clone());
    }
    let incoming = match text(payload, "EmailAccountType") {
        Some("EmailTypeIMAP") => Ok(Protocol::Imap),
        Some("EmailTypePOP") => Ok(Protocol::Pop3),
        other => Err(Problem::at(
            payload.line,
            format!(
                "EmailAccountType {:?}: expected EmailTypeIMAP or EmailTypePOP; server left out",
                other.unwrap_or_default()
            ),
        )),
    };
    let sides = [("Incoming", incoming), ("Outgoing", Ok(Protocol::Smtp))];
    for (side, protocol) in sides {
        let read = protocol.and_then(|protocol| service(payload, side, protocol, found));
        match read {
            Ok(service) if found.services.iter().any(|other| same(other, &service)) => {}
            Ok(service) => found.services.push(service),
            Err(problem) => found.problems.push(problem),
        }
    }
}

/// Whether two accounts of a profile have the same server.
fn same(one: &FoundService, other: &FoundService) -> bool {
    let key = |service: &FoundService| (service.protocol, service.port, service.security);
    key(one) == key(other) && one.host == other.host
}

fn service(
    payload: &Element,
    side: &str,
    protocol: Protocol,
    found: &mut Found,
) -> Result<FoundService, Problem> {
    let key = |name: &str| format!("{side}MailServer{name}");
    let fault = |line, message: String| Problem::at(line, format!("{message}; server left out"));
    let needed = |name: &str| {
        let found = value(payload, &key(name)).filter(|value| !value.text().is_empty());
        found.ok_or_else(|| fault(payload.line, format!("no key {}", key(name))))
    };
    let host = needed("HostName")?;
    let number = needed("PortNumber")?;
    let port = port(number.text()).map_err(|message| fault(number.line, message))?;
    let protected = value(payload, &key("UseSSL")).is_some_and(|value| value.name == "true");
    let security = match protected {
        true => security_by_port(port),
        false => Security::None,
    };
    if protected && !port_tells(port) {
        let message = format!(
            "the profile does not say whether port {port} has TLS from the start or STARTTLS; taken as TLS"
        );
        found.problems.push(Problem::note(number.line, message));
    }
    let sign_in = match text(payload, &key("Authentication")) {
        Some("EmailAuthPassword") => vec![FoundSignIn::Password],
        Some("EmailAuthCRAMMD5" | "EmailAuthHTTPMD5") => vec![FoundSignIn::EncryptedPassword],
        Some("EmailAuthNone") => vec![FoundSignIn::None],
        Some(other) => vec![FoundSignIn::Other(
            on_one_line(other, 40).unwrap_or_default(),
        )],
        None => Vec::new(),
    };
    let address = text(payload, "EmailAddress").and_then(address);
    let user_name = text(payload, &key("Username")).filter(|name| !name.is_empty());
    Ok(FoundService {
        line: host.line,
        protocol,
        host: FoundHost::parse(host.text()).map_err(|message| fault(host.line, message))?,
        port,
        security,
        sign_in,
        user_name: user_name.map(|name| FoundUserName::of_account(name, address.as_ref())),
    })
}

/// The value behind a key.
fn value<'a>(dict: &'a Element, key: &str) -> Option<&'a Element> {
    let mut pairs = dict.children.iter().zip(dict.children.iter().skip(1));
    let found = pairs.find(|(name, _)| name.name == "key" && name.text() == key);
    found.map(|(_, value)| value)
}

/// The text behind a key.
fn text<'a>(dict: &'a Element, key: &str) -> Option<&'a str> {
    let value = value(dict, key).filter(|value| value.name == "string");
    value.map(Element::text)
}
