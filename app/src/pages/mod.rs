//! One file a page. Every page is whole without scripts.

mod failure;
mod home;
mod not_found;
mod result;
mod settings;
mod test;

pub use failure::FailurePage;
pub use home::HomePage;
pub use not_found::{NotFoundPage, UnknownDomainPage};
pub use result::ResultPage;
pub use settings::SettingsPage;
pub use test::TestPage;
