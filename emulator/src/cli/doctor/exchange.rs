//! One request to the service, its answer, and the clock that the answer shows.

use std::time::{Duration, SystemTime};

use axum::body::{Body, to_bytes};
use axum::http::{Request, header};
use hyper::client::conn::http1::handshake;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::time::timeout;

use super::address::Address;
use super::connection::Stream;
use super::report::{Problem, Report};
use super::settings;

/// The largest answer that is read.
const MAX_ANSWER: usize = 1 << 20;

/// The smallest difference that counts: `Date` has whole seconds, and the answer takes time.
const LEAST_LEEWAY: Duration = Duration::from_secs(2);

/// An answer of the service.
pub struct Answer {
    pub status: u16,
    date: Option<SystemTime>,
    pub body: String,
    /// When it arrived, by this machine's clock.
    received: SystemTime,
}

impl Answer {
    /// The error code of the service. Nothing else of an answer is printed: it may repeat what was sent.
    pub fn code(&self) -> String {
        let body: Value = serde_json::from_str(&self.body).unwrap_or_default();
        let code = body["code"].as_str().or(body["msgCode"].as_str());
        let code = code.unwrap_or_default();
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if code.len() <= 64 && code.bytes().all(plain) {
            code.to_owned()
        } else {
            String::new()
        }
    }
}

/// The service, and how long it may take to answer.
pub struct Service<'a> {
    pub address: &'a Address,
    pub limit: Duration,
    /// The header that names the application, for the older service.
    pub client_id: Option<&'a str>,
}

impl Service<'_> {
    /// One request on a connection of its own.
    pub async fn send(
        &self,
        stream: Stream,
        method: &str,
        path: &str,
        authorization: Option<String>,
        body: String,
    ) -> Result<Answer, Problem> {
        let silent = |why: String| {
            Problem::new(
                format!("no answer to {method} {path}: {why}"),
                format!(
                    "check that {} is the service's, with http or https as it speaks",
                    self.address.host.variable
                ),
            )
        };
        let exchange = async {
            let (mut sender, connection) = handshake::<_, Body>(TokioIo::new(stream)).await?;
            // It ends with the request, which reports its errors.
            tokio::spawn(connection);
            sender
                .send_request(self.request(method, path, authorization, body))
                .await
        };
        let answer = timeout(self.limit, exchange)
            .await
            .map_err(|_| silent(format!("nothing came within {} ms", self.limit.as_millis())))?
            .map_err(|error| silent(error.to_string()))?;
        let received = SystemTime::now();
        let (head, body) = answer.into_parts();
        let body = timeout(self.limit, to_bytes(Body::new(body), MAX_ANSWER))
            .await
            .map_err(|_| silent("it never ends".to_owned()))?
            .map_err(|error| silent(error.to_string()))?;
        let date = head
            .headers
            .get(header::DATE)
            .and_then(|date| date.to_str().ok());
        Ok(Answer {
            status: head.status.as_u16(),
            date: date.and_then(|date| httpdate::parse_http_date(date).ok()),
            body: String::from_utf8_lossy(&body).into_owned(),
            received,
        })
    }

    fn request(
        &self,
        method: &str,
        path: &str,
        authorization: Option<String>,
        body: String,
    ) -> Request<Body> {
        let mut builder = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.address.prefix))
            .header(header::HOST, self.address.host.authority())
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "application/json")
            .header(
                header::USER_AGENT,
                concat!("loginid-emulator-doctor/", env!("CARGO_PKG_VERSION")),
            );
        if let Some(client_id) = self.client_id {
            builder = builder.header("x-client-id", client_id);
        }
        if let Some(authorization) = authorization {
            builder = builder.header(header::AUTHORIZATION, authorization);
        }
        builder
            .body(Body::from(body))
            .expect("all parts have been checked")
    }
}

/// Compares this machine's clock with the service's.
pub fn clock(report: &mut Report, answer: &Answer) {
    let leeway = Duration::from_secs(settings::integer("leeway_s", 60));
    let Some(date) = answer.date else {
        report.note("clock", "not checked: the service sent no Date");
        return;
    };
    let (skew, direction) = match answer.received.duration_since(date) {
        Ok(ahead) => (ahead, "ahead of"),
        Err(error) => (error.duration(), "behind"),
    };
    let found = if skew <= LEAST_LEEWAY {
        "as the service's".to_owned()
    } else {
        format!("{} s {direction} the service's", skew.as_secs())
    };
    if skew <= leeway.max(LEAST_LEEWAY) {
        report.ok("clock", &found);
    } else {
        report.problem(
            "clock",
            &Problem::new(
                found,
                "set this machine's clock, as with 'timedatectl set-ntp true': tokens are refused otherwise",
            ),
        );
    }
}

/// The problem of a service that cannot answer now.
pub fn later(answer: &Answer) -> Problem {
    Problem::new(
        format!(
            "the service cannot answer now ({} {})",
            answer.status,
            answer.code()
        ),
        "try again later",
    )
}
