//! The names by which mail services are looked up in the DNS (RFC 6186 §3, RFC 8314 §5.1).

use probe::{Protocol, Security};

/// The first label of each name, and the service that it is of. `_tcp` and the domain follow.
pub const SERVICE_NAMES: [(&str, Protocol, Security); 6] = [
    ("_imaps", Protocol::Imap, Security::Tls),
    ("_imap", Protocol::Imap, Security::Starttls),
    ("_pop3s", Protocol::Pop3, Security::Tls),
    ("_pop3", Protocol::Pop3, Security::Starttls),
    ("_submissions", Protocol::Smtp, Security::Tls),
    ("_submission", Protocol::Smtp, Security::Starttls),
];
