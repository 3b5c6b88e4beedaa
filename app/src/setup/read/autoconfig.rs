//! Thunderbird's autoconfig XML, version 1.1 and 1.2 (draft-ietf-mailmaint-autoconfig).
//!
//! Unknown elements and attributes are ignored, and a server of which something is wrong is left out alone, as
//! the draft has it ("Validation").

use probe::{Protocol, Security};

use super::found::{
    Found, FoundHost, FoundService, FoundSignIn, FoundUserName, Page, Problem, Severity,
    on_one_line, port,
};
use super::xml::{self, Element};
use crate::address::Domain;

/// A display name is not longer than this, as the draft has it.
const MAX_NAME: usize = 60;

/// Reads a file.
///
/// # Errors
///
/// Where it is not well-formed XML, or has no provider.
pub fn read(text: &str) -> Result<Found, Problem> {
    read_tree(&xml::parse(text)?)
}

pub(super) fn read_tree(root: &Element) -> Result<Found, Problem> {
    let mut providers = root.children("emailProvider");
    let provider = providers.next().ok_or_else(|| {
        let message = format!("expected <emailProvider> in <{}>", root.name);
        Problem::at(root.line, message)
    })?;
    let mut found = Found::default();
    if let Some(second) = providers.next() {
        let message = "a second <emailProvider>, expected one";
        found.problems.push(Problem::at(second.line, message));
    }
    found.name = name(provider);
    for child in &provider.children {
        match child.name.as_str() {
            "domain" => domain(child, &mut found),
            "incomingServer" | "outgoingServer" => match service(child) {
                Ok(service) => found.services.push(service),
                Err(problem) => {
                    let broken = problem.severity == Severity::Fault && !is_pop(child);
                    found.broken_services += usize::from(broken);
                    found.problems.push(problem);
                }
            },
            _ => {}
        }
    }
    let pages = provider.children("documentation");
    let pages = pages.chain(root.children("documentation"));
    found.documentation = pages.filter_map(page).collect();
    let webmail = root
        .child("webMail")
        .and_then(|webmail| webmail.child("loginPage"));
    found.webmail = webmail.and_then(page);
    Ok(found)
}

/// Whether it is a server for POP3, which programs that know only IMAP do not look into.
fn is_pop(server: &Element) -> bool {
    server.attribute("type") == Some("pop3")
}

fn name(provider: &Element) -> Option<String> {
    let names = ["displayName", "displayShortName"].into_iter();
    let mut names = names.filter_map(|name| provider.child(name));
    names.find_map(|name| on_one_line(name.text(), MAX_NAME))
}

fn domain(element: &Element, found: &mut Found) {
    let text = element.text();
    // The servers of other people's domains have their names in these, and nobody an address.
    if element.attribute("purpose") == Some("mx") {
        let message =
            format!("domain {text:?} is one of mail servers and not of addresses, left out");
        found.problems.push(Problem::note(element.line, message));
        return;
    }
    match text.parse::<Domain>() {
        Ok(domain) if found.domains.contains(&domain) => {
            let message = format!("domain {text:?} stands twice, left out");
            found.problems.push(Problem::at(element.line, message));
        }
        Ok(domain) => found.domains.push(domain),
        Err(error) => found
            .problems
            .push(Problem::at(element.line, error.to_string())),
    }
}

fn service(element: &Element) -> Result<FoundService, Problem> {
    let line = element.line;
    let kind = element.attribute("type").unwrap_or_default();
    let protocol = match (element.name.as_str(), kind) {
        ("incomingServer", "imap") => Protocol::Imap,
        ("incomingServer", "pop3") => Protocol::Pop3,
        ("outgoingServer", "smtp") => Protocol::Smtp,
        (name, "") => {
            let message = format!("<{name}> has no type, expected imap, pop3 or smtp; left out");
            return Err(Problem::at(line, message));
        }
        (name, kind) => {
            let message =
                format!("<{name}> of type {kind:?} is no mail service of a record; left out");
            return Err(Problem::note(line, message));
        }
    };
    let fault = |line, message: String| Problem::at(line, format!("{message}; server left out"));
    let value = |name: &str| {
        let child = element.child(name).filter(|child| !child.text().is_empty());
        child.ok_or_else(|| fault(line, format!("<{}> has no <{name}>", element.name)))
    };
    let host = value("hostname")?;
    let number = value("port")?;
    let socket = value("socketType")?;
    let security = match socket.text() {
        "SSL" => Security::Tls,
        "STARTTLS" => Security::Starttls,
        "plain" => Security::None,
        other => {
            let message = format!("socketType {other:?}: expected SSL, STARTTLS or plain");
            return Err(fault(socket.line, message));
        }
    };
    let user_name = element.child("username").map(Element::text);
    let user_name = user_name.filter(|text| !text.is_empty());
    Ok(FoundService {
        line,
        protocol,
        host: FoundHost::parse(host.text()).map_err(|message| fault(host.line, message))?,
        port: port(number.text()).map_err(|message| fault(number.line, message))?,
        security,
        sign_in: element.children("authentication").map(sign_in).collect(),
        user_name: user_name.map(FoundUserName::of_template),
    })
}

fn sign_in(element: &Element) -> FoundSignIn {
    match element.text() {
        // "plain" and "secure" are the words of version 1.0.
        "password-cleartext" | "plain" => FoundSignIn::Password,
        "password-encrypted" | "secure" => FoundSignIn::EncryptedPassword,
        "OAuth2" | "OAuth" => FoundSignIn::OAuth2,
        "none" => FoundSignIn::None,
        other => FoundSignIn::Other(on_one_line(other, MAX_NAME).unwrap_or_default()),
    }
}

fn page(element: &Element) -> Option<Page> {
    let url = element.attribute("url").filter(|url| !url.is_empty())?;
    let titles = element.children.iter();
    let mut titles = titles.filter(|child| child.name == "descr");
    Some(Page {
        line: element.line,
        url: url.to_owned(),
        title: titles.find_map(|title| on_one_line(title.text(), 200)),
    })
}
