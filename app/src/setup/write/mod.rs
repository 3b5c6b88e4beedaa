//! The writers of the set-up files, one file a format.
//!
//! | module | who reads it |
//! |---|---|
//! | [`autoconfig`] | Thunderbird on all systems, Evolution, Geary, KMail, Delta Chat |
//! | [`autodiscover`], [`autodiscover_request`] | Outlook for Windows up to 2019, Thunderbird |
//! | [`autodiscover_json`] | Outlook, to find the former |
//! | [`apple_profile`] | iPhone, iPad and Mac |
//! | [`pacc`] | programs that know the newest draft |
//! | [`thunderbird_qr`] | Thunderbird for Android |
//! | [`qr`] | cameras: any text as a picture |
//! | [`zone`] | operators: what to publish in the DNS |

pub mod apple_profile;
pub mod autoconfig;
pub mod autodiscover;
pub mod autodiscover_json;
pub mod autodiscover_request;
pub mod pacc;
pub mod qr;
#[cfg(test)]
mod real_readers;
#[cfg(test)]
pub(crate) mod testing;
pub mod thunderbird_qr;
mod xml;
pub mod zone;
