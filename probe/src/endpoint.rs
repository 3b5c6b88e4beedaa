//! What is checked: one documented service of a mail provider.

use std::fmt;
use std::net::IpAddr;
use std::num::NonZeroU16;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A mail service to check. Every value of this type is well formed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Endpoint {
    /// The name by which results refer to this service, unique within one run.
    pub id: String,
    /// The protocol spoken on the port.
    pub protocol: Protocol,
    /// The documented name; certificates are verified for it.
    pub host: HostName,
    /// The documented TCP port.
    pub port: NonZeroU16,
    /// How the connection is protected.
    pub security: Security,
}

impl fmt::Display for Endpoint {
    /// Writes the endpoint as a URL, as the command line takes it.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let secure = if self.security == Security::Tls {
            "s"
        } else {
            ""
        };
        let host = &self.host;
        let port = self.port;
        match host.address() {
            Some(IpAddr::V6(address)) => {
                write!(out, "{}{secure}://[{address}]:{port}", self.protocol)
            }
            _ => write!(out, "{}{secure}://{host}:{port}", self.protocol),
        }
    }
}

/// The mail protocol of an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Protocol {
    /// Reading mail that stays on the server (RFC 9051).
    Imap,
    /// Downloading mail (RFC 1939).
    Pop3,
    /// Sending mail through the provider (RFC 6409).
    Smtp,
}

impl fmt::Display for Protocol {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Imap => "imap",
            Self::Pop3 => "pop3",
            Self::Smtp => "smtp",
        })
    }
}

/// How a connection is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Security {
    /// Implicit TLS: the handshake comes before the first mail command (RFC 8314 §3).
    Tls,
    /// The connection starts in the clear and must be upgraded (RFC 3207, RFC 2595).
    Starttls,
    /// Documented without any protection. Such an endpoint is never given a password.
    None,
}

/// A host name or address literal that may be looked up and verified in a certificate.
///
/// Names are ASCII letters, digits, hyphens and dots (RFC 1123 §2.1), kept in lower case and
/// without the final dot; internationalised names are written in their `xn--` form.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct HostName(String);

impl HostName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address, where the "name" is an address literal.
    pub fn address(&self) -> Option<IpAddr> {
        self.0.parse().ok()
    }
}

impl fmt::Display for HostName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl From<HostName> for String {
    fn from(host: HostName) -> Self {
        host.0
    }
}

impl TryFrom<String> for HostName {
    type Error = HostNameError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl FromStr for HostName {
    type Err = HostNameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(Self(address.to_string()));
        }
        let error = || HostNameError(text.to_owned());
        let name = text.strip_suffix('.').unwrap_or(text);
        // A name whose last label is all digits would be read as an IPv4 address by some programs.
        let last = name.rsplit('.').next().unwrap_or_default();
        let numeric = last.bytes().all(|byte| byte.is_ascii_digit());
        if name.len() > 253 || numeric || !name.split('.').all(is_label) {
            return Err(error());
        }
        Ok(Self(name.to_ascii_lowercase()))
    }
}

/// The text is not a host name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not a host name: expected letters, digits and hyphens between dots, such as mail.example.net"
)]
pub struct HostNameError(String);

fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn host_names_are_parsed_strictly() {
        for (text, parsed) in [
            ("mail.centurylink.net", Some("mail.centurylink.net")),
            ("MAIL.Example.NET.", Some("mail.example.net")),
            ("localhost", Some("localhost")),
            ("xn--bcher-kva.example", Some("xn--bcher-kva.example")),
            ("127.0.0.1", Some("127.0.0.1")),
            ("::1", Some("::1")),
            ("", None),
            (".", None),
            ("mail..example", None),
            ("-mail.example", None),
            ("mail-.example", None),
            ("mail_server.example", None),
            ("mail.example.net:993", None),
            ("imaps://mail.example.net", None),
            ("mail example", None),
            ("bücher.example", None),
            ("999.1.2.3", None),
            ("mail.example\r\n", None),
        ] {
            let found = text.parse::<HostName>().ok();
            assert_eq!(found.as_ref().map(HostName::as_str), parsed, "{text:?}");
        }
        assert!(
            format!("{}.example", "a".repeat(64))
                .parse::<HostName>()
                .is_err()
        );
        assert!(
            format!("{}example", "abc.".repeat(63))
                .parse::<HostName>()
                .is_err()
        );
    }

    #[test]
    fn endpoints_are_written_as_urls() {
        for (host, security, url) in [
            (
                "mail.example.net",
                Security::Tls,
                "imaps://mail.example.net:993",
            ),
            (
                "mail.example.net",
                Security::Starttls,
                "imap://mail.example.net:993",
            ),
            ("::1", Security::Tls, "imaps://[::1]:993"),
        ] {
            let endpoint = Endpoint {
                id: "imap".into(),
                protocol: Protocol::Imap,
                host: host.parse().unwrap(),
                port: NonZeroU16::new(993).unwrap(),
                security,
            };
            assert_eq!(endpoint.to_string(), url);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_host_name_is_one_for_everybody(text in names()) {
            if let Ok(host) = text.parse::<HostName>() {
                let again = host.to_string().parse::<HostName>();
                prop_assert_eq!(again.as_ref(), Ok(&host));
                let again = HostName::try_from(String::from(host.clone()));
                prop_assert_eq!(again.as_ref(), Ok(&host));
                #[cfg(feature = "tls")]
                prop_assert!(rustls::pki_types::ServerName::try_from(host.as_str()).is_ok(), "{text}");
            }
        }
    }

    /// Names, addresses, and what is nearly one of them.
    fn names() -> impl Strategy<Value = String> {
        let labels = prop::collection::vec("[a-zA-Z0-9_-]{0,2}[a-zA-Z0-9]{0,62}-?", 1..6);
        prop_oneof![
            "[a-zA-Z0-9.:_-]{0,80}",
            labels.prop_map(|labels| labels.join(".")),
            any::<IpAddr>().prop_map(|address| address.to_string()),
            "[0-9]{1,3}(\\.[0-9]{1,3}){3}\\.?",
            "[0-9a-f:%.]{2,40}",
        ]
    }
}
