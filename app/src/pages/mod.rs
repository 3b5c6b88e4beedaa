//! One file a page. Every page is whole without scripts.

mod card;
mod failure;
mod home;
mod not_found;
mod program;
mod programs;
mod result;
mod settings;
mod test;

pub use card::CardPage;
pub use failure::FailurePage;
pub use home::HomePage;
pub use not_found::{NotFoundPage, UnknownDomainPage};
pub use program::ProgramPage;
pub use programs::ProgramsPage;
pub use result::ResultPage;
pub use settings::SettingsPage;
pub use test::TestPage;
