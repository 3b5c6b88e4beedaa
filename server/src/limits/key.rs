//! Keyed hashes of the clients and accounts that are counted, so that the counters contain neither.

use std::net::IpAddr;
use std::num::NonZeroU32;

use aws_lc_rs::error::Unspecified;
use aws_lc_rs::hmac::{self, HMAC_SHA256};
use aws_lc_rs::rand::SystemRandom;
use ipnet::IpNet;

/// The keyed hash of a client or an account. Without the secret, the counters do not reveal an address, and a
/// guess cannot be verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key([u8; 16]);

impl Key {
    /// The hash, as other servers with the same secret have it.
    pub(crate) const fn bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

/// Something that a limit is applied to, a client or a network of clients, with a multiple of the limit of
/// one client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope<K> {
    /// The client or the network.
    pub key: K,
    /// The multiple of the limit of one client.
    pub factor: NonZeroU32,
}

impl<K> Scope<K> {
    /// One client, with its own limit.
    pub const fn one(key: K) -> Self {
        let factor = NonZeroU32::MIN;
        Self { key, factor }
    }
}

/// A client and the networks that contain it, because an attacker may control a whole network. The smallest
/// is first.
pub type ClientScopes = Vec<Scope<Key>>;

/// Derives keys with a secret.
pub struct KeyHasher(hmac::Key);

/// The minimum length of a configured secret in bytes.
pub const MIN_SECRET_LEN: usize = 32;

impl KeyHasher {
    /// With a random secret, which is lost when the program ends.
    ///
    /// # Errors
    ///
    /// When the system has no random numbers.
    pub fn random() -> Result<Self, Unspecified> {
        hmac::Key::generate(HMAC_SHA256, &SystemRandom::new()).map(Self)
    }

    /// With a configured secret, which several servers can share; `None` if it is shorter than
    /// [`MIN_SECRET_LEN`].
    pub fn configured(secret: &[u8]) -> Option<Self> {
        let secret = secret.trim_ascii();
        (secret.len() >= MIN_SECRET_LEN).then(|| Self(hmac::Key::new(HMAC_SHA256, secret)))
    }

    /// The keys of a client.
    pub fn client(&self, address: IpAddr) -> ClientScopes {
        self.scopes("client", address)
    }

    /// The keys of a client for something that is counted apart.
    pub(super) fn scopes(&self, kind: &str, address: IpAddr) -> ClientScopes {
        let hashed = |scope: Scope<IpNet>| Scope {
            key: self.key(kind, &scope.key.to_string()),
            factor: scope.factor,
        };
        networks(address).into_iter().map(hashed).collect()
    }

    /// What shows to others with the same secret that they have the same one.
    pub(crate) fn check_value(&self) -> Key {
        self.key("secret", "check value")
    }

    /// The key for a name. Its kind is hashed too, so that a client never has the same key as an account.
    pub(super) fn key(&self, kind: &str, name: &str) -> Key {
        let tag = hmac::sign(&self.0, format!("{kind} {name}").as_bytes());
        let mut key = [0; 16];
        for (byte, from) in key.iter_mut().zip(tag.as_ref()) {
            *byte = *from;
        }
        Key(key)
    }
}

/// The scopes of a client: its IPv4 address, or the /64 of its IPv6 address, which is one link, and the larger
/// IPv6 networks that providers assign to one customer (RFC 6177).
pub(crate) fn networks(client: IpAddr) -> Vec<Scope<IpNet>> {
    let client = client.to_canonical();
    let sizes: &[(u8, u32)] = match client {
        IpAddr::V4(_) => &[(32, 1)],
        IpAddr::V6(_) => &[(64, 1), (56, 4), (48, 16)],
    };
    let scope = |(bits, factor): &(u8, u32)| {
        let key = IpNet::new(client, *bits).ok()?.trunc();
        let factor = NonZeroU32::new(*factor)?;
        Some(Scope { key, factor })
    };
    sizes.iter().filter_map(scope).collect()
}

#[cfg(test)]
mod tests {
    use app::check::{Account, RequestedSignIn};

    use super::*;
    use crate::limits::sign_in::SignIn;

    #[test]
    fn one_client_is_an_address_or_a_network_of_64_bits() {
        let keys = KeyHasher::random().unwrap();
        let key = |client: &str| keys.client(client.parse().unwrap())[0];
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
    fn a_client_of_ipv6_is_in_two_networks_more() {
        let networks = |client: &str| {
            let networks = networks(client.parse().unwrap()).into_iter();
            let text = networks.map(|scope| format!("{}x{}", scope.key, scope.factor));
            text.collect::<Vec<_>>().join(" ")
        };
        for (client, expected) in [
            ("192.0.2.1", "192.0.2.1/32x1"),
            ("::ffff:192.0.2.1", "192.0.2.1/32x1"),
            (
                "2001:db8:1:203:4::5",
                "2001:db8:1:203::/64x1 2001:db8:1:200::/56x4 2001:db8:1::/48x16",
            ),
        ] {
            assert_eq!(networks(client), expected);
        }
        // A network differs from the smaller network with the same prefix.
        let keys = KeyHasher::random().unwrap();
        let client = keys.client("2001:db8::1".parse().unwrap());
        assert_ne!(client[0].key, client[1].key);
    }

    #[test]
    fn a_key_depends_on_the_secret_and_does_not_show_the_name() {
        let secret = [7; MIN_SECRET_LEN];
        let jane = RequestedSignIn {
            account: Account {
                provider: "lab".into(),
                mailboxes: ["jane".to_owned()].into(),
            },
            message: false,
        };
        let key = |keys: KeyHasher| SignIn::new(&keys, Vec::new(), &jane).account;
        let configured = || key(KeyHasher::configured(&secret).unwrap());
        assert_eq!(configured(), configured());
        assert_ne!(configured(), key(KeyHasher::random().unwrap()));
        assert_ne!(
            key(KeyHasher::random().unwrap()),
            key(KeyHasher::random().unwrap())
        );
        assert!(!format!("{:?}", configured()).contains("jane"));
        assert!(KeyHasher::configured(&secret[1..]).is_none());
        // A line end that an editor adds is not a part of the secret.
        let with_line_end = [&secret[..], b"\n"].concat();
        assert_eq!(
            key(KeyHasher::configured(&with_line_end).unwrap()),
            configured()
        );
    }
}
