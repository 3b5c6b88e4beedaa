//! Markup that several pages share.

#[cfg(feature = "ssr")]
mod layout;
mod results;
#[cfg(feature = "ssr")]
mod settings_table;
#[cfg(feature = "ssr")]
mod test_section;

#[cfg(feature = "ssr")]
pub use layout::{Document, Links};
pub use results::Results;
#[cfg(feature = "ssr")]
pub use settings_table::SettingsTable;
#[cfg(feature = "ssr")]
pub use test_section::TestSection;
