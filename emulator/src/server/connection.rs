//! One connection: HTTP/1.1, or raw bytes once a fault takes it over.

use std::convert::Infallible;
use std::future::poll_fn;
use std::io::{Write, stderr};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::json;
use tokio::io::AsyncWriteExt;
use tower::ServiceExt;

use super::cors;
use super::inject::{Reply, inject};
use super::request::{RequestBody, check_host};
use super::router::{refusal, wrong_method};
use super::script::Script;
use super::socket::Socket;
use super::summary::Summary;
use crate::console;
use crate::control::access::Access;
use crate::error::ServiceError;
use crate::json;
use crate::reserved::{CONTROL, HEALTH};
use crate::route::Operation;
use crate::state::State;
use crate::state::clock::http_date;
use crate::state::lock::lock;
use crate::v1::call::ResentToken;
use crate::v1::routes::without_prefix;

/// The error that stops the HTTP server when a fault takes over the connection.
#[derive(Debug)]
struct TakenOver;

impl std::fmt::Display for TakenOver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("taken over by a fault")
    }
}

impl std::error::Error for TakenOver {}

/// What all connections of an emulator share.
pub struct Service {
    pub state: Arc<State>,
    pub router: Router,
    pub access: Access,
    /// Whether a line for each request is written to standard error.
    pub log: bool,
}

/// Serves a connection until it ends.
pub async fn serve<S: Socket>(stream: S, service: Arc<Service>) {
    let script: Mutex<Option<Script>> = Mutex::new(None);
    let (shared, slot) = (&service, &script);
    let service = service_fn(|request| {
        Box::pin(async move {
            match answer(shared, request).await {
                Reply::Answer(response) => Ok(response),
                Reply::Script(bytes) => {
                    *lock(slot) = Some(bytes);
                    Err(TakenOver)
                }
            }
        })
    });
    let mut connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), service);
    // The result does not matter: the client left, broke the protocol, or a fault took over.
    let _ = poll_fn(|cx| connection.poll_without_shutdown(cx)).await;
    let mut stream = connection.into_parts().io.into_inner();
    let script = lock(&script).take();
    match script {
        Some(script) => script.play(stream).await,
        None => drop(stream.shutdown().await),
    }
}

/// Answers one request.
async fn answer(service: &Service, request: Request<Incoming>) -> Reply {
    let (head, body) = request.into_parts();
    let mut body = RequestBody::new(body);
    let mut summary = Summary::new(&head, service.state.clock.now());
    let is_control = head.uri.path().starts_with(CONTROL);
    let mut reply = match check_host(&head) {
        Err(error) => Reply::Answer(refusal(head.uri.path(), error)),
        Ok(()) if head.uri.path() == HEALTH => Reply::Answer(health(&head)),
        Ok(()) if is_control => Reply::Answer(control(service, head, &mut body).await),
        Ok(()) => serve_page_or_program(service, head, &mut body, &mut summary).await,
    };
    if let Reply::Answer(answer) = &mut reply {
        date(service, answer);
        if !body.is_read() {
            let close = HeaderValue::from_static("close");
            answer.headers_mut().insert(header::CONNECTION, close);
        }
        summary.answered(answer);
    }
    report(service, &summary, is_control);
    reply
}

/// Tells those who follow what happened.
fn report(service: &Service, summary: &Summary, is_control: bool) {
    let event = match is_control {
        true => summary.has_changed().then_some("control"),
        false => summary.number.map(|_| "request"),
    };
    if let (Some(name), Ok(data)) = (event, serde_json::to_string(summary)) {
        service.state.events.add(name, data);
    }
    if service.log {
        // If nobody reads the log any longer, the emulator goes on.
        let _ = writeln!(stderr(), "{summary}");
    }
}

/// Tells supervisors that the emulator answers. It is open to all, is not recorded, and no fault applies to it.
fn health(head: &Parts) -> Response {
    if head.method == Method::GET || head.method == Method::HEAD {
        return json::response(StatusCode::OK, &json!({"status": "ok"}));
    }
    wrong_method().into_response()
}

