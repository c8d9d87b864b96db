//! Headers that the program adds to each request.

use ureq::http::{HeaderName, HeaderValue};

use crate::json;

/// A name and a value that a request can carry.
pub(crate) type Header = (HeaderName, HeaderValue);

/// Headers that this library sets, and a program cannot.
const OWN_HEADERS: [&str; 12] = [
    "authorization",
    "content-type",
    "content-length",
    "accept",
    "accept-encoding",
    "x-client-id",
    "user-agent",
    "request-id",
    "host",
    "connection",
    "transfer-encoding",
    "expect",
];

/// Reads a header and adds it to others, or says why it cannot be sent, without its value.
pub(crate) fn add_header(headers: &mut Vec<Header>, name: &str, value: &str) -> Result<(), String> {
    let header = read_header(name, value)?;
    // JSON tells "X-A" and "x-a" apart, HTTP does not: it would be sent twice.
    if headers.iter().any(|(other, _)| *other == header.0) {
        return Err(format!(
            "the header {} is given twice",
            json::shown_name(name)
        ));
    }
    headers.push(header);
    Ok(())
}

fn read_header(name: &str, value: &str) -> Result<Header, String> {
    let invalid = |why: &str| format!("the header {} {why}", json::shown_name(name));
    let header: HeaderName = name
        .parse()
        .map_err(|_| invalid("is not a valid header name"))?;
    if OWN_HEADERS.contains(&header.as_str()) {
        return Err(invalid("is set by this library"));
    }
    let mut value: HeaderValue = value
        .parse()
        .map_err(|_| invalid("has a value with characters that a header cannot carry"))?;
    // Debug does not show it: it may be a secret.
    value.set_sensitive(true);
    Ok((header, value))
}
