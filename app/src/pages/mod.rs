//! One file a page. Every page is whole without scripts.

mod card;
mod check;
mod errors;
mod failure;
mod fix;
mod home;
mod network;
mod not_found;
mod operators;
mod other_guide;
mod outlook;
mod program;
mod program_parts;
mod programs;
mod report;
mod result;
mod scan;
mod settings;
mod test;

pub use card::CardPage;
pub use check::CheckPage;
pub use errors::ErrorsPage;
pub use failure::FailurePage;
pub use fix::FixPage;
pub use home::HomePage;
pub use network::NetworkPage;
pub use not_found::{NotFoundPage, UnknownDomainPage};
pub use operators::{DnsPage, OperatorsPage};
pub use outlook::OutlookPage;
pub use program::ProgramPage;
pub use programs::ProgramsPage;
pub use report::ReportPage;
pub use result::ResultPage;
pub use scan::{ScanPage, drawn};
pub use settings::SettingsPage;
pub use test::TestPage;
