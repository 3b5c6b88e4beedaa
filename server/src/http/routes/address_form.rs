//! The form with an address, and where it leads when there is nothing but settings for it.

use app::audience::Audience;
use app::record::Domain;
use app::site::Site;
use serde::Deserialize;

use crate::http::own_links::of_domain;

/// What is sent.
#[derive(Deserialize)]
pub(super) struct AddressForm {
    /// What was typed.
    pub(super) address: String,
    /// The page that asks, if it has a place for the settings.
    #[serde(default)]
    page: String,
}

impl AddressForm {
    /// Where an address of this domain leads: back to the page that asks, or to the settings.
    pub(super) fn target(&self, site: &Site, domain: &Domain) -> String {
        // Only paths of pages are led back to; a line break would end the header.
        let is_text = self.page.bytes().all(|byte| byte.is_ascii_graphic());
        let own = Audience::of(site, Some(domain));
        let back = own.domain().filter(|_| is_text);
        let back = back.and_then(|domain| of_domain(&self.page, domain));
        back.unwrap_or_else(|| settings_path(domain))
    }
}

/// The page with the values to type. Only the domain goes into the address bar.
pub(super) fn settings_path(domain: &Domain) -> String {
    format!("/settings/{domain}")
}
