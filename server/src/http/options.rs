//! The options of all routes.

use app::operator::Contact;

use crate::http::client::TrustedProxies;
use crate::http::headers::Hsts;
use crate::http::host::Hosts;

/// The options of all routes.
#[derive(Clone, Debug, Default)]
pub struct HttpOptions {
    /// The proxies whose headers are trusted.
    pub proxies: TrustedProxies,
    /// How long browsers must use only HTTPS.
    pub hsts: Hsts,
    /// The names under which the site is served.
    pub hosts: Hosts,
    /// The security contacts for `security.txt`.
    pub contacts: Vec<Contact>,
}
