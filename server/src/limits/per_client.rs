//! A semaphore for each client and network, which limits how many permits they hold at once.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::key::Scope;

/// How many permits each client and network holds. Those that hold none are not stored.
pub(crate) struct PerClientSemaphore<K>(Mutex<HashMap<K, usize>>);

/// A permit of a client, released when it is dropped.
pub(crate) struct PerClientPermit<K: Copy + Eq + Hash> {
    semaphore: Arc<PerClientSemaphore<K>>,
    client: Vec<Scope<K>>,
}

impl<K> Default for PerClientSemaphore<K> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Copy + Eq + Hash> PerClientSemaphore<K> {
    /// Acquires a permit for the client, unless it, or one of its networks, holds the maximum number.
    pub(crate) fn try_acquire(
        this: &Arc<Self>,
        client: Vec<Scope<K>>,
        limit: usize,
    ) -> Option<PerClientPermit<K>> {
        let mut counts = this.counts();
        let is_full = |scope: &Scope<K>| {
            let count = counts.get(&scope.key).copied().unwrap_or_default();
            count >= limit.saturating_mul(scope.factor.get() as usize)
        };
        if client.iter().any(is_full) {
            return None;
        }
        Some(Self::hold(this, &mut counts, client))
    }

    /// Gives the client a permit, however many it holds.
    pub(crate) fn acquire(this: &Arc<Self>, client: Vec<Scope<K>>) -> PerClientPermit<K> {
        Self::hold(this, &mut this.counts(), client)
    }

    fn hold(
        this: &Arc<Self>,
        counts: &mut HashMap<K, usize>,
        client: Vec<Scope<K>>,
    ) -> PerClientPermit<K> {
        for scope in &client {
            *counts.entry(scope.key).or_default() += 1;
        }
        PerClientPermit {
            semaphore: Arc::clone(this),
            client,
        }
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<K, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Copy + Eq + Hash> Drop for PerClientPermit<K> {
    fn drop(&mut self) {
        let mut counts = self.semaphore.counts();
        for scope in &self.client {
            if let Entry::Occupied(mut count) = counts.entry(scope.key) {
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
    fn each_client_has_its_own_permits_and_those_without_any_are_forgotten() {
        let semaphore = Arc::new(PerClientSemaphore::default());
        let acquire =
            |client| PerClientSemaphore::try_acquire(&semaphore, vec![Scope::one(client)], 2);
        let first = acquire(1).unwrap();
        let second = acquire(1).unwrap();
        assert!(acquire(1).is_none());
        let other = acquire(2).unwrap();
        drop(first);
        drop(acquire(1).unwrap());
        drop((second, other));
        assert!(semaphore.counts().is_empty());
    }

    #[test]
    fn a_network_has_several_times_as_many_and_what_it_refuses_costs_its_clients_nothing() {
        let semaphore = Arc::new(PerClientSemaphore::default());
        let network = Scope {
            key: 0,
            factor: 2.try_into().unwrap(),
        };
        let acquire = |client| {
            PerClientSemaphore::try_acquire(&semaphore, vec![Scope::one(client), network], 2)
        };
        let mut held: Vec<_> = [1, 1, 2].map(|client| acquire(client).unwrap()).into();
        assert!(acquire(1).is_none());
        held.push(acquire(2).unwrap());
        for client in [2, 3, 3, 3] {
            assert!(acquire(client).is_none(), "{client}");
        }
        held.truncate(2);
        for _ in 0..2 {
            held.push(acquire(3).unwrap());
        }
        drop(held);
        assert!(semaphore.counts().is_empty());
    }
}
