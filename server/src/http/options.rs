//! What an operator sets for all routes.

use crate::http::client::TrustedProxies;
use crate::http::headers::Hsts;
use crate::http::host::Hosts;
use crate::http::security_txt::Contact;

/// What an operator sets for all routes.
#[derive(Clone, Debug, Default)]
pub struct HttpOptions {
    /// The proxies whose headers are believed.
    pub proxies: TrustedProxies,
    /// For how long browsers shall use HTTPS only.
    pub hsts: Hsts,
    /// The names under which the site is served.
    pub hosts: Hosts,
    /// The security contacts for `security.txt`.
    pub contacts: Vec<Contact>,
}
