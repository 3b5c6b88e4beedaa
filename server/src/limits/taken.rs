//! How many of something each client has at the moment.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How many each client has. Who has none is not in it.
pub(crate) struct Taken<K>(Mutex<HashMap<K, usize>>);

/// One of those that a client has; given back when it is dropped.
pub(crate) struct Own<K: Copy + Eq + Hash> {
    taken: Arc<Taken<K>>,
    client: K,
}

impl<K> Default for Taken<K> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Copy + Eq + Hash> Taken<K> {
    /// One more for the client, unless it has as many as it may.
    pub(crate) fn take(this: &Arc<Self>, client: K, limit: usize) -> Option<Own<K>> {
        let mut counts = this.counts();
        let count = counts.get(&client).copied().unwrap_or_default();
        if count >= limit {
            return None;
        }
        counts.insert(client, count + 1);
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
        if let Entry::Occupied(mut count) = self.taken.counts().entry(self.client) {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
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
        let first = Taken::take(&taken, 1, 2).unwrap();
        let second = Taken::take(&taken, 1, 2).unwrap();
        assert!(Taken::take(&taken, 1, 2).is_none());
        let other = Taken::take(&taken, 2, 2).unwrap();
        drop(first);
        drop(Taken::take(&taken, 1, 2).unwrap());
        drop((second, other));
        assert!(taken.counts().is_empty());
    }
}
