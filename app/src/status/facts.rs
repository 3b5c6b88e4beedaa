//! What a service shows of itself. Each check sees it, and where it differs from the last one, that is told.

use std::collections::BTreeSet;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

/// What a service showed at the last check that saw it.
///
/// It is stored as JSON. A field that was not there in an older version is empty, which counts as not seen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ServiceFacts {
    /// The addresses of its host.
    pub addresses: BTreeSet<IpAddr>,
    /// The names for which its host name stands (CNAME), each leading to the next.
    pub aliases: Vec<String>,
    /// Its certificate.
    pub certificate: Option<Certificate>,
    /// What it can do, over an encrypted connection.
    pub capabilities: BTreeSet<String>,
    /// The last sign-in with an account of the operator, where there is one.
    pub own_sign_in: Option<OwnSignIn>,
}

/// A sign-in of the server itself, with an account of the operator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnSignIn {
    /// Milliseconds since 1970 at which it began.
    pub at: i64,
    /// The code of the worst outcome of the sign-in and what followed it; `ok` where all is well.
    pub outcome: String,
    /// How many thousandths of the mailbox are used, if the service tells.
    pub used_permille: Option<u16>,
    /// How many milliseconds a message to the own address was on its way, if this service saw it arrive.
    pub delivery: Option<u64>,
}

/// What a page tells of a certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// SHA-256, in lower-case hexadecimal.
    pub fingerprint: String,
    /// Who signed it, as one line.
    pub issuer: String,
    /// The DNS names and addresses that it was issued for.
    pub names: Vec<String>,
    /// Seconds since 1970 at which its time ends.
    pub not_after: i64,
}
