//! The form with an address, and where it leads when there is nothing but settings for it.

use app::record::Domain;
use serde::Deserialize;

/// What is sent.
#[derive(Deserialize)]
pub(super) struct AddressForm {
    /// What was typed.
    pub(super) address: String,
}

/// The page with the values to type. Only the domain goes into the address bar.
pub(super) fn settings_path(domain: &Domain) -> String {
    format!("/settings/{domain}")
}
