//! The one place that sends: signs a token for each attempt, keeps to the
//! call's deadline, repeats what may be repeated, limits what comes back and
//! turns every failure into an [`Error`].

mod connect;
mod connector;
mod failure;
mod names;
mod outcome;
mod redact;
mod retry;
mod socket;
mod stream;
mod tls;
mod tls_error;
mod trust;
mod tunnel;
mod wait;

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use rustls::ClientConfig;
use ureq::Agent;
use ureq::http::{HeaderName, HeaderValue, Request, Response, header};
use zeroize::Zeroizing;

use crate::call::{Body, Call};
use crate::cancel::Cancel;
use crate::client::Client;
use crate::codes::Code;
use crate::config::{Config, private_key_required};
use crate::error::{Error, Result};
use crate::input::pem;
use crate::log::Attempt;
use crate::operation::{Answer, Authorization, Method};
use crate::random;
use crate::token::service;
use connector::{NoResolver, ServiceConnector, begin};
use outcome::{Failed, failed, internal, judged, refused, unexpected};
use redact::Secrets;
pub(crate) use trust::{after_fork, check_settings, client_config};
use wait::{Woken, sleep_until};

/// Idle connections kept for each client, and for how long: less than the
/// minute after which load balancers usually close them, so that few are found
/// closed just when they are needed.
const IDLE_CONNECTIONS: usize = 64;
const IDLE_AGE: Duration = Duration::from_secs(30);

/// The largest headers of an answer; less than the buffer they must fit in.
const MAX_HEADER_BYTES: usize = 15 * 1024;

/// The public key is small, whatever answers are allowed to be.
const MAX_KEY_BYTES: u64 = 64 * 1024;

/// How long what varies in a request's head may be: more than servers usually
/// take, and less than the buffer the whole head must fit in.
const MAX_HEAD_BYTES: usize = 14 * 1024;

/// Makes the HTTP agent of a process. One with a `cancel` serves a single call.
pub(crate) fn agent(
    config: &Config,
    tls: Option<Arc<ClientConfig>>,
    cancel: Option<Arc<Cancel>>,
) -> Agent {
    let connector = ServiceConnector {
        tls,
        cancel,
        proxy: config.proxy.clone(),
    };
    let settings = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .user_agent(config.user_agent.as_str())
        // ureq would read the environment; the connector knows the proxy.
        .proxy(None)
        .timeout_connect(Some(config.connect_timeout))
        .max_response_header_size(MAX_HEADER_BYTES)
        .max_idle_connections(IDLE_CONNECTIONS)
        .max_idle_connections_per_host(IDLE_CONNECTIONS)
        .max_idle_age(IDLE_AGE)
        .build();
    Agent::with_parts(settings, connector, NoResolver)
}

/// Carries a call out and has the answer to it judged: a body of a success (2xx),
/// which is UTF-8. Every error names the operation and the request.
pub(crate) fn execute<T>(
    client: &Client,
    mut call: Call<'_>,
    judge: impl Fn(String) -> Result<T>,
) -> Result<T> {
    let operation = call.operation;
    if operation.key_required && client.config().private_key.is_none() {
        return Err(private_key_required().with_operation(operation.name));
    }
    let request_id = random::uuid()?;
    let body = call.take_body();
    let result = match is_cancelled(&call) {
        true => Err(Error::cancelled()),
        false => attempts(client, &call, body.as_ref(), &request_id, judge),
    };
    result.map_err(|error| error.with_operation(operation.name))
}

