//! Everything that becomes WebAssembly.
//!
//! No island holds a sentence or a setting: both arrive as children or props, rendered by the server.

mod address;
mod awake;
#[cfg(feature = "hydrate")]
mod clock;
mod copy_button;
#[cfg(any(feature = "hydrate", test))]
mod device_first;
mod known;
#[cfg(feature = "hydrate")]
mod last_test;
#[cfg(feature = "hydrate")]
mod matches;
#[cfg(feature = "hydrate")]
mod memory;
#[cfg(feature = "hydrate")]
mod onward;
#[cfg(feature = "hydrate")]
mod report;
mod test_form;
#[cfg(feature = "hydrate")]
mod ticks;
#[cfg(feature = "hydrate")]
mod trail;
mod wakes;
#[cfg(feature = "hydrate")]
mod walk;

pub use address::{AddressField, AddressScope, GroupPanel, UnknownDomain, UserName};
use awake::{State, Turn, is_awake, only_awake, when_awake};
pub use copy_button::CopyButton;
pub use known::Known;
pub use test_form::TestForm;
pub use wakes::{ClockCheck, DeviceFirst, Matches, Onward, ReportMaker, Ticks, Walk};
