//! Addresses as proxies write them.

use std::net::{IpAddr, SocketAddr};

/// An address, perhaps with a port.
pub(super) fn parse_ip(text: &str) -> Option<IpAddr> {
    let bare = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'));
    let address = bare.unwrap_or(text).parse();
    address
        .ok()
        .or_else(|| Some(text.parse::<SocketAddr>().ok()?.ip()))
}
