//! Markup that several pages share.

#[cfg(feature = "ssr")]
mod after_test;
#[cfg(feature = "ssr")]
mod answered_list;
#[cfg(feature = "ssr")]
mod form_picture;
#[cfg(feature = "ssr")]
mod layout;
#[cfg(feature = "ssr")]
mod prose;
#[cfg(feature = "ssr")]
mod settings_table;
#[cfg(feature = "ssr")]
mod steps;
#[cfg(feature = "ssr")]
mod support_link;
#[cfg(feature = "ssr")]
mod test_section;
#[cfg(feature = "ssr")]
mod text_area;
#[cfg(feature = "ssr")]
mod way_on;

#[cfg(feature = "ssr")]
pub use after_test::AfterTest;
#[cfg(feature = "ssr")]
pub use answered_list::AnsweredList;
#[cfg(feature = "ssr")]
pub use form_picture::FormPicture;
#[cfg(feature = "ssr")]
pub use layout::{Document, Links};
#[cfg(feature = "ssr")]
pub use prose::{GeneralText, Text};
#[cfg(feature = "ssr")]
pub use settings_table::SettingsTable;
#[cfg(feature = "ssr")]
pub use steps::Part;
#[cfg(feature = "ssr")]
pub use support_link::SupportLink;
#[cfg(feature = "ssr")]
pub use test_section::TestSection;
#[cfg(feature = "ssr")]
pub use text_area::TextArea;
#[cfg(feature = "ssr")]
pub use way_on::WayOn;