fn attempts<T>(
    client: &Client,
    call: &Call<'_>,
    body: Option<&Body>,
    request_id: &str,
    judge: impl Fn(String) -> Result<T>,
) -> Result<T> {
    let config = client.config();
    let deadline = call.deadline_within(config.request_timeout);
    let process = client.process();
    let max_retries = call.max_retries.unwrap_or(config.max_retries);
    let own_agent = call
        .cancel
        .as_ref()
        .map(|cancel| agent(config, process.tls.clone(), Some(cancel.clone())));
    let agent = own_agent.as_ref().unwrap_or(&process.agent);
    let mut number = 1;
    loop {
        process.check()?;
        let started = Instant::now();
        let bearer = bearer(client, call)?;
        check_size(config, call, &bearer)?;
        let answered = attempt(agent, config, call, body, &bearer, request_id, deadline);
        let duration = started.elapsed();
        let http_status = match &answered {
            Ok((status, _)) => Some(*status),
            Err(failed) => failed.error.http_status(),
        };
        // Judged before it is logged, so that the event says what came of it.
        let outcome = answered
            .and_then(|(status, text)| judge(text).map_err(|error| judged(error, status)))
            .map_err(|failed| failed.named(config));
        let retry_in = match &outcome {
            Ok(_) => None,
            Err(failed) => pause(failed, call, number, max_retries, deadline)?,
        };
        client.logger.log(&Attempt {
            operation: call.operation,
            number,
            request_id,
            http_status,
            error: outcome.as_ref().err().and_then(Failed::of_this_attempt),
            duration,
            retry_in,
        });
        let failed = match outcome {
            Ok(result) => return Ok(result),
            Err(failed) => failed,
        };
        // A system that cannot even wait gets the error of the attempt.
        let woken = retry_in
            .and_then(|wait| sleep_until(Instant::now() + wait, call.cancel.as_deref()).ok());
        match woken {
            Some(woken) if woken == Woken::Cancelled || is_cancelled(call) => {
                return Err(Error::cancelled().with_request_id(request_id));
            }
            Some(_) => number += 1,
            None => {
                let retryable = failed.repeat.allows(call.operation);
                return Err(failed
                    .error
                    .with_request_id(request_id)
                    .with_retryable(retryable)
                    .with_retry_after(failed.retry_after));
            }
        }
    }
}

/// How long to wait before another attempt, `None` if there is to be none.
fn pause(
    failed: &Failed,
    call: &Call<'_>,
    number: u32,
    max_retries: u32,
    deadline: Instant,
) -> Result<Option<Duration>> {
    if number > max_retries || !failed.repeat.allows(call.operation) {
        return Ok(None);
    }
    let wait = match failed.retry_after {
        Some(wait) => wait,
        None => retry::backoff(number)?,
    };
    let left = deadline.saturating_duration_since(Instant::now());
    Ok((wait < left).then_some(wait))
}

fn is_cancelled(call: &Call<'_>) -> bool {
    let cancel = call.cancel.as_ref();
    cancel.is_some_and(|cancel| cancel.is_triggered())
}

/// Whether the head of the request is of a size that servers take.
fn check_size(config: &Config, call: &Call<'_>, bearer: &Option<Zeroizing<String>>) -> Result<()> {
    let bearer = bearer.as_ref().map_or(0, |bearer| bearer.len());
    let headers = config.headers.iter().map(|(_, value)| value.len());
    let fixed = config.client_id.len() + config.user_agent.len();
    let url = config.base_url.as_str().len() + call.path.len();
    match url + bearer + fixed + headers.sum::<usize>() > MAX_HEAD_BYTES {
        false => Ok(()),
        true => Err(Error::new(
            Code::RequestTooLarge,
            "username, user_id or the configured headers are too long for a request",
        )),
    }
}

/// A new bearer token: each is good for one attempt, since nonces are single
/// use. Without a key there is none, since applications may be public.
fn bearer(client: &Client, call: &Call<'_>) -> Result<Option<Zeroizing<String>>> {
    let config = client.config();
    let Some(key) = &config.private_key else {
        return Ok(None);
    };
    let token = match call.operation.authorization {
        Authorization::None => return Ok(None),
        Authorization::Scope(scope) => {
            service::service_token(key, &config.client_id, scope, call.subject, None)?
        }
        Authorization::Transaction => service::transaction_token(
            key,
            &config.client_id,
            call.tx_payload,
            call.subject.username,
            None,
        )?,
    };
    Ok(Some(Zeroizing::new(token)))
}

