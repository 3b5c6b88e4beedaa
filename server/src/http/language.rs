//! The language of a request.

use std::sync::Arc;

use app::site::Site;
use app::texts::Texts;
use axum::http::header::{ACCEPT_LANGUAGE, HeaderMap};

/// The language that the ingress has negotiated for a request (RFC 9110 §12.5.4). The default is the default
/// language of the site.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Language {
    /// Its position among the languages of the site.
    pub position: usize,
}

impl Language {
    /// Negotiates the language of a request.
    pub(crate) fn negotiate(site: &Site, headers: &HeaderMap) -> Self {
        let accepted = headers.get(ACCEPT_LANGUAGE);
        let accepted = accepted.and_then(|accepted| accepted.to_str().ok());
        let position = site.languages.position(accepted);
        Self { position }
    }

    /// The texts of the site in this language.
    pub(crate) fn texts(self, site: &Site) -> &Arc<Texts> {
        let texts = site.languages.all().get(self.position);
        texts.unwrap_or_else(|| site.languages.default())
    }
}
