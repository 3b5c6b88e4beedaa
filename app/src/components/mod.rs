//! Markup that several pages share.

#[cfg(feature = "ssr")]
mod address_field;
#[cfg(feature = "ssr")]
mod after_test;
#[cfg(feature = "ssr")]
mod answered_list;
#[cfg(feature = "ssr")]
mod ask_address;
#[cfg(feature = "ssr")]
mod card_sources;
#[cfg(feature = "ssr")]
mod changes;
#[cfg(feature = "ssr")]
mod chip;
#[cfg(feature = "ssr")]
mod doors;
#[cfg(feature = "ssr")]
mod footer;
#[cfg(feature = "ssr")]
mod form_picture;
#[cfg(feature = "ssr")]
mod group_panel;
#[cfg(feature = "ssr")]
mod header;
#[cfg(feature = "ssr")]
mod heading;
#[cfg(feature = "ssr")]
mod icon;
#[cfg(feature = "ssr")]
mod keep_trail;
#[cfg(feature = "ssr")]
mod late;
#[cfg(feature = "ssr")]
mod layout;
#[cfg(feature = "ssr")]
mod outage;
#[cfg(feature = "ssr")]
mod own_sign_in;
#[cfg(feature = "ssr")]
mod program_choice;
#[cfg(feature = "ssr")]
mod program_links;
#[cfg(feature = "ssr")]
mod prose;
#[cfg(feature = "ssr")]
mod report_code;
#[cfg(feature = "ssr")]
mod said;
#[cfg(feature = "ssr")]
mod search_form;
#[cfg(feature = "ssr")]
mod service_state;
#[cfg(feature = "ssr")]
mod settings_table;
#[cfg(feature = "ssr")]
mod short_way;
#[cfg(feature = "ssr")]
mod status_pictures;
#[cfg(feature = "ssr")]
mod status_strip;
#[cfg(feature = "ssr")]
mod steps;
#[cfg(feature = "ssr")]
mod support;
#[cfg(feature = "ssr")]
mod test_section;
#[cfg(feature = "ssr")]
mod text_area;
#[cfg(feature = "ssr")]
mod way_on;
#[cfg(feature = "ssr")]
mod your_address;

#[cfg(feature = "ssr")]
pub use address_field::{AddressAdvice, AddressField, is_slip};
#[cfg(feature = "ssr")]
pub(crate) use address_field::{Said, elsewhere, unknown};
#[cfg(feature = "ssr")]
pub use after_test::AfterTest;
#[cfg(feature = "ssr")]
pub use answered_list::AnsweredList;
#[cfg(feature = "ssr")]
pub use ask_address::AskAddress;
#[cfg(feature = "ssr")]
pub use card_sources::CardSources;
#[cfg(feature = "ssr")]
pub use changes::Changes;
#[cfg(feature = "ssr")]
pub use doors::Doors;
#[cfg(feature = "ssr")]
pub use footer::Footer;
#[cfg(feature = "ssr")]
pub use form_picture::FormPicture;
#[cfg(feature = "ssr")]
pub use group_panel::{GroupPanel, Prompt};
#[cfg(feature = "ssr")]
pub use heading::Heading;
#[cfg(feature = "ssr")]
pub use icon::{Icon, Picture};
#[cfg(feature = "ssr")]
pub use keep_trail::KeepTrail;
#[cfg(feature = "ssr")]
pub use late::Late;
#[cfg(feature = "ssr")]
pub use layout::Document;
#[cfg(feature = "ssr")]
pub use outage::Outage;
#[cfg(feature = "ssr")]
pub use own_sign_in::OwnSignIn;
#[cfg(feature = "ssr")]
pub use program_choice::{ChoiceRow, device_links, programs_by_device, programs_folded};
#[cfg(feature = "ssr")]
pub use program_links::ProgramLinks;
#[cfg(feature = "ssr")]
pub use prose::{GeneralText, StepText, Text, described};
#[cfg(feature = "ssr")]
pub use report_code::ReportCode;
#[cfg(feature = "ssr")]
pub use said::said;
#[cfg(feature = "ssr")]
pub use search_form::SearchForm;
#[cfg(feature = "ssr")]
pub use service_state::{ServiceState, StatesBeforeTest};
#[cfg(feature = "ssr")]
pub use settings_table::SettingsTable;
#[cfg(feature = "ssr")]
pub use short_way::{AddressForShortWay, GoOnOnPhone, ShortWayPart, ShortWays, works};
#[cfg(feature = "ssr")]
pub use status_pictures::{DayBars, DayTable, DaysLegend, ResponseChart, ResponseTable};
#[cfg(feature = "ssr")]
pub use status_strip::{DayStrip, StripLegend};
#[cfg(feature = "ssr")]
pub use steps::Part;
#[cfg(feature = "ssr")]
pub use support::{Support, SupportOf};
#[cfg(feature = "ssr")]
pub use test_section::TestSection;
#[cfg(feature = "ssr")]
pub use text_area::TextArea;
#[cfg(feature = "ssr")]
pub use way_on::WayOn;
#[cfg(feature = "ssr")]
pub use your_address::YourAddress;
