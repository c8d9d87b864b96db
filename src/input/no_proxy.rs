//! `NO_PROXY`: which hosts are reached without a proxy, read as curl, Go and
//! Python's requests read it.

use std::net::{IpAddr, SocketAddr};

use super::host::without_brackets;

/// Whether one of the entries of `list`, separated by commas or blanks, is for
/// this host. An entry is `*`, a domain (for its subdomains too, with a leading
/// dot or without; `*.` leaves the domain itself out), an address or a network as
/// `10.0.0.0/8`. All but networks may have a port.
pub(crate) fn is_listed(list: &str, host: &str, port: u16) -> bool {
    let mut entries = list
        .split(|character: char| character == ',' || character.is_whitespace())
        .filter(|entry| !entry.is_empty());
    match without_brackets(host).parse::<IpAddr>() {
        Ok(address) => {
            entries.any(|entry| entry == "*" || is_for_address(entry, address.to_canonical(), port))
        }
        Err(_) => entries.any(|entry| entry == "*" || is_for_name(entry, host, port)),
    }
}

fn is_for_address(entry: &str, address: IpAddr, port: u16) -> bool {
    if let Ok(listed) = without_brackets(entry).parse::<IpAddr>() {
        return listed.to_canonical() == address;
    }
    if let Ok(listed) = entry.parse::<SocketAddr>() {
        return listed.ip().to_canonical() == address && listed.port() == port;
    }
    is_in_network(entry, address).unwrap_or(false)
}

/// `None` if the entry is not a network.
fn is_in_network(entry: &str, address: IpAddr) -> Option<bool> {
    let (network, length) = entry.split_once('/')?;
    let length: u32 = length.parse().ok()?;
    let (network, address, width) = match (network.parse().ok()?, address) {
        (IpAddr::V4(network), IpAddr::V4(address)) => {
            (network.to_bits().into(), address.to_bits().into(), 32)
        }
        (IpAddr::V6(network), IpAddr::V6(address)) => (network.to_bits(), address.to_bits(), 128),
        _ => return Some(false),
    };
    let ignored = u32::checked_sub(width, length)?;
    let differing: u128 = network ^ address;
    // Shifting by all 128 bits is not defined: a network of length 0 has every address.
    Some(differing.checked_shr(ignored).unwrap_or(0) == 0)
}

fn is_for_name(entry: &str, host: &str, port: u16) -> bool {
    let domain = match entry.rsplit_once(':') {
        Some((_, listed)) if listed.parse() != Ok(port) => return false,
        Some((domain, _)) => domain,
        None => entry,
    };
    let (domain, itself_too) = match domain.strip_prefix('*') {
        Some(rest) if rest.starts_with('.') => (rest, false),
        _ => (domain, true),
    };
    let domain = normal(domain.trim_start_matches('.'));
    let host = normal(host);
    match host.strip_suffix(&domain) {
        Some(_) if domain.is_empty() => false,
        Some("") => itself_too,
        Some(subdomain) => subdomain.ends_with('.'),
        None => false,
    }
}

fn normal(name: &str) -> String {
    name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A list, the hosts it names, and hosts it does not; the port is 8080 unless given.
    const TABLE: [(&str, &[&str], &[&str]); 21] = [
        ("", &[], &["example.test", "10.0.0.1"]),
        (" , ,", &[], &["example.test"]),
        ("*", &["example.test", "10.0.0.1", "[::1]"], &[]),
        ("other.test *", &["example.test"], &[]),
        (
            "example.test",
            &["example.test", "svc.example.test", "a.b.example.test"],
            &[
                "badexample.test",
                "example.test.evil",
                "test",
                "example.tes",
            ],
        ),
        (
            ".example.test",
            &["example.test", "svc.example.test"],
            &["badexample.test"],
        ),
        (
            "*.example.test",
            &["svc.example.test", "a.b.example.test"],
            &["example.test", "badexample.test"],
        ),
        (
            "EXAMPLE.Test",
            &["svc.example.test", "SVC.EXAMPLE.TEST"],
            &[],
        ),
        ("example.test.", &["example.test", "svc.example.test."], &[]),
        ("example.test", &["example.test."], &["example.test.."]),
        (
            "svc.example.test:8080",
            &["svc.example.test", "a.svc.example.test"],
            &["svc.example.test:443", "example.test"],
        ),
        (
            ".example.test.:8080",
            &["svc.example.test"],
            &["svc.example.test:80"],
        ),
        ("svc.example.test:http", &[], &["svc.example.test"]),
        (
            "a.test,b.test  c.test\td.test , e.test",
            &["a.test", "b.test", "c.test", "d.test", "e.test"],
            &["f.test"],
        ),
        ("http://example.test", &[], &["example.test"]),
        (
            "10.0.0.1, 10.0.0.2:8080, 10.0.0.3:443",
            &["10.0.0.1", "10.0.0.1:443", "10.0.0.2"],
            &["10.0.0.2:443", "10.0.0.3", "10.0.0.10"],
        ),
        ("0.0.1, .0.0.1", &[], &["10.0.0.1"]),
        (
            "10.1.0.0/16, 192.168.7.9/32, 172.16.0.1/12",
            &[
                "10.1.255.255",
                "192.168.7.9",
                "172.31.0.1",
                "[::ffff:10.1.2.3]",
            ],
            &[
                "10.2.0.0",
                "192.168.7.8",
                "172.32.0.1",
                "10.1.example.test",
                "[::1]",
            ],
        ),
        (
            "0.0.0.0/0, 10.0.0.0/33, 10.0.0.0/x, /8",
            &["10.0.0.1"],
            &["[fd00::1]"],
        ),
        (
            "::1, [fd00::2], [fd00::3]:8080, [fd00::4]:443",
            &["[::1]", "[0:0:0:0:0:0:0:1]:443", "[fd00::2]", "[fd00::3]"],
            &["[::2]", "[fd00::3]:443", "[fd00::4]"],
        ),
        (
            "fd00:1::/32",
            &["[fd00:1::1]", "[fd00:1:ffff::]"],
            &["[fd00:2::1]", "10.0.0.1", "fd00.test"],
        ),
    ];

    #[test]
    fn entries_are_read_as_curl_go_and_requests_read_them() {
        let listed = |list: &str, authority: &str| {
            let end = authority.rfind(']').unwrap_or(0);
            let (host, port) = match authority[end..].split_once(':') {
                Some((rest, port)) => (&authority[..end + rest.len()], port.parse().unwrap()),
                None => (authority, 8080),
            };
            is_listed(list, host, port)
        };
        for (list, named, others) in TABLE {
            for host in named {
                assert!(listed(list, host), "{list:?} names {host}");
            }
            for host in others {
                assert!(!listed(list, host), "{list:?} does not name {host}");
            }
        }
    }
}
