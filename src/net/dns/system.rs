//! The system's resolver (`getaddrinfo`).

use std::collections::VecDeque;
use std::net::{SocketAddr, ToSocketAddrs};
use std::panic::catch_unwind;

use super::cache::Addresses;

/// A host may have hundreds of addresses; there is no time to try them all.
const MAX_ADDRESSES: usize = 16;

/// Calls the system's resolver, which may block for a long time.
pub(super) fn query_system(host: &str) -> Result<Addresses, String> {
    let found = catch_unwind(|| (host, 0).to_socket_addrs())
        .map_err(|_| "the DNS lookup panicked".to_owned())?
        .map_err(|error| error.to_string())?;
    let addresses = interleave(found);
    if addresses.is_empty() {
        return Err("the name has no address".to_owned());
    }
    Ok(addresses.into())
}

/// Keeps the resolver's order, but alternates IPv6 and IPv4 (RFC 8305, section 4): if one
/// family does not work, the other one is tried soon.
fn interleave(found: impl Iterator<Item = SocketAddr>) -> Vec<SocketAddr> {
    let (mut this, mut other): (VecDeque<_>, VecDeque<_>) = Default::default();
    for address in found {
        let first = this.front();
        if first.is_none_or(|first| is_same_family(first, &address)) {
            this.push_back(address);
        } else {
            other.push_back(address);
        }
    }
    let mut ordered = Vec::new();
    while ordered.len() < MAX_ADDRESSES {
        let Some(address) = this.pop_front() else {
            break;
        };
        if !ordered.contains(&address) {
            ordered.push(address);
        }
        if this.is_empty() || !other.is_empty() {
            std::mem::swap(&mut this, &mut other);
        }
    }
    ordered
}

fn is_same_family(one: &SocketAddr, other: &SocketAddr) -> bool {
    one.is_ipv4() == other.is_ipv4()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn addresses(texts: &[&str]) -> Vec<SocketAddr> {
        let address = |ip: &&str| SocketAddr::new(ip.parse().unwrap(), 80);
        texts.iter().map(address).collect()
    }

    fn interleaved(found: &[&str]) -> Vec<SocketAddr> {
        interleave(addresses(found).into_iter())
    }

    #[test]
    fn address_families_alternate_starting_with_the_first_one() {
        assert_eq!(
            interleaved(&["::1", "::2", "::3", "127.0.0.1", "127.0.0.2"]),
            addresses(&["::1", "127.0.0.1", "::2", "127.0.0.2", "::3"])
        );
        assert_eq!(
            interleaved(&["127.0.0.1", "::1", "::2", "::3"]),
            addresses(&["127.0.0.1", "::1", "::2", "::3"])
        );
        let one_family = ["127.0.0.3", "127.0.0.1", "127.0.0.2"];
        assert_eq!(interleaved(&one_family), addresses(&one_family));
        assert_eq!(interleaved(&[]), []);
    }

    #[test]
    fn duplicates_are_removed_and_the_number_is_limited() {
        assert_eq!(
            interleaved(&["::1", "::1", "127.0.0.1"]),
            addresses(&["::1", "127.0.0.1"])
        );
        let many: Vec<String> = (0..200).map(|n| format!("127.0.0.{n}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let ordered = interleaved(&many);
        assert_eq!(ordered, addresses(&many[..MAX_ADDRESSES]));
        assert_eq!(ordered.iter().collect::<HashSet<_>>().len(), MAX_ADDRESSES);
    }
}
