//! Checks the service: its clock, its key, and whether it accepts our tokens.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_lc_rs::rand;
use aws_lc_rs::signature::EcdsaKeyPair;
use axum::body::{Body, to_bytes};
use axum::http::{Request, header};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hyper::client::conn::http1::handshake;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::address::Address;
use super::connection::Stream;
use super::keys;
use super::report::{Problem, Report};

/// The largest answer that is read.
const MAX_ANSWER: usize = 1 << 20;

/// The smallest difference that counts: `Date` has whole seconds, and the answer takes time.
const LEAST_LEEWAY: Duration = Duration::from_secs(2);

/// An answer of the service.
pub struct Answer {
    status: u16,
    date: Option<SystemTime>,
    body: String,
    /// When it arrived, by this machine's clock.
    received: SystemTime,
}

impl Answer {
    /// The error code of the service. Nothing else of an answer is printed: it may repeat what was sent.
    fn code(&self) -> String {
        let body: Value = serde_json::from_str(&self.body).unwrap_or_default();
        let code = body["code"].as_str().unwrap_or_default();
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if code.len() <= 64 && code.bytes().all(plain) {
            code.to_owned()
        } else {
            String::new()
        }
    }
}

/// The calling application.
pub struct Caller<'a> {
    pub client_id: &'a str,
    pub address: &'a Address,
    pub limit: Duration,
}

impl Caller<'_> {
    /// One request on a connection of its own.
    async fn send(
        &self,
        stream: Stream,
        method: &str,
        path: &str,
        token: Option<String>,
        body: String,
    ) -> Result<Answer, Problem> {
        let silent = |why: String| {
            Problem::new(
                format!("no answer to {method} {path}: {why}"),
                "check that LOGINID_BASE_URL is the service's, with http or https as it speaks",
            )
        };
        let exchange = async {
            let (mut sender, connection) = handshake::<_, Body>(TokioIo::new(stream)).await?;
            // It ends with the request, which reports its errors.
            tokio::spawn(connection);
            sender
                .send_request(self.request(method, path, token, body))
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
        token: Option<String>,
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
            )
            .header("x-client-id", self.client_id);
        if let Some(token) = token {
            builder = builder.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        builder
            .body(Body::from(body))
            .expect("all parts have been checked")
    }

    /// Requests the service's public key.
    pub async fn certs(&self, stream: Stream) -> Result<Answer, Problem> {
        self.send(stream, "GET", "/certs", None, String::new())
            .await
    }

    /// Requests a user that does not exist, which changes nothing.
    pub async fn unknown_user(
        &self,
        stream: Stream,
        key: &EcdsaKeyPair,
    ) -> Result<Answer, Problem> {
        let username = format!("{}@doctor.invalid", random_text());
        let token = token(key, self.client_id, &username).ok_or_else(|| {
            Problem::new(
                "no token could be signed",
                "check this machine's random generator",
            )
        })?;
        let body = json!({"username": username}).to_string();
        self.send(stream, "POST", "/manage/users/retrieve", Some(token), body)
            .await
    }
}

fn random_text() -> String {
    let mut bytes = [0; 16];
    rand::fill(&mut bytes).expect("the system's random generator works");
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A service token for `users.retrieve`.
fn token(key: &EcdsaKeyPair, client_id: &str, username: &str) -> Option<String> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs();
    let claims = json!({
        "client_id": client_id, "type": "users.retrieve", "scope": "users.retrieve",
        "nonce": random_text(), "iat": now, "username": username,
    });
    let parts = [json!({"alg": "ES256", "typ": "JWT"}), claims];
    let message = parts
        .map(|part| URL_SAFE_NO_PAD.encode(part.to_string()))
        .join(".");
    let signature = keys::sign(key, &message)?;
    Some(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

/// Compares this machine's clock with the service's.
pub fn clock(report: &mut Report, answer: &Answer, leeway: Duration) {
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

/// Checks the answer to `GET /certs`.
pub fn check_key(answer: &Answer) -> Result<((), String), Problem> {
    let not_the_service = |found: String| {
        Problem::new(
            found,
            "check host and path of LOGINID_BASE_URL: it is not that of a LoginID service",
        )
    };
    match answer.status {
        200 if answer.body.contains("-----BEGIN PUBLIC KEY-----") => {
            Ok(((), "the service gives its public key".to_owned()))
        }
        200 => Err(not_the_service(
            "GET /certs answered something else than a public key".to_owned(),
        )),
        300..400 => Err(not_the_service(format!(
            "GET /certs is redirected ({}), and the library follows none",
            answer.status
        ))),
        429 | 500.. => Err(later(answer)),
        status => Err(not_the_service(format!(
            "GET /certs was refused ({status})"
        ))),
    }
}

fn later(answer: &Answer) -> Problem {
    Problem::new(
        format!(
            "the service cannot answer now ({} {})",
            answer.status,
            answer.code()
        ),
        "try again later",
    )
}

/// Checks the answer to the request with a token.
pub fn check_token(answer: &Answer, client_id: &str) -> Result<((), String), Problem> {
    let code = answer.code();
    let accepted = |how: &str| Ok(((), format!("accepted{how}")));
    match answer.status {
        200..300 => accepted(""),
        404 if code == "user_not_found" => accepted(""),
        403 => accepted(", but the application may not manage users (403)"),
        401 => Err(Problem::new(
            format!("refused (401 {code}): key and client id do not belong together"),
            format!(
                "give the application {client_id} the public key of this private key on the dashboard, \
                 or correct LOGINID_CLIENT_ID; a wrong clock has the same effect"
            ),
        )),
        429 | 500.. => Err(later(answer)),
        status => Err(Problem::new(
            format!("an unexpected answer ({status} {code})"),
            "check host and path of LOGINID_BASE_URL",
        )),
    }
}
