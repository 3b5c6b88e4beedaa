//! How many pages may wait for changes. Each of them holds a connection, so a client may have a few and all together
//! a part of what there is.

use std::net::IpAddr;
use std::sync::Arc;

use ipnet::IpNet;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::limits::key::networks;
use crate::limits::per_client::{PerClientPermit, PerClientSemaphore};

/// All of them together. A page that finds no place is as it would be without scripts.
const MAX: usize = 1024;

/// Those of one client. Customers behind one address share them.
const MAX_PER_CLIENT: usize = 16;

/// Counts who waits for changes.
pub(crate) struct Listeners {
    all: Arc<Semaphore>,
    of_client: Arc<PerClientSemaphore<IpNet>>,
}

/// The place of one that waits, free again when it is dropped.
pub(crate) struct ListenerPermit {
    _all: OwnedSemaphorePermit,
    _of_client: Option<PerClientPermit<IpNet>>,
}

impl Default for Listeners {
    fn default() -> Self {
        Self {
            all: Arc::new(Semaphore::new(MAX)),
            of_client: Arc::default(),
        }
    }
}

impl Listeners {
    /// A place for this client, if one is free.
    pub(crate) fn permit(&self, client: Option<IpAddr>) -> Option<ListenerPermit> {
        let of_client = match client {
            None => None,
            Some(client) => Some(PerClientSemaphore::try_acquire(
                &self.of_client,
                networks(client),
                MAX_PER_CLIENT,
            )?),
        };
        Some(ListenerPermit {
            _all: Arc::clone(&self.all).try_acquire_owned().ok()?,
            _of_client: of_client,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_has_a_few_places_and_all_have_as_many_as_there_are() {
        let listeners = Listeners::default();
        let client = |number: usize| {
            let [.., a, b] = number.to_be_bytes();
            Some(IpAddr::from([10, 0, a, b]))
        };
        let own: Vec<_> = (0..MAX_PER_CLIENT)
            .map(|_| listeners.permit(client(0)).unwrap())
            .collect();
        assert!(listeners.permit(client(0)).is_none());
        let rest: Vec<_> = (MAX_PER_CLIENT..MAX)
            .map(|number| listeners.permit(client(number)).unwrap())
            .collect();
        assert!(listeners.permit(client(MAX + 1)).is_none());
        drop(own);
        assert!(listeners.permit(client(0)).is_some());
        drop(rest);
    }
}
