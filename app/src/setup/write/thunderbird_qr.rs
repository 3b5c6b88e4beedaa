//! What Thunderbird for Android scans to set up an account: the format that Thunderbird for computers exports
//! (`qr-code-format.md` of Thunderbird for Android, version 1).
//!
//! It is scanned in the program itself. A camera shows it as a line of numbers and names.

use probe::{Endpoint, Protocol, Security};
use serde_json::{Value, json};

use crate::record::{Address, Group, SignInMethod};
use crate::setup::order::{Lack, incoming, outgoing};

/// Writes the text of the code, without the password: the program asks for it. The name that receivers will see is
/// the address, until the customer changes it.
///
/// # Errors
///
/// When there is no encrypted service to read mail or none to send it.
pub fn write(group: &Group, address: &Address) -> Result<String, Lack> {
    let first = |services: Vec<_>| services.first().copied();
    let incoming = first(incoming(group)).ok_or(Lack::Incoming)?;
    let outgoing = first(outgoing(group)).ok_or(Lack::Outgoing)?;
    let user_name = group.user_name.form.of(address);
    let address = address.to_string();
    let accounts = json!([
        FORMAT_VERSION,
        [1, 1],
        server(group, &incoming.endpoint, &user_name),
        [[
            server(group, &outgoing.endpoint, &user_name),
            [address, address]
        ]],
    ]);
    Ok(accounts.to_string())
}

const FORMAT_VERSION: u8 = 1;

fn server(group: &Group, endpoint: &Endpoint, user_name: &str) -> Value {
    let protocol = match endpoint.protocol {
        Protocol::Imap | Protocol::Smtp => 0,
        Protocol::Pop3 => 1,
    };
    let security = match endpoint.security {
        Security::None => 0,
        Security::Starttls => 2,
        Security::Tls => 3,
    };
    let method = match group.sign_in.method {
        // Inside of TLS.
        SignInMethod::Password => 1,
        SignInMethod::OAuth2 => 6,
    };
    let (host, port) = (endpoint.host.as_str(), endpoint.port.get());
    json!([protocol, host, port, security, method, user_name])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::setup::write::testing::{CENTURYLINK, address, record};

    #[test]
    fn the_account_stands_in_nested_lists() {
        let pop = "pop pop3 995 tls other, smtp smtp 465 tls other";
        for (form, services, expected) in [
            (
                "full-address",
                CENTURYLINK,
                r#"[1,[1,1],[0,"imap.example.net",993,3,1,"Jane@example.net"],[[[0,"smtp.example.net",587,2,1,"Jane@example.net"],["Jane@example.net","Jane@example.net"]]]]"#,
            ),
            (
                "local-part",
                pop,
                r#"[1,[1,1],[1,"pop3.example.net",995,3,1,"Jane"],[[[0,"smtp.example.net",465,3,1,"Jane"],["Jane@example.net","Jane@example.net"]]]]"#,
            ),
        ] {
            let record = record(form, services);
            let written = write(&record.groups[0], &address("Jane@example.net"));
            assert_eq!(written.as_deref(), Ok(expected), "{services}");
        }
    }

    #[test]
    fn plain_connections_are_never_written() {
        for (services, lack) in [
            (
                "pop pop3 110 none other, smtp smtp 465 tls other",
                Lack::Incoming,
            ),
            (
                "imap imap 993 tls other, smtp smtp 25 none other",
                Lack::Outgoing,
            ),
        ] {
            let record = record("full-address", services);
            let written = write(&record.groups[0], &address("jane@example.net"));
            assert_eq!(written, Err(lack), "{services}");
        }
    }
}
