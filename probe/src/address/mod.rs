//! Which addresses are on the public internet, and which networks that are not an operator may name.

mod private_network;
mod special_purpose;
#[cfg(test)]
mod tests;

use std::net::IpAddr;

pub use private_network::{PrivateNetwork, PrivateNetworkError};
use special_purpose::NOT_PUBLIC;

/// Whether an address is of a public host.
pub fn is_public(address: IpAddr) -> bool {
    !NOT_PUBLIC
        .iter()
        .any(|(network, _)| network.contains(&address))
}
