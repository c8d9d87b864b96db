//! DNS: the addresses of a URL's host.

mod cache;
mod lookups;
mod system;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::error::Result;
use crate::budget::Budget;
use crate::input::host::{is_loopback_name, without_brackets};
use lookups::Lookups;

/// The addresses of a URL's host, in the order in which to try them. Loopback names
/// always mean this machine, whatever DNS says (RFC 6761, section 6.3).
pub(crate) fn resolve(host: &str, port: u16, budget: &Budget) -> Result<Vec<SocketAddr>> {
    let host = without_brackets(host);
    if let Ok(address) = host.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(address, port)]);
    }
    if is_loopback_name(host) {
        let addresses = [Ipv6Addr::LOCALHOST.into(), Ipv4Addr::LOCALHOST.into()];
        return Ok(addresses.map(|ip| SocketAddr::new(ip, port)).to_vec());
    }
    let host = host.to_ascii_lowercase();
    let mut addresses = Lookups::current().resolve(&host, budget)?.to_vec();
    for address in &mut addresses {
        address.set_port(port);
    }
    Ok(addresses)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn addresses(texts: &[&str]) -> Vec<SocketAddr> {
        let address = |ip: &&str| SocketAddr::new(ip.parse().unwrap(), 80);
        texts.iter().map(address).collect()
    }

    #[test]
    fn loopback_names_and_addresses_are_not_looked_up() {
        let both = addresses(&["::1", "127.0.0.1"]);
        for (host, expected) in [
            ("localhost", &both[..]),
            ("LOCALHOST.", &both),
            ("app.localhost", &both),
            ("a.b.localhost.", &both),
            ("127.0.0.1", &both[1..]),
            ("[::1]", &both[..1]),
        ] {
            // The deadline has passed, so a lookup would fail.
            let none = Budget::within(Duration::ZERO);
            assert_eq!(resolve(host, 80, &none).unwrap(), expected, "{host}");
        }
    }
}
