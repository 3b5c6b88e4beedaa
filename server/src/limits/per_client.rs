//! How many of something each client has at the moment, and each network of many clients.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::key::Share;

/// How many each client has. Who has none is not in it.
pub(crate) struct Taken<K>(Mutex<HashMap<K, usize>>);

/// One of those that a client has; given back when it is dropped.
pub(crate) struct Own<K: Copy + Eq + Hash> {
    taken: Arc<Taken<K>>,
    client: Vec<Share<K>>,
}

impl<K> Default for Taken<K> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Copy + Eq + Hash> Taken<K> {
    /// One more for the client, unless it, or one of the networks in which it is, has as many as it may.
    pub(crate) fn take(this: &Arc<Self>, client: Vec<Share<K>>, limit: usize) -> Option<Own<K>> {
        let mut counts = this.counts();
        let is_full = |share: &Share<K>| {
            let count = counts.get(&share.of).copied().unwrap_or_default();
            count >= limit.saturating_mul(share.times.get() as usize)
        };
        if client.iter().any(is_full) {
            return None;
        }
        for share in &client {
            *counts.entry(share.of).or_default() += 1;
        }
        drop(counts);
        Some(Own {
            taken: Arc::clone(this),
            client,
        })
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<K, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Copy + Eq + Hash> Drop for Own<K> {
    fn drop(&mut self) {
        let mut counts = self.taken.counts();
        for share in &self.client {
            if let Entry::Occupied(mut count) = counts.entry(share.of) {
                *count.get_mut() -= 1;
                if *count.get() == 0 {
                    count.remove();
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_client_has_its_own_and_who_has_none_is_forgotten() {
        let taken = Arc::new(Taken::default());
        let take = |client| Taken::take(&taken, vec![Share::one(client)], 2);
        let first = take(1).unwrap();
        let second = take(1).unwrap();
        assert!(take(1).is_none());
        let other = take(2).unwrap();
        drop(first);
        drop(take(1).unwrap());
        drop((second, other));
        assert!(taken.counts().is_empty());
    }

    #[test]
    fn a_network_has_several_times_as_many_and_what_it_refuses_costs_its_clients_nothing() {
        let taken = Arc::new(Taken::default());
        let network = Share {
            of: 0,
            times: 2.try_into().unwrap(),
        };
        let take = |client| Taken::take(&taken, vec![Share::one(client), network], 2);
        let mut held: Vec<_> = [1, 1, 2].map(|client| take(client).unwrap()).into();
        assert!(take(1).is_none());
        held.push(take(2).unwrap());
        for client in [2, 3, 3, 3] {
            assert!(take(client).is_none(), "{client}");
        }
        held.truncate(2);
        for _ in 0..2 {
            held.push(take(3).unwrap());
        }
        drop(held);
        assert!(taken.counts().is_empty());
    }
}
