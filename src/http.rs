//! One HTTP exchange: a request, and the reply to it or why there is none.
//!
//! ureq implements HTTP; `net` makes the connections, and `pool` keeps them. This module knows no
//! client, no operation and no configuration.

mod buffers;
mod connection;
mod connector;
mod current;
mod failure;
mod first_request;
mod observed;
mod pool;
mod retry_after;
mod transport;

use std::io::{Read, Write};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rustls::ClientConfig;
use ureq::http::{HeaderValue, Method, Request, Response, header};
use zeroize::Zeroizing;

use crate::budget::Budget;
use crate::codes::Code;
use crate::failpoint::failpoint;
use crate::net::Proxy;
use crate::wipe::reserve_bytes;
pub(crate) use buffers::MAX_LINE_BYTES;
use connector::{NoResolver, ServiceConnector};
pub(crate) use current::Stage;
pub(crate) use failure::{Cause, Failure};
pub(crate) use first_request::make_first_request;
pub(crate) use observed::{Observed, observing};
use pool::Pool;
pub(crate) use ureq::Agent;

/// The largest headers of an answer. They must fit into the buffer, which is larger.
const MAX_HEADER_BYTES: usize = 15 * 1024;

/// A new agent, without connections.
pub(crate) fn agent(
    connect_timeout: Duration,
    tls: Option<Arc<ClientConfig>>,
    proxy: Option<Arc<Proxy>>,
) -> Agent {
    let settings = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        // Keeps ureq from reading the environment: the connector has the proxy.
        .proxy(None)
        .max_response_header_size(MAX_HEADER_BYTES)
        .build();
    let connector = ServiceConnector {
        tls,
        proxy,
        timeout: connect_timeout,
        pool: Arc::new(Pool::new()),
    };
    Agent::with_parts(settings, connector, NoResolver)
}

/// A complete answer, whatever its status.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) body: Zeroizing<Vec<u8>>,
    /// Whether its headers say that it has a body. A 204 has none in any case.
    pub(crate) announces_body: bool,
    /// How far the request got: [`Stage::Sent`], unless the peer answered before that.
    pub(crate) stage: Stage,
}

/// Sends a request and reads the answer, whose body may have up to `max_body` bytes.
/// Redirects, content encodings and protocol switches are failures: none was requested.
pub(crate) fn exchange(
    agent: &Agent,
    request: Request<Option<&str>>,
    max_body: u64,
    budget: &Budget,
) -> Result<Reply, Failure> {
    let current = current::begin(budget.clone());
    let failed = |status, cause| Failure {
        cause,
        stage: current.stage(),
        status,
    };
    let mut response = send(agent, request).map_err(|error| failed(None, error.into()))?;
    failpoint!(HeadRead);
    let status = response.status().as_u16();
    observed::answer(response.headers());
    if let Some(cause) = unexpected(&response) {
        return Err(failed(Some(status), cause));
    }
    let retry_after = retry_after(&response);
    let announces_body = announces_body(&response);
    let body = read_body(response.body_mut(), max_body)
        .map_err(|error| failed(Some(status), error.into()))?;
    failpoint!(Answered);
    Ok(Reply {
        status,
        retry_after,
        body,
        announces_body,
        stage: current.stage(),
    })
}

fn send(
    agent: &Agent,
    request: Request<Option<&str>>,
) -> Result<Response<ureq::Body>, ureq::Error> {
    let (mut head, body) = request.into_parts();
    if body.is_none() && matches!(head.method, Method::GET | Method::DELETE) {
        return agent.run(Request::from_parts(head, ()));
    }
    // An empty body has a length of 0; for no body at all, ureq would send chunks.
    let body = body.unwrap_or_default();
    // ureq would set it too, with more allocations.
    head.headers
        .insert(header::CONTENT_LENGTH, decimal(body.len())?);
    agent.run(Request::from_parts(head, body))
}

/// A number as the value of a header.
fn decimal(number: usize) -> Result<HeaderValue, ureq::Error> {
    let mut digits = [0; 20];
    let mut free = &mut digits[..];
    write!(free, "{number}")?;
    let used = 20 - free.len();
    HeaderValue::from_bytes(digits.get(..used).unwrap_or_default())
        .map_err(|error| ureq::Error::Other(Box::new(error)))
}

/// How much memory is reserved for a body at first, at most: a length in its headers proves
/// nothing.
const MAX_FIRST_PART: usize = 16 * 1024;

/// Reads a body of up to `max` bytes. No copy of it stays in freed memory.
fn read_body(body: &mut ureq::Body, max: u64) -> Result<Zeroizing<Vec<u8>>, ureq::Error> {
    // One more for the end of the text in C, or to see that the body ends here.
    let announced = body.content_length().unwrap_or(4 * 1024);
    let first = usize::try_from(announced).map_or(MAX_FIRST_PART, |size| size.min(MAX_FIRST_PART));
    let mut bytes = Zeroizing::new(Vec::with_capacity(first + 1));
    // Not with ureq's limit: it refuses a body of exactly that size.
    let mut reader = body.with_config().reader();
    let mut length = 0;
    loop {
        if length == bytes.capacity() {
            reserve_bytes(&mut bytes, 1);
        }
        let capacity = bytes.capacity();
        bytes.resize(capacity, 0);
        let free = bytes.get_mut(length..).unwrap_or_default();
        let received = reader.read(free)?;
        length += received;
        if length as u64 > max {
            return Err(ureq::Error::BodyExceedsLimit(max));
        }
        if received == 0 {
            bytes.truncate(length);
            return Ok(bytes);
        }
    }
}

/// Why an answer cannot be used, whatever its body.
fn unexpected<B>(response: &Response<B>) -> Option<Cause> {
    let (code, why) = if response.status().is_redirection() {
        (
            Code::UnexpectedRedirect,
            "it answered with a redirect, and redirects are never followed: check base_url",
        )
    } else if response.status().is_informational() {
        (
            Code::InvalidResponse,
            "it switched the protocol, which was not requested",
        )
    } else if is_encoded(response) {
        (
            Code::UnexpectedEncoding,
            "it compressed its answer, which was not requested",
        )
    } else {
        return None;
    };
    Some(Cause::answer(code, why))
}

/// Whether the body has a content encoding other than `identity`.
fn is_encoded<B>(response: &Response<B>) -> bool {
    let values = response.headers().get_all(header::CONTENT_ENCODING);
    let codings = values
        .iter()
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
    codings
        .map(<[u8]>::trim_ascii)
        .any(|coding| !coding.is_empty() && !coding.eq_ignore_ascii_case(b"identity"))
}

fn announces_body<B>(response: &Response<B>) -> bool {
    let headers = response.headers();
    let length = headers.get(header::CONTENT_LENGTH);
    length.is_some_and(|length| length != "0") || headers.contains_key(header::TRANSFER_ENCODING)
}

fn retry_after<B>(response: &Response<B>) -> Option<Duration> {
    let value = response.headers().get(header::RETRY_AFTER)?;
    retry_after::parse(value.to_str().ok()?, SystemTime::now())
}
