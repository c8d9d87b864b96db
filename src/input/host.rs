//! The hosts of URLs: IPv6 addresses in brackets, and names of this machine.

use std::net::IpAddr;

/// Whether a URL's host is this machine: a loopback name, 127.0.0.0/8 or ::1.
/// Plain http is allowed to it, and no proxy leads to it.
pub(crate) fn is_loopback(host: &str) -> bool {
    match without_brackets(host).parse::<IpAddr>() {
        Ok(ip) => ip.is_loopback(),
        Err(_) => is_loopback_name(host),
    }
}

/// `localhost` and `*.localhost`, with or without a trailing dot: names of this
/// machine that are never looked up in DNS (RFC 6761, section 6.3).
pub(crate) fn is_loopback_name(host: &str) -> bool {
    let mut labels = host.strip_suffix('.').unwrap_or(host).rsplit('.');
    labels
        .next()
        .is_some_and(|last| last.eq_ignore_ascii_case("localhost"))
        && labels.all(|label| !label.is_empty())
}

/// A host without the brackets that URLs put around IPv6 addresses.
pub(crate) fn without_brackets(host: &str) -> &str {
    let inner = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    inner.unwrap_or(host)
}
