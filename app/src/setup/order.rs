//! Which services of a group go into a set-up file, and in which order.
//!
//! Programs take the first entry that they understand, and some read no other one (Geary). A service without
//! encryption is never in the list, because a program would send the password in the clear without asking.

use probe::{Protocol, Security};

use crate::record::{Group, Role, Service};

/// The encrypted services through which mail is read: IMAP before POP3, then those that the provider documents
/// before alternatives, then TLS from the start before STARTTLS (RFC 8314 §3), then the recommended one.
pub fn incoming(group: &Group) -> Vec<&Service> {
    ordered(group, |protocol| protocol != Protocol::Smtp)
}

/// The encrypted services through which mail is sent, in the same order.
pub fn outgoing(group: &Group) -> Vec<&Service> {
    ordered(group, |protocol| protocol == Protocol::Smtp)
}

/// The best encrypted service of a protocol.
pub fn best(group: &Group, protocol: Protocol) -> Option<&Service> {
    ordered(group, |of| of == protocol).into_iter().next()
}

/// What a group lacks for a set-up file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Lack {
    /// No service for reading mail is encrypted, or none of the protocol that was chosen.
    #[error("no encrypted service for reading mail")]
    Incoming,
    /// No service for sending mail is encrypted.
    #[error("no encrypted service for sending mail")]
    Outgoing,
    /// The format knows no STARTTLS and no other ports than the usual ones, and the documented services need that.
    #[error("no documented service with TLS from the start on the usual port")]
    DirectTls,
    /// The format has only passwords, and the servers take none, or it needs more about their sign-in page than is
    /// known.
    #[error("the servers take no password")]
    Password,
    /// The format has only the full address as the user name.
    #[error("the user name is not the full address")]
    FullAddress,
}

fn ordered(group: &Group, wanted: impl Fn(Protocol) -> bool) -> Vec<&Service> {
    let encrypted = |service: &&Service| {
        wanted(service.endpoint.protocol) && service.endpoint.security != Security::None
    };
    let mut services: Vec<_> = group.services.iter().filter(encrypted).collect();
    // The sort is stable, so that equals stay in the order of the record.
    services.sort_by_key(|service| {
        (
            service.endpoint.protocol == Protocol::Pop3,
            service.role == Role::Alternative,
            service.endpoint.security == Security::Starttls,
            service.role != Role::Recommended,
        )
    });
    services
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::setup::write::testing::{CENTURYLINK, record};

    fn ids(services: &[&Service]) -> String {
        let ids = services.iter().map(|service| service.endpoint.id.as_str());
        ids.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_best_service_comes_first_and_none_is_without_encryption() {
        for (services, expected_incoming, expected_outgoing) in [
            (
                "pop pop3 995 tls recommended, imap imap 993 tls other, smtp smtp 587 starttls recommended",
                "imap pop",
                "smtp",
            ),
            (
                "a imap 143 starttls recommended, b imap 993 tls other, c smtp 587 starttls other, d smtp 465 tls other",
                "b a",
                "d c",
            ),
            (
                "a imap 993 tls alternative, b imap 143 starttls other, c pop3 995 tls recommended",
                "b a c",
                "",
            ),
            (
                "a imap 143 none recommended, b pop3 110 none other, c smtp 25 none other",
                "",
                "",
            ),
            (
                "a smtp 465 tls other, b smtp 2465 tls recommended, c smtp 3465 tls other",
                "",
                "b a c",
            ),
        ] {
            let record = record("full-address", services);
            let group = &record.groups[0];
            assert_eq!(ids(&incoming(group)), expected_incoming, "{services}");
            assert_eq!(ids(&outgoing(group)), expected_outgoing, "{services}");
        }
    }

    #[test]
    fn what_the_provider_does_not_document_comes_last() {
        let record = record("full-address", CENTURYLINK);
        assert_eq!(ids(&outgoing(&record.groups[0])), "smtp smtp-465");
        assert_eq!(
            best(&record.groups[0], Protocol::Imap).map(|best| best.endpoint.id.as_str()),
            Some("imap")
        );
    }
}
