//! A cache of DNS answers, for a bounded number of hosts.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long addresses may be used after the lookup that found them.
const MAX_AGE: Duration = Duration::from_secs(60 * 60);
const MAX_HOSTS: usize = 256;

/// In the order in which to try them. They have no port: one lookup serves all ports.
pub(super) type Addresses = Arc<[SocketAddr]>;

#[derive(Default)]
pub(super) struct AddressCache(BTreeMap<String, Entry>);

struct Entry {
    addresses: Addresses,
    inserted_at: Instant,
}

impl AddressCache {
    pub(super) fn get(&self, host: &str, now: Instant) -> Option<Addresses> {
        let entry = self.0.get(host)?;
        let age = now.saturating_duration_since(entry.inserted_at);
        (age <= MAX_AGE).then(|| entry.addresses.clone())
    }

    /// If the cache is full, a new host replaces the oldest entry.
    pub(super) fn insert(&mut self, host: &str, addresses: Addresses, now: Instant) {
        let entry = Entry {
            addresses,
            inserted_at: now,
        };
        self.0.insert(host.to_owned(), entry);
        if self.0.len() > MAX_HOSTS {
            let oldest = self.0.iter().min_by_key(|(_, entry)| entry.inserted_at);
            if let Some(host) = oldest.map(|(host, _)| host.clone()) {
                self.0.remove(&host);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses() -> Addresses {
        [SocketAddr::from(([127, 0, 0, 1], 0))].into()
    }

    #[test]
    fn an_entry_expires_an_hour_after_the_last_lookup() {
        let mut cache = AddressCache::default();
        let start = Instant::now();
        let after = |seconds| start + Duration::from_secs(seconds);
        cache.insert("a.test", addresses(), start);
        assert_eq!(cache.get("a.test", after(3_600)), Some(addresses()));
        assert_eq!(cache.get("a.test", after(3_601)), None);
        assert_eq!(cache.get("b.test", start), None);
        cache.insert("a.test", addresses(), after(3_601));
        assert_eq!(cache.get("a.test", after(7_201)), Some(addresses()));
    }

    #[test]
    fn a_full_cache_drops_the_oldest_entry() {
        let mut cache = AddressCache::default();
        let start = Instant::now();
        let host = |number: u64| format!("{number}.test");
        for number in 0..2_000 {
            let now = start + Duration::from_millis(number);
            cache.insert(&host(number), addresses(), now);
            // The first host is looked up again each time.
            cache.insert(&host(0), addresses(), now);
        }
        assert_eq!(cache.0.len(), MAX_HOSTS);
        let is_cached = |number| cache.get(&host(number), start).is_some();
        assert!(is_cached(0) && is_cached(1_999) && is_cached(1_999 - 254));
        assert!(!is_cached(1_999 - 255));
    }
}