fn attempt(
    agent: &Agent,
    config: &Config,
    call: &Call<'_>,
    body: Option<&Body>,
    bearer: &Option<Zeroizing<String>>,
    request_id: &str,
    deadline: Instant,
) -> std::result::Result<(u16, String), Failed> {
    let left = deadline.saturating_duration_since(Instant::now());
    let limit = match call.operation.answer {
        Answer::Text => config.max_response_bytes.min(MAX_KEY_BYTES),
        _ => config.max_response_bytes,
    };
    begin();
    let mut response = send(agent, config, call, body, bearer, request_id, left)?;
    #[cfg(test)]
    crate::injected::pass(crate::injected::Point::HeadRead);
    let status = response.status().as_u16();
    let retry_after = retry_after(&response);
    if response.status().is_redirection() {
        return Err(unexpected(
            Code::UnexpectedRedirect,
            "it answered with a redirect, which is never followed: check base_url",
        )
        .with_status(status));
    }
    if response.status().is_informational() {
        return Err(unexpected(
            Code::InvalidResponse,
            "it changed the protocol without being asked to",
        )
        .with_status(status));
    }
    if is_encoded(&response) {
        return Err(unexpected(
            Code::UnexpectedEncoding,
            "it compressed its answer without being asked to",
        )
        .with_status(status));
    }
    let body_bytes = response
        .body_mut()
        .with_config()
        .limit(limit)
        .read_to_vec()
        .map_err(|error| failed(error, config).with_status(status))?;
    #[cfg(test)]
    crate::injected::pass(crate::injected::Point::Answered);
    if !response.status().is_success() {
        let bearer = bearer.as_deref().map(String::as_str);
        let secrets = Secrets::new(body, bearer, &config.headers);
        return Err(refused(status, &body_bytes, retry_after, &secrets, config));
    }
    let text = text(body_bytes, call.operation.answer).ok_or_else(|| {
        unexpected(Code::InvalidResponse, "its answer is not UTF-8").with_status(status)
    })?;
    Ok((status, text))
}

/// The text of an answer. Around the PEM of a key there may be any encoding.
fn text(bytes: Vec<u8>, answer: Answer) -> Option<String> {
    match String::from_utf8(bytes) {
        Ok(text) => Some(text),
        Err(error) if answer == Answer::Text && !pem::blocks(error.as_bytes()).is_empty() => {
            Some(pem::as_utf8(error.as_bytes()))
        }
        Err(_) => None,
    }
}

fn send(
    agent: &Agent,
    config: &Config,
    call: &Call<'_>,
    body: Option<&Body>,
    bearer: &Option<Zeroizing<String>>,
    request_id: &str,
    left: Duration,
) -> std::result::Result<Response<ureq::Body>, Failed> {
    let json = HeaderValue::from_static("application/json");
    let mut builder = Request::builder()
        .method(call.operation.method.as_str())
        .uri(config.base_url.join(&call.path))
        .header(header::CONTENT_TYPE, json.clone())
        .header(header::ACCEPT, json)
        .header(
            HeaderName::from_static("x-client-id"),
            config.client_id.as_str(),
        )
        .header(HeaderName::from_static("request-id"), request_id);
    if let Some(bearer) = bearer {
        let mut value = HeaderValue::from_str(&Zeroizing::new(format!("Bearer {}", **bearer)))
            .map_err(|_| internal("the bearer token is not a header value"))?;
        value.set_sensitive(true);
        builder = builder.header(header::AUTHORIZATION, value);
    }
    for (name, value) in &config.headers {
        builder = builder.header(name, value);
    }
    let invalid = |_| internal("the request could not be built");
    let answered = match (body, call.operation.method) {
        (None, Method::Get | Method::Delete) => {
            run(agent, builder.body(()).map_err(invalid)?, left)
        }
        (body, _) => {
            // None is content of length 0: without a length ureq would send chunks.
            let text = body.map_or("", |body| body.text.as_str());
            run(agent, builder.body(text).map_err(invalid)?, left)
        }
    };
    answered.map_err(|error| failed(error, config))
}

fn run<B: ureq::AsSendBody>(
    agent: &Agent,
    request: Request<B>,
    left: Duration,
) -> std::result::Result<Response<ureq::Body>, ureq::Error> {
    let request = agent
        .configure_request(request)
        .timeout_global(Some(left))
        .build();
    agent.run(request)
}

/// Whether a body is encoded in another way than `identity`, which is none.
fn is_encoded<B>(response: &Response<B>) -> bool {
    let values = response.headers().get_all(header::CONTENT_ENCODING);
    let codings = values
        .iter()
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
    codings
        .map(<[u8]>::trim_ascii)
        .any(|coding| !coding.is_empty() && !coding.eq_ignore_ascii_case(b"identity"))
}

fn retry_after<B>(response: &Response<B>) -> Option<Duration> {
    let value = response.headers().get(header::RETRY_AFTER)?;
    retry::retry_after(value.to_str().ok()?, SystemTime::now())
}
