//! The addresses that were found last, of a bounded number of hosts.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long after the look-up that found them addresses may serve.
const MAX_AGE: Duration = Duration::from_secs(60 * 60);
const MAX_HOSTS: usize = 256;

/// In the order in which they are to be tried. They have no port: a look-up serves all
/// ports.
pub(super) type Addresses = Arc<[SocketAddr]>;

#[derive(Default)]
pub(super) struct Known(BTreeMap<String, Found>);

struct Found {
    addresses: Addresses,
    at: Instant,
}

impl Known {
    pub(super) fn get(&self, host: &str, now: Instant) -> Option<Addresses> {
        let found = self.0.get(host)?;
        let age = now.saturating_duration_since(found.at);
        (age <= MAX_AGE).then(|| found.addresses.clone())
    }

    /// The host that was found longest ago makes room for a new one.
    pub(super) fn insert(&mut self, host: &str, addresses: Addresses, at: Instant) {
        self.0.insert(host.to_owned(), Found { addresses, at });
        if self.0.len() > MAX_HOSTS {
            let oldest = self.0.iter().min_by_key(|(_, found)| found.at);
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
    fn addresses_are_known_for_an_hour_after_they_were_found_last() {
        let mut known = Known::default();
        let start = Instant::now();
        let after = |seconds| start + Duration::from_secs(seconds);
        known.insert("a.test", addresses(), start);
        assert_eq!(known.get("a.test", after(3_600)), Some(addresses()));
        assert_eq!(known.get("a.test", after(3_601)), None);
        assert_eq!(known.get("b.test", start), None);
        known.insert("a.test", addresses(), after(3_601));
        assert_eq!(known.get("a.test", after(7_201)), Some(addresses()));
    }

    #[test]
    fn the_host_found_longest_ago_makes_room() {
        let mut known = Known::default();
        let start = Instant::now();
        let host = |number: u64| format!("{number}.test");
        for number in 0..2_000 {
            let now = start + Duration::from_millis(number);
            known.insert(&host(number), addresses(), now);
            // The first one is found again and again.
            known.insert(&host(0), addresses(), now);
        }
        assert_eq!(known.0.len(), MAX_HOSTS);
        let is_known = |number| known.get(&host(number), start).is_some();
        assert!(is_known(0) && is_known(1_999) && is_known(1_999 - 254));
        assert!(!is_known(1_999 - 255));
    }
}
