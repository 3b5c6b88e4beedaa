//! Whom something is counted for, without knowing who it is.

use std::net::IpAddr;
use std::num::NonZeroU32;

use app::check::Account;
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::hmac::{self, HMAC_SHA256};
use aws_lc_rs::rand::SystemRandom;
use ipnet::IpNet;

use super::counters::SignIn;

/// A client or an account, hashed with a secret: whoever reads the counters learns no address, and
/// cannot try addresses either.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key([u8; 16]);

/// One of those that something is counted for, which may do so many times what one client may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share<K> {
    /// For whom.
    pub of: K,
    /// How many times.
    pub times: NonZeroU32,
}

impl<K> Share<K> {
    /// For one client.
    pub const fn one(of: K) -> Self {
        let times = NonZeroU32::MIN;
        Self { of, times }
    }
}

/// A client, and the networks in which it is: an attacker may have a whole one. The smallest comes first.
pub type Client = Vec<Share<Key>>;

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

    /// The keys of a client.
    pub fn client(&self, address: IpAddr) -> Client {
        let share = |share: Share<IpNet>| Share {
            of: self.key("client", &share.of.to_string()),
            times: share.times,
        };
        networks(address).into_iter().map(share).collect()
    }

    /// A sign-in of this client to this account.
    pub fn sign_in(&self, client: Client, account: &Account) -> SignIn {
        let mailboxes: Vec<&str> = account.mailboxes.iter().map(String::as_str).collect();
        SignIn {
            client,
            provider: self.key("provider", &account.provider),
            // No name of a mailbox has a line end.
            account: self.key("account", &mailboxes.join("\n")),
            mailboxes: mailboxes
                .into_iter()
                .map(|mailbox| self.key("mailbox", mailbox))
                .collect(),
        }
    }

    /// What kind of thing it is goes in, too: a client must never count as an account.
    fn key(&self, kind: &str, name: &str) -> Key {
        let tag = hmac::sign(&self.0, format!("{kind} {name}").as_bytes());
        let mut key = [0; 16];
        for (byte, from) in key.iter_mut().zip(tag.as_ref()) {
            *byte = *from;
        }
        Key(key)
    }
}

/// What counts as one client, an IPv4 address or the /64 network that is one link, and the networks of IPv6
/// that providers give to one customer (RFC 6177).
pub(crate) fn networks(client: IpAddr) -> Vec<Share<IpNet>> {
    let client = client.to_canonical();
    let sizes: &[(u8, u32)] = match client {
        IpAddr::V4(_) => &[(32, 1)],
        IpAddr::V6(_) => &[(64, 1), (56, 4), (48, 16)],
    };
    let share = |(bits, times): &(u8, u32)| {
        let of = IpNet::new(client, *bits).ok()?.trunc();
        let times = NonZeroU32::new(*times)?;
        Some(Share { of, times })
    };
    sizes.iter().filter_map(share).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_client_is_an_address_or_a_network_of_64_bits() {
        let keys = Keys::random().unwrap();
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
            let text = networks.map(|share| format!("{}x{}", share.of, share.times));
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
        // A network is not the smaller one with which it begins.
        let keys = Keys::random().unwrap();
        let client = keys.client("2001:db8::1".parse().unwrap());
        assert_ne!(client[0].of, client[1].of);
    }

    #[test]
    fn a_key_depends_on_the_secret_and_does_not_show_the_name() {
        let secret = [7; SHORTEST_SECRET];
        let jane = Account {
            provider: "lab".into(),
            mailboxes: ["jane".to_owned()].into(),
        };
        let key = |keys: Keys| keys.sign_in(Vec::new(), &jane).account;
        let configured = || key(Keys::configured(&secret).unwrap());
        assert_eq!(configured(), configured());
        assert_ne!(configured(), key(Keys::random().unwrap()));
        assert_ne!(key(Keys::random().unwrap()), key(Keys::random().unwrap()));
        assert!(!format!("{:?}", configured()).contains("jane"));
        assert!(Keys::configured(&secret[1..]).is_none());
        // A line end is what an editor adds, not a part of the secret.
        let with_line_end = [&secret[..], b"\n"].concat();
        assert_eq!(key(Keys::configured(&with_line_end).unwrap()), configured());
    }
}
