//! Whom something is counted for, without knowing who it is.

use std::net::{IpAddr, Ipv6Addr};

use aws_lc_rs::error::Unspecified;
use aws_lc_rs::hmac::{self, HMAC_SHA256};
use aws_lc_rs::rand::SystemRandom;

/// A client or an account, hashed with a secret: whoever reads the counters learns no address, and
/// cannot try addresses either.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key([u8; 16]);

/// Makes keys.
pub struct Keys(hmac::Key);

/// The fewest bytes that a configured secret may have.
pub const SHORTEST_SECRET: usize = 32;

impl Keys {
    /// With a secret of its own, which nobody knows and which ends with the program.
    ///
    /// # Errors
    ///
    /// When the system has no randomness.
    pub fn random() -> Result<Self, Unspecified> {
        hmac::Key::generate(HMAC_SHA256, &SystemRandom::new()).map(Self)
    }

    /// With a secret that outlives the program, or that several servers share. It is `None` where the
    /// secret is too short to be one.
    pub fn configured(secret: &[u8]) -> Option<Self> {
        let secret = secret.trim_ascii();
        (secret.len() >= SHORTEST_SECRET).then(|| Self(hmac::Key::new(HMAC_SHA256, secret)))
    }

    /// The key of a client.
    pub fn client(&self, address: IpAddr) -> Key {
        match network(address) {
            IpAddr::V4(address) => self.key(b"client 4 ", &address.octets()),
            IpAddr::V6(address) => self.key(b"client 6 ", &address.octets()),
        }
    }

    /// The key of an account.
    pub fn account(&self, name: &str) -> Key {
        self.key(b"account ", name.as_bytes())
    }

    /// What kind of thing it is goes in, too: a client must never count as an account.
    fn key(&self, kind: &[u8], name: &[u8]) -> Key {
        let tag = hmac::sign(&self.0, &[kind, name].concat());
        let mut key = [0; 16];
        for (byte, from) in key.iter_mut().zip(tag.as_ref()) {
            *byte = *from;
        }
        Key(key)
    }
}

/// What counts as one client: an IPv4 address, or the /64 network that one IPv6 customer has.
pub(crate) fn network(client: IpAddr) -> IpAddr {
    match client.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_client_is_an_address_or_a_network_of_64_bits() {
        let keys = Keys::random().unwrap();
        let key = |client: &str| keys.client(client.parse().unwrap());
        for (one, other, same) in [
            ("192.0.2.1", "192.0.2.1", true),
            ("192.0.2.1", "::ffff:192.0.2.1", true),
            ("192.0.2.1", "192.0.2.2", false),
            ("2001:db8::1", "2001:db8::ffff:1:2:3", true),
            ("2001:db8::1", "2001:db8:0:1::1", false),
            ("::", "0.0.0.0", false),
        ] {
            assert_eq!(key(one) == key(other), same, "{one} {other}");
        }
    }

    #[test]
    fn a_key_depends_on_the_secret_and_does_not_show_the_name() {
        let secret = [7; SHORTEST_SECRET];
        let configured = || Keys::configured(&secret).unwrap().account("jane");
        assert_eq!(configured(), configured());
        assert_ne!(configured(), Keys::random().unwrap().account("jane"));
        assert_ne!(
            Keys::random().unwrap().account("jane"),
            Keys::random().unwrap().account("jane")
        );
        assert!(!format!("{:?}", configured()).contains("jane"));
        assert!(Keys::configured(&secret[1..]).is_none());
        // A line end is what an editor adds, not a part of the secret.
        let with_line_end = [&secret[..], b"\n"].concat();
        let key = Keys::configured(&with_line_end).unwrap().account("jane");
        assert_eq!(key, configured());
    }
}
