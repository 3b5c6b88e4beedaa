//! What to publish in the DNS, so that programs find the settings of a domain: as values to compare, and as the
//! text of a zone file (RFC 1035 §5).

use std::fmt::{self, Write as _};
use std::net::IpAddr;
use std::num::NonZeroU16;

use probe::{Endpoint, HostName, Security};

use super::{autoconfig, autodiscover, autodiscover_json, pacc};
use crate::record::{Domain, Group, Record, Service};
use crate::setup::order::{incoming, outgoing};
use crate::setup::service_names::SERVICE_NAMES;

/// For how long others may keep a record, in seconds.
const TTL: u32 = 3600;

/// How long a piece of text in a TXT record may be, in bytes (RFC 1035 §3.3).
const MAX_PIECE: usize = 255;

/// A record of the DNS that should be published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZoneRecord {
    /// Its owner, without the final dot.
    pub name: String,
    /// What is published there.
    pub data: ZoneData,
    /// What it is for.
    pub purpose: Purpose,
}

/// What a record of the DNS says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ZoneData {
    /// Where a service is (RFC 2782).
    Srv {
        /// The lower, the better.
        priority: u16,
        /// The port; 0 without a target.
        port: u16,
        /// The host; none where the service is not offered.
        target: Option<HostName>,
    },
    /// The name is another one for this host.
    Cname(HostName),
    /// The address of the name.
    Address(IpAddr),
    /// A text.
    Txt(String),
    /// The SHA-256 digest of the server's public key: usage 3, selector 1, matching type 1 (RFC 6698 §2.1).
    Tlsa([u8; 32]),
}

/// What a record is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Where mail is read and sent.
    Services,
    /// The configuration file of Thunderbird and others.
    Autoconfig,
    /// The settings for Outlook and others.
    Autodiscover,
    /// The settings in the newest draft.
    Pacc,
    /// The keys of the mail servers.
    Keys,
}

impl Purpose {
    /// What it is for, in words for operators.
    pub const fn description(self) -> &'static str {
        match self {
            Self::Services => {
                "Where mail is read and sent (RFC 6186, RFC 8314). A program tries the lowest priority first; \
                 a dot means that the service is not offered."
            }
            Self::Autoconfig => "The configuration file of Thunderbird and others is on this host.",
            Self::Autodiscover => "Outlook and others ask here for settings.",
            Self::Pacc => {
                "The settings in the format of draft-ietf-mailmaint-pacc. The digest changes with them."
            }
            Self::Keys => {
                "The keys of the mail servers as they were seen (RFC 6698). They count only in a zone that is \
                 signed, and must be published anew before a key changes."
            }
        }
    }
}

/// The key that a mail server was seen to have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenKey {
    /// The host.
    pub host: HostName,
    /// The port.
    pub port: NonZeroU16,
    /// The SHA-256 digest of its public key (SubjectPublicKeyInfo).
    pub sha256: [u8; 32],
}

/// Everything to publish for a domain of the group whose set-up files are served by this site.
pub fn records(
    record: &Record,
    group: &Group,
    domain: &Domain,
    site: &HostName,
    keys: &[SeenKey],
) -> Vec<ZoneRecord> {
    let mut out = services(group, domain);
    out.extend(files(record, group, domain, site));
    out.extend(keys_of_servers(keys));
    out
}

/// Where the set-up files are: on this site.
pub fn files(record: &Record, group: &Group, domain: &Domain, site: &HostName) -> Vec<ZoneRecord> {
    let mut out = Vec::new();
    let mut add = |name: String, purpose, data| {
        // A host is no other name for itself.
        if data != ZoneData::Cname(site.clone()) || name != site.as_str() {
            out.push(ZoneRecord {
                name,
                data,
                purpose,
            });
        }
    };
    let at_site = || match site.address() {
        Some(address) => ZoneData::Address(address),
        None => ZoneData::Cname(site.clone()),
    };
    if autoconfig::write(record, group, "en").is_ok() {
        add(
            format!("autoconfig.{domain}"),
            Purpose::Autoconfig,
            at_site(),
        );
    }
    if autodiscover::endpoints(group).is_ok() {
        let name = format!("autodiscover.{domain}");
        // The target of SRV must not be an alias (RFC 2782).
        let target = match site.address() {
            Some(_) => name.parse().ok(),
            None => Some(site.clone()),
        };
        add(name, Purpose::Autodiscover, at_site());
        let service = ZoneData::Srv {
            priority: 0,
            port: 443,
            target,
        };
        let name = format!("{}.{domain}", autodiscover_json::SERVICE);
        add(name, Purpose::Autodiscover, service);
    }
    if let Ok(configuration) = pacc::write(record, group) {
        add(format!("ua-auto-config.{domain}"), Purpose::Pacc, at_site());
        let text = ZoneData::Txt(pacc::txt(&configuration));
        add(format!("_ua-auto-config.{domain}"), Purpose::Pacc, text);
    }
    out
}

