//! PACC, the user agent configuration of a domain (draft-ietf-mailmaint-pacc).
//!
//! The format has hosts only: ports are those of TLS from the start, and the user name is the full address.

use std::num::NonZeroU16;

use probe::{Protocol, Security};
use serde_json::Value;

use super::found::{
    Found, FoundHost, FoundService, FoundSignIn, FoundUserName, Page, Problem, on_one_line,
};

/// The names of the protocols, of which "smtp" is that of older drafts, and their ports.
const PROTOCOLS: [(&str, Protocol, u16); 4] = [
    ("imap", Protocol::Imap, 993),
    ("pop3", Protocol::Pop3, 995),
    ("submit", Protocol::Smtp, 465),
    ("smtp", Protocol::Smtp, 465),
];

/// Reads a file.
///
/// # Errors
///
/// Where it is not JSON, or has no protocols.
pub fn read(text: &str) -> Result<Found, Problem> {
    let file: Value = serde_json::from_str(text)
        .map_err(|error| Problem::at(error.line().max(1), format!("not JSON: {error}")))?;
    let protocols = file
        .get("protocols")
        .and_then(Value::as_object)
        .ok_or_else(|| Problem::at(1, "expected an object with \"protocols\""))?;
    let provider = file.pointer("/info/provider/name").and_then(Value::as_str);
    let mut found = Found {
        name: provider.and_then(|name| on_one_line(name, 60)),
        ..Found::default()
    };
    let mut sign_in = Vec::new();
    if file
        .pointer("/authentication/password")
        .and_then(Value::as_bool)
        == Some(true)
    {
        sign_in.push(FoundSignIn::Password);
    }
    if file
        .pointer("/authentication/oauth-public")
        .is_some_and(Value::is_object)
    {
        sign_in.push(FoundSignIn::OAuth2);
    }
    for (name, protocol, port) in PROTOCOLS {
        let Some(server) = protocols.get(name) else {
            continue;
        };
        let line = line_of(text, name);
        // The newer name counts where both are there.
        if found
            .services
            .iter()
            .any(|service| service.protocol == protocol)
        {
            continue;
        }
        let host = server
            .get("host")
            .and_then(Value::as_str)
            .unwrap_or_default();
        match (FoundHost::parse(host), NonZeroU16::new(port)) {
            (Ok(host), Some(port)) => found.services.push(FoundService {
                line,
                protocol,
                host,
                port,
                security: Security::Tls,
                sign_in: sign_in.clone(),
                user_name: Some(FoundUserName::FullAddress),
            }),
            (Err(message), _) => {
                let message = format!("{name}: {message}; left out");
                found.problems.push(Problem::at(line, message));
            }
            (_, None) => {}
        }
    }
    if let Some(url) = file
        .pointer("/info/help/documentation")
        .and_then(Value::as_str)
    {
        found.documentation.push(Page {
            line: line_of(text, "documentation"),
            url: url.to_owned(),
            title: None,
        });
    }
    Ok(found)
}

/// The line of a key, which stands in the text because it was read from it.
fn line_of(text: &str, key: &str) -> usize {
    let before = text
        .find(&format!("\"{key}\""))
        .and_then(|at| text.get(..at));
    before.map_or(1, |before| before.matches('\n').count() + 1)
}
