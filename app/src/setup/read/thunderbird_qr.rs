//! The text of a QR code with which Thunderbird for Android takes over accounts.
//!
//! The text is JSON of nested lists; items that follow the known ones are ignored.

use probe::{Protocol, Security};
use serde_json::Value;

use super::found::{
    Found, FoundHost, FoundService, FoundSignIn, FoundUserName, Problem, address, port,
};
use crate::address::Address;

/// Reads the text of a code.
///
/// # Errors
///
/// Where it is not such a text.
pub fn read(text: &str) -> Result<Found, Problem> {
    let file: Value = serde_json::from_str(text)
        .map_err(|error| Problem::at(error.line().max(1), format!("not JSON: {error}")))?;
    let items = file.as_array().map_or(&[][..], Vec::as_slice);
    let [version, _part, accounts @ ..] = items else {
        return Err(Problem::at(
            1,
            "expected a list with a version, a part and accounts",
        ));
    };
    if version.as_u64() != Some(1) {
        let message = format!("version {version}: expected 1");
        return Err(Problem::at(1, message));
    }
    let mut found = Found::default();
    for pair in accounts.chunks_exact(2) {
        account(&pair[0], &pair[1], &mut found);
    }
    Ok(found)
}

/// An account: the server for incoming mail, and groups of a server for outgoing mail with its identities.
fn account(incoming: &Value, groups: &Value, found: &mut Found) {
    let groups = groups.as_array().map_or(&[][..], Vec::as_slice);
    let identity = |group: &Value| group.get(1)?.get(0)?.as_str().and_then(address);
    let user = groups.iter().find_map(identity);
    if let Some(user) = user
        .as_ref()
        .filter(|user| !found.domains.contains(user.domain()))
    {
        found.domains.push(user.domain().clone());
    }
    let incoming = service(incoming, &[Protocol::Imap, Protocol::Pop3], user.as_ref());
    let outgoing = groups.iter().filter_map(|group| group.get(0));
    let outgoing = outgoing.map(|server| service(server, &[Protocol::Smtp], user.as_ref()));
    for read in [incoming].into_iter().chain(outgoing) {
        match read {
            Ok(service) if found.services.contains(&service) => {}
            Ok(service) => found.services.push(service),
            Err(message) => {
                found
                    .problems
                    .push(Problem::at(1, format!("{message}; server left out")));
            }
        }
    }
}

fn service(
    server: &Value,
    protocols: &[Protocol],
    user: Option<&Address>,
) -> Result<FoundService, String> {
    let number = |at: usize, what: &str| {
        let number = server.get(at).and_then(Value::as_u64);
        number.ok_or_else(|| format!("{what}: expected a number"))
    };
    let code = number(0, "protocol")?;
    let protocol = usize::try_from(code)
        .ok()
        .and_then(|code| protocols.get(code).copied());
    let host = server.get(1).and_then(Value::as_str).unwrap_or_default();
    let sign_in = match number(4, "sign-in")? {
        0 => FoundSignIn::None,
        1 => FoundSignIn::Password,
        2 => FoundSignIn::EncryptedPassword,
        3 => FoundSignIn::Other("Kerberos".to_owned()),
        4 => FoundSignIn::Other("NTLM".to_owned()),
        5 => FoundSignIn::Other("client certificate".to_owned()),
        6 => FoundSignIn::OAuth2,
        other => return Err(format!("sign-in {other}: expected a number from 0 to 6")),
    };
    let name = server
        .get(5)
        .and_then(Value::as_str)
        .filter(|name| !name.is_empty());
    Ok(FoundService {
        line: 1,
        protocol: protocol.ok_or_else(|| format!("protocol {code}: expected a known one"))?,
        host: FoundHost::parse(host)?,
        port: port(&number(2, "port")?.to_string())?,
        security: match number(3, "security")? {
            0 => Security::None,
            2 => Security::Starttls,
            3 => Security::Tls,
            other => return Err(format!("security {other}: expected 0, 2 or 3")),
        },
        sign_in: vec![sign_in],
        user_name: name.map(|name| FoundUserName::of_account(name, user)),
    })
}