/// Answers a request to the service. Pages of allowed origins may read the answer.
async fn serve_page_or_program(
    service: &Service,
    head: Parts,
    body: &mut RequestBody,
    summary: &mut Summary,
) -> Reply {
    let page = cors::allowed_origin(&service.state, &head.headers);
    match cors::preflight(&head, page.as_ref()) {
        Some(Ok(answer)) => return Reply::Answer(answer),
        Some(Err(error)) => return Reply::Answer(refusal(head.uri.path(), error)),
        None => {}
    }
    let share = |answer: &mut Response| {
        if let Some(page) = &page {
            cors::share(answer, page);
        }
    };
    let mut reply = match body.read().await {
        Ok(body) => carry_out_or_inject(service, head, body, summary, share).await,
        Err(error) => Reply::Answer(refusal(head.uri.path(), error)),
    };
    if let Reply::Answer(answer) = &mut reply {
        share(answer);
    }
    reply
}

/// Dates an answer by the emulator's clock, unless a fault has dated it.
fn date(service: &Service, answer: &mut Response) {
    let headers = answer.headers_mut();
    if !headers.contains_key(header::DATE) {
        let date = http_date(service.state.clock.now());
        headers.extend(HeaderValue::try_from(date).map(|date| (header::DATE, date)));
    }
}

/// Answers a request to the control API, or for a file of the console.
async fn control(service: &Service, head: Parts, body: &mut RequestBody) -> Response {
    let varies = console::varies(&head);
    let answer = page_or_call(service, head, body).await;
    let mut answer = answer.into_response();
    if varies {
        let accept = HeaderValue::from_static("Accept");
        answer.headers_mut().insert(header::VARY, accept);
    }
    answer
}

async fn page_or_call(
    service: &Service,
    head: Parts,
    body: &mut RequestBody,
) -> Result<Response, ServiceError> {
    if let Some(page) = console::answer(&head) {
        service.access.check_page(&head)?;
        return Ok(page);
    }
    service.access.check(&head)?;
    let body = body.read().await?;
    Ok(call(&service.router, head, body).await)
}

/// Answers a request to the service, with a fault if one applies.
async fn carry_out_or_inject(
    service: &Service,
    head: Parts,
    body: Bytes,
    summary: &mut Summary,
    share: impl Fn(&mut Response),
) -> Reply {
    let Service { state, router, .. } = service;
    let entry = state.recorder.begin(&head, &body, state.clock.now());
    summary.number = entry.as_ref().map(|entry| entry.number());
    let path = without_prefix(head.uri.path());
    let fault = state.faults().take(head.method.as_str(), path);
    let carry_out = async |summary: &mut Summary| {
        if let Some(entry) = &entry {
            entry.carried_out();
        }
        let mut response = call(router, head, body).await;
        // A fault may write this answer byte for byte.
        share(&mut response);
        summary.carried_out(&response);
        if let Some(entry) = &entry {
            entry.status(response.status().as_u16());
            if let Some(Operation(name)) = response.extensions().get() {
                entry.operation(name);
            }
            if let Some(error) = response.extensions().get::<ServiceError>() {
                entry.refused(error.clone());
            }
        }
        if response.extensions().get::<ResentToken>().is_some() {
            state.recorder.token_was_resent(entry.as_deref());
        }
        response
    };
    let reply = match fault {
        None => Reply::Answer(carry_out(summary).await),
        Some(fault) => {
            if let Some(entry) = &entry {
                entry.fault(fault.name());
            }
            summary.fault = Some(fault.name());
            let mut empty = Response::default();
            share(&mut empty);
            inject(fault, empty.headers(), async || carry_out(summary).await).await
        }
    };
    if let (Some(entry), Reply::Answer(response)) = (&entry, &reply) {
        entry.status(response.status().as_u16());
    }
    reply
}

async fn call(router: &Router, head: Parts, body: Bytes) -> Response {
    let answer: Result<Response, Infallible> = router
        .clone()
        .oneshot(Request::from_parts(head, Body::from(body)))
        .await;
    match answer {
        Ok(response) => response,
        Err(never) => match never {},
    }
}
