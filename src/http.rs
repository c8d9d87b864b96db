//! One HTTP exchange: a request, and the reply to it or why there is none.
//!
//! ureq implements HTTP and the connection pool; `net` makes the connections. This module
//! knows no client, no operation and no configuration.

mod buffers;
mod connector;
mod current;
mod failure;
mod first_request;
mod observed;
mod retry_after;
mod transport;

use std::io::Read;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rustls::ClientConfig;
use ureq::http::{Method, Request, Response, header};
use zeroize::{Zeroize, Zeroizing};

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
pub(crate) use ureq::Agent;

/// How many idle connections an agent keeps, and for how long. Load balancers usually
/// close idle connections after a minute; closing them earlier avoids most stale ones.
const IDLE_CONNECTIONS: usize = 64;
const IDLE_AGE: Duration = Duration::from_secs(30);

/// The largest headers of an answer. They must fit into the buffer, which is larger.
const MAX_HEADER_BYTES: usize = 15 * 1024;

/// A new agent, without connections.
pub(crate) fn agent(
    user_agent: &str,
    connect_timeout: Duration,
    tls: Option<Arc<ClientConfig>>,
    proxy: Option<Arc<Proxy>>,
) -> Agent {
    let settings = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .user_agent(user_agent)
        // Keeps ureq from reading the environment: the connector has the proxy.
        .proxy(None)
        .timeout_connect(Some(connect_timeout))
        .max_response_header_size(MAX_HEADER_BYTES)
        .max_idle_connections(IDLE_CONNECTIONS)
        .max_idle_connections_per_host(IDLE_CONNECTIONS)
        .max_idle_age(IDLE_AGE)
        .build();
    Agent::with_parts(settings, ServiceConnector { tls, proxy }, NoResolver)
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
    let current = current::begin(budget.cancels.clone());
    let failed = |status, cause| Failure {
        cause,
        stage: current.stage(),
        status,
    };
    let mut response = send(agent, request, budget).map_err(|error| failed(None, error.into()))?;
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
    budget: &Budget,
) -> Result<Response<ureq::Body>, ureq::Error> {
    let (head, body) = request.into_parts();
    match body {
        None if head.method == Method::GET || head.method == Method::DELETE => {
            run(agent, Request::from_parts(head, ()), budget)
        }
        // An empty body has a length of 0; for no body at all, ureq would send chunks.
        body => run(
            agent,
            Request::from_parts(head, body.unwrap_or_default()),
            budget,
        ),
    }
}

fn run<B: ureq::AsSendBody>(
    agent: &Agent,
    request: Request<B>,
    budget: &Budget,
) -> Result<Response<ureq::Body>, ureq::Error> {
    let request = agent
        .configure_request(request)
        .timeout_global(Some(budget.left()))
        .build();
    agent.run(request)
}

/// Reads a body of up to `max` bytes. No copy of it stays in freed memory.
fn read_body(body: &mut ureq::Body, max: u64) -> Result<Zeroizing<Vec<u8>>, ureq::Error> {
    // Not with ureq's limit: it refuses a body of exactly that size.
    let mut reader = body.with_config().reader();
    let mut bytes = Zeroizing::new(Vec::new());
    let mut part = [0; 4 * 1024];
    loop {
        let length = reader.read(&mut part)?;
        if length == 0 {
            return Ok(bytes);
        }
        let received = &mut part[..length];
        let fits = (bytes.len() + length) as u64 <= max;
        if fits {
            reserve_bytes(&mut bytes, length);
            bytes.extend_from_slice(received);
        }
        // Not the whole part at the end: most answers are far shorter.
        received.zeroize();
        if !fits {
            return Err(ureq::Error::BodyExceedsLimit(max));
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
