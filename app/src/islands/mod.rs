//! Everything that becomes WebAssembly.
//!
//! No island holds a sentence or a setting: both arrive as children or props, rendered by the server.

mod address;
mod copy_button;
mod test_form;

pub use address::{AddressField, AddressScope, GroupPanel, UnknownDomain, UserName};
pub use copy_button::CopyButton;
pub use test_form::{FormLabels, TestForm};