/// The keys that the mail servers were seen to have.
pub fn keys_of_servers(keys: &[SeenKey]) -> Vec<ZoneRecord> {
    let named = keys.iter().filter(|key| key.host.address().is_none());
    let records = named.map(|key| ZoneRecord {
        name: format!("_{}._tcp.{}", key.port, key.host),
        data: ZoneData::Tlsa(key.sha256),
        purpose: Purpose::Keys,
    });
    records.collect()
}

/// Where mail is read and sent.
pub fn services(group: &Group, domain: &Domain) -> Vec<ZoneRecord> {
    let (incoming, outgoing) = (incoming(group), outgoing(group));
    let mut out = Vec::new();
    for (label, protocol, security) in SERVICE_NAMES {
        let mut add = |priority, port, target| {
            out.push(ZoneRecord {
                name: format!("{label}._tcp.{domain}"),
                data: ZoneData::Srv {
                    priority,
                    port,
                    target,
                },
                purpose: Purpose::Services,
            });
        };
        let is_it =
            |endpoint: &Endpoint| (endpoint.protocol, endpoint.security) == (protocol, security);
        let mut found = false;
        for services in [&incoming, &outgoing] {
            let ranked = services.iter().zip((0..=u16::MAX).step_by(10));
            for (service, priority) in ranked.filter(|(service, _)| is_it(&service.endpoint)) {
                found = true;
                let endpoint = &service.endpoint;
                // Only a name can be a target.
                if endpoint.host.address().is_none() {
                    add(priority, endpoint.port.get(), Some(endpoint.host.clone()));
                }
            }
        }
        // Where a service is offered without encryption it would be wrong to say that there is none, and worse to
        // say where.
        let plain = |service: &Service| {
            let endpoint = &service.endpoint;
            security == Security::Starttls
                && (endpoint.protocol, endpoint.security) == (protocol, Security::None)
        };
        if !found && !group.services.iter().any(plain) {
            add(0, 0, None);
        }
    }
    out
}

/// The records as a part of the zone file of the domain. What belongs into another zone is a comment.
pub fn text(domain: &Domain, records: &[ZoneRecord]) -> String {
    let mut out = format!("$TTL {TTL}\n");
    let mut purpose = None;
    for record in records {
        if purpose != Some(record.purpose) {
            purpose = Some(record.purpose);
            // Writing into a string does not fail.
            let _ = write!(out, "\n; {}\n", record.purpose.description());
        }
        let inside = format!(".{}", record.name).ends_with(&format!(".{domain}"));
        let comment = if inside { "" } else { "; in another zone: " };
        let _ = writeln!(out, "{comment}{record}");
    }
    out
}

impl fmt::Display for ZoneRecord {
    /// Writes the record as in a zone file.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}. IN {}", self.name, self.data)
    }
}

impl ZoneData {
    /// The type of the record.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Srv { .. } => "SRV",
            Self::Cname(_) => "CNAME",
            Self::Address(IpAddr::V4(_)) => "A",
            Self::Address(IpAddr::V6(_)) => "AAAA",
            Self::Txt(_) => "TXT",
            Self::Tlsa(_) => "TLSA",
        }
    }
}

impl fmt::Display for ZoneData {
    /// Writes type and value as in a zone file.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} ", self.kind())?;
        match self {
            Self::Srv {
                priority,
                port,
                target,
            } => {
                let target = target.as_ref().map_or("", HostName::as_str);
                write!(out, "{priority} 0 {port} {target}.")
            }
            Self::Cname(host) => write!(out, "{host}."),
            Self::Address(address) => write!(out, "{address}"),
            Self::Txt(text) => out.write_str(&quoted(text)),
            Self::Tlsa(digest) => {
                out.write_str("3 1 1 ")?;
                digest.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
            }
        }
    }
}

