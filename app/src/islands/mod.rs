//! Everything that becomes WebAssembly.
//!
//! No island holds a sentence or a setting: both arrive as children or props, rendered by the server.

mod address;
mod copy_button;
#[cfg(feature = "hydrate")]
mod memory;
mod test_form;
mod ticks;

pub use address::{AddressField, AddressScope, GroupPanel, UnknownDomain, UserName};
pub use copy_button::CopyButton;
pub use test_form::{FormLabels, TestForm};
pub use ticks::Ticks;
