//! Everything that becomes WebAssembly.
//!
//! No island holds a sentence or a setting: both arrive as children or props, rendered by the server.

mod address;
mod awake;
#[cfg(feature = "hydrate")]
mod checklist;
#[cfg(feature = "hydrate")]
mod clock;
mod copy_button;
#[cfg(feature = "hydrate")]
mod device_first;
#[cfg(feature = "hydrate")]
mod dom;
mod enhance;
#[cfg(feature = "hydrate")]
mod fetch;
#[cfg(feature = "hydrate")]
mod last_test;
#[cfg(feature = "hydrate")]
mod live;
#[cfg(feature = "hydrate")]
mod matches;
mod password_field;
#[cfg(feature = "hydrate")]
mod report;
mod results;
#[cfg(feature = "hydrate")]
mod sign_in_worker;
#[cfg(feature = "hydrate")]
mod storage;
mod test_form;
#[cfg(feature = "hydrate")]
mod trail;
#[cfg(feature = "hydrate")]
mod troubleshooter;

pub use address::{AddressAdvice, AddressInput, AddressScope, GroupPanel, UnknownDomain, UserName};
pub use copy_button::CopyButton;
pub use enhance::{
    Checklist, ClockCheck, DeviceFirst, LiveStatus, Matches, OwnPanel, ReportMaker, Troubleshooter,
};
pub use results::Results;
pub use test_form::TestForm;
