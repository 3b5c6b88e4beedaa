//! A relay between a browser and a mail server, as it is counted.
//!
//! It cannot be seen what a relay carries, so a relay counts as a sign-in of which nobody learns how it ended.

use std::net::IpAddr;
use std::num::NonZeroU32;

use app::status::ServiceKey;

use super::key::{ClientScopes, Key, KeyHasher, Scope};

/// A test has a relay for each of its services, so a client may have so many times as many relays at once as tests.
const RELAYS_OF_TEST: NonZeroU32 = NonZeroU32::new(4).unwrap();

/// All clients together may have so many times as many relays to one service at once as one client has tests.
const AT_ONCE_TO_SERVICE: NonZeroU32 = NonZeroU32::new(8).unwrap();

/// A relay, as it is counted.
#[derive(Clone, Debug)]
pub struct RelayScopes {
    /// The client.
    pub client: ClientScopes,
    /// The service that it leads to.
    pub service: Key,
    /// The provider of the service, whose sign-ins may be paused.
    pub provider: Key,
}

impl RelayScopes {
    pub(super) fn new(keys: &KeyHasher, client: IpAddr, service: &ServiceKey) -> Self {
        Self {
            client: keys.client(client),
            service: keys.key("service", &service.to_string()),
            provider: keys.key("provider", service.record()),
        }
    }

    /// The scopes in which relays have places, apart from those of tests.
    pub(super) fn places(keys: &KeyHasher, client: IpAddr, service: &ServiceKey) -> ClientScopes {
        let mut scopes = keys.scopes("relays of client", client);
        for scope in &mut scopes {
            scope.factor = scope.factor.saturating_mul(RELAYS_OF_TEST);
        }
        scopes.push(Scope {
            key: keys.key("relays to service", &service.to_string()),
            factor: AT_ONCE_TO_SERVICE,
        });
        scopes
    }
}