/// A text in quotes, in pieces where it is long (RFC 1035 §5.1).
fn quoted(text: &str) -> String {
    let pieces: Vec<_> = text.as_bytes().chunks(MAX_PIECE).collect();
    let pieces = if pieces.is_empty() {
        vec![&b""[..]]
    } else {
        pieces
    };
    let pieces = pieces.into_iter().map(|piece| {
        let mut out = String::from("\"");
        for byte in piece {
            // Writing into a string does not fail.
            let _ = match byte {
                b'"' | b'\\' => write!(out, "\\{}", char::from(*byte)),
                b' '..=b'~' => write!(out, "{}", char::from(*byte)),
                _ => write!(out, "\\{byte:03}"),
            };
        }
        out + "\""
    });
    pieces.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::setup::write::testing::{CENTURYLINK, DIRECT, record};

    fn written(services: &str, domain: &str, site: &str, keys: &[SeenKey]) -> String {
        let record = record("full-address", services);
        let domain = domain.parse().unwrap();
        let site = site.parse().unwrap();
        let records = records(&record, &record.groups[0], &domain, &site, keys);
        let text = text(&domain, &records);
        let lines = text.lines().filter(|line| !line.is_empty());
        let lines = lines.filter(|line| !line.starts_with("; ") || line.contains("zone: "));
        lines.map(|line| format!("{line}\n")).collect()
    }

    #[test]
    fn programs_find_tls_first_and_what_is_not_offered() {
        assert_eq!(
            written(CENTURYLINK, "example.org", "help.example.com", &[]),
            "$TTL 3600\n\
             _imaps._tcp.example.org. IN SRV 0 0 993 imap.example.net.\n\
             _imap._tcp.example.org. IN SRV 0 0 0 .\n\
             _pop3s._tcp.example.org. IN SRV 10 0 995 pop3.example.net.\n\
             _pop3._tcp.example.org. IN SRV 0 0 0 .\n\
             _submissions._tcp.example.org. IN SRV 10 0 465 smtp.example.net.\n\
             _submission._tcp.example.org. IN SRV 0 0 587 smtp.example.net.\n\
             autoconfig.example.org. IN CNAME help.example.com.\n\
             autodiscover.example.org. IN CNAME help.example.com.\n\
             _autodiscover._tcp.example.org. IN SRV 0 0 443 help.example.com.\n"
        );
    }

    #[test]
    fn every_kind_of_record_is_written() {
        let key = |host: &str, port| SeenKey {
            host: host.parse().unwrap(),
            port: NonZeroU16::new(port).unwrap(),
            sha256: [0xa5; 32],
        };
        let keys = [key("imap.example.net", 993), key("smtp.example.com", 465)];
        let digest = "a5".repeat(32);
        assert_eq!(
            written(DIRECT, "example.net", "192.0.2.1", &keys),
            format!(
                "$TTL 3600\n\
                 _imaps._tcp.example.net. IN SRV 0 0 993 imap.example.net.\n\
                 _imap._tcp.example.net. IN SRV 0 0 0 .\n\
                 _pop3s._tcp.example.net. IN SRV 10 0 995 pop3.example.net.\n\
                 _pop3._tcp.example.net. IN SRV 0 0 0 .\n\
                 _submissions._tcp.example.net. IN SRV 0 0 465 smtp.example.net.\n\
                 _submission._tcp.example.net. IN SRV 10 0 587 smtp.example.net.\n\
                 autoconfig.example.net. IN A 192.0.2.1\n\
                 autodiscover.example.net. IN A 192.0.2.1\n\
                 _autodiscover._tcp.example.net. IN SRV 0 0 443 autodiscover.example.net.\n\
                 ua-auto-config.example.net. IN A 192.0.2.1\n\
                 _ua-auto-config.example.net. IN TXT \"v=UAAC1; a=sha256; d=HEZMv2hxy7XMLAbKvVWM35IBTNahvkU7BUDW9BovAYU=\"\n\
                 _993._tcp.imap.example.net. IN TLSA 3 1 1 {digest}\n\
                 ; in another zone: _465._tcp.smtp.example.com. IN TLSA 3 1 1 {digest}\n"
            )
        );
        let own = written(DIRECT, "example.net", "autoconfig.example.net", &[]);
        assert!(
            !own.contains("autoconfig.example.net. IN CNAME autoconfig"),
            "{own}"
        );
        assert!(
            written(DIRECT, "example.net", "2001:db8::1", &[]).contains("IN AAAA 2001:db8::1\n")
        );
    }

    #[test]
    fn a_service_without_encryption_is_neither_published_nor_denied() {
        let services = "pop pop3 110 none other, smtp smtp 465 tls recommended";
        assert_eq!(
            written(services, "example.net", "help.example.com", &[]),
            "$TTL 3600\n\
             _imaps._tcp.example.net. IN SRV 0 0 0 .\n\
             _imap._tcp.example.net. IN SRV 0 0 0 .\n\
             _pop3s._tcp.example.net. IN SRV 0 0 0 .\n\
             _submissions._tcp.example.net. IN SRV 0 0 465 smtp.example.net.\n\
             _submission._tcp.example.net. IN SRV 0 0 0 .\n"
        );
    }

    #[test]
    fn texts_are_quoted_and_cut_into_pieces() {
        for (text, expected) in [
            ("", "\"\"".to_owned()),
            ("v=1; a \"b\\", r#""v=1; a \"b\\""#.to_owned()),
            ("ä\n", r#""\195\164\010""#.to_owned()),
            (
                &"a".repeat(256),
                format!("\"{}\" \"a\"", "a".repeat(MAX_PIECE)),
            ),
        ] {
            assert_eq!(quoted(text), expected);
        }
    }
}
