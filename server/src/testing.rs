//! What several tests need.

use probe::{Endpoint, Protocol, Security};

/// A service of which a test has a report. Nothing ever connects to it.
pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        id: "imap".into(),
        protocol: Protocol::Imap,
        host: "mail.example.net".parse().unwrap(),
        port: 993.try_into().unwrap(),
        security: Security::Tls,
    }
}
