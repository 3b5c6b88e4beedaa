//! Markup that several pages share.

#[cfg(feature = "ssr")]
mod answered_list;
#[cfg(feature = "ssr")]
mod doors;
#[cfg(feature = "ssr")]
mod form_picture;
#[cfg(feature = "ssr")]
mod header;
#[cfg(feature = "ssr")]
mod heading;
#[cfg(feature = "ssr")]
mod icon;
#[cfg(feature = "ssr")]
mod layout;
#[cfg(feature = "ssr")]
mod prose;
#[cfg(feature = "ssr")]
mod search_form;
#[cfg(feature = "ssr")]
mod settings_table;
#[cfg(feature = "ssr")]
mod steps;
#[cfg(feature = "ssr")]
mod test_section;
#[cfg(feature = "ssr")]
mod text_area;

#[cfg(feature = "ssr")]
pub use answered_list::AnsweredList;
#[cfg(feature = "ssr")]
pub use doors::Doors;
#[cfg(feature = "ssr")]
pub use form_picture::FormPicture;
#[cfg(feature = "ssr")]
pub use heading::Heading;
#[cfg(feature = "ssr")]
pub use icon::{Icon, Picture};
#[cfg(feature = "ssr")]
pub use layout::{Document, Links};
#[cfg(feature = "ssr")]
pub use prose::{GeneralText, Text, described};
#[cfg(feature = "ssr")]
pub use search_form::SearchForm;
#[cfg(feature = "ssr")]
pub use settings_table::SettingsTable;
#[cfg(feature = "ssr")]
pub use steps::Part;
#[cfg(feature = "ssr")]
pub use test_section::TestSection;
#[cfg(feature = "ssr")]
pub use text_area::TextArea;
