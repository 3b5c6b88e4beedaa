//! An answer of Outlook's Autodiscover in XML ("POX").
//!
//! The format says whether a connection is protected, and not how: there is no word for STARTTLS. The port tells,
//! as Thunderbird reads it.

use probe::{Protocol, Security};

use super::found::{
    Found, FoundHost, FoundService, FoundSignIn, FoundUserName, Problem, address, on_one_line,
    port, port_tells, security_by_port,
};
use super::xml::{self, Element};
use crate::address::Address;

/// Reads an answer. `asked` is the address that was asked for, where it is known.
///
/// # Errors
///
/// Where it is not well-formed XML, refuses, or refers to another server.
pub fn read(text: &str, asked: Option<&Address>) -> Result<Found, Problem> {
    read_tree(&xml::parse(text)?, asked)
}

pub(super) fn read_tree(root: &Element, asked: Option<&Address>) -> Result<Found, Problem> {
    let response = child(root, "Response")?;
    if let Some(error) = response.child("Error") {
        let text = |name| error.child(name).map_or("", Element::text);
        let message = format!(
            "the answer is error {} {}",
            text("ErrorCode"),
            text("Message")
        );
        return Err(Problem::at(
            error.line,
            on_one_line(&message, 200).unwrap_or_default(),
        ));
    }
    let account = child(response, "Account")?;
    for name in ["RedirectUrl", "RedirectAddr"] {
        if let Some(redirect) = account.child(name) {
            let message = format!("the answer refers to {}", redirect.text());
            let message = on_one_line(&message, 300).unwrap_or_default();
            return Err(Problem::at(redirect.line, message));
        }
    }
    let user = response.child("User");
    let user = user.and_then(|user| user.child("AutoDiscoverSMTPAddress"));
    let user = user.and_then(|element| address(element.text()));
    let user = user.or(asked.cloned());
    let mut found = Found::default();
    for protocol in account.children("Protocol") {
        match service(protocol, user.as_ref(), &mut found) {
            Ok(service) => found.services.push(service),
            Err(problem) => found.problems.push(problem),
        }
    }
    found.domains = user.map(|user| user.domain().clone()).into_iter().collect();
    Ok(found)
}

fn child<'a>(element: &'a Element, name: &str) -> Result<&'a Element, Problem> {
    element.child(name).ok_or_else(|| {
        let message = format!("expected <{name}> in <{}>", element.name);
        Problem::at(element.line, message)
    })
}

fn service(
    element: &Element,
    user: Option<&Address>,
    found: &mut Found,
) -> Result<FoundService, Problem> {
    let line = element.line;
    let fault = |line, message: String| Problem::at(line, format!("{message}; left out"));
    // The Exchange types have it as an attribute.
    let kind = element.child("Type").map(Element::text);
    let kind = kind.or(element.attribute("Type")).unwrap_or_default();
    let protocol = match kind.to_ascii_uppercase().as_str() {
        "IMAP" => Protocol::Imap,
        "POP3" => Protocol::Pop3,
        "SMTP" => Protocol::Smtp,
        "WEB" | "EXCH" | "EXPR" | "EXHTTP" => {
            let message =
                format!("<Protocol> of type {kind} is no mail service of a record; left out");
            return Err(Problem::note(line, message));
        }
        _ => {
            return Err(fault(
                line,
                format!("type {kind:?}: expected IMAP, POP3 or SMTP"),
            ));
        }
    };
    let value = |name: &str| {
        let child = element.child(name).filter(|child| !child.text().is_empty());
        child.ok_or_else(|| fault(line, format!("<Protocol> has no <{name}>")))
    };
    let host = value("Server")?;
    let number = value("Port")?;
    let port = port(number.text()).map_err(|message| fault(number.line, message))?;
    let word = |name: &str| {
        element
            .child(name)
            .map(|child| child.text().to_ascii_lowercase())
    };
    // `Encryption` counts more than `SSL`, which is on by default.
    let protected = match word("Encryption").as_deref() {
        Some("none") => false,
        Some("ssl" | "tls" | "auto") => true,
        Some(other) => {
            let message = format!("Encryption {other:?}: expected None, SSL, TLS or Auto");
            return Err(fault(line, message));
        }
        None => word("SSL").as_deref() != Some("off"),
    };
    let security = match protected {
        true => security_by_port(port),
        false => Security::None,
    };
    if protected && !port_tells(port) {
        let message = format!(
            "the answer does not say whether port {port} has TLS from the start or STARTTLS; taken as TLS"
        );
        found.problems.push(Problem::note(number.line, message));
    }
    let sign_in = match (word("AuthRequired").as_deref(), word("SPA").as_deref()) {
        (Some("off"), _) => vec![FoundSignIn::None],
        (_, Some("on")) => vec![FoundSignIn::Other("SPA (NTLM)".to_owned())],
        (_, Some("off")) => vec![FoundSignIn::Password],
        _ => Vec::new(),
    };
    let user_name = element.child("LoginName").map(Element::text);
    let user_name = user_name.filter(|text| !text.is_empty());
    Ok(FoundService {
        line,
        protocol,
        host: FoundHost::parse(host.text()).map_err(|message| fault(host.line, message))?,
        port,
        security,
        sign_in,
        user_name: user_name.map(|name| FoundUserName::of_account(name, user)),
    })
}
