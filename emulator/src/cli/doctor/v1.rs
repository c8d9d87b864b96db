//! The older service: client id and key pair, and whether it accepts our tokens.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::rand;
use aws_lc_rs::signature::EcdsaKeyPair;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use super::connection::{Route, Stream};
use super::exchange::{Answer, Service, clock, later};
use super::report::{Problem, Report};
use super::{address, keys, settings};

const PUBLIC_SERVICE: &str = "https://directweb.usw1.loginid.io";

/// Checks the configuration, and the service with it.
pub async fn check(report: &mut Report, public_key: Option<&Path>) {
    let client_id = report.check("client id", client_id());
    let key = check_keys(report, public_key);
    check_service(report, client_id, key.as_ref()).await;
}

fn client_id() -> Result<(String, String), Problem> {
    let advice = "set LOGINID_CLIENT_ID to the client id that the dashboard shows";
    let client_id = settings::text("client_id")
        .ok_or_else(|| Problem::new("LOGINID_CLIENT_ID is not set", advice))?;
    if client_id.bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok((client_id.clone(), client_id))
    } else {
        Err(Problem::new(
            "LOGINID_CLIENT_ID has blanks or characters beyond ASCII",
            advice,
        ))
    }
}

fn check_keys(report: &mut Report, public_key: Option<&Path>) -> Option<EcdsaKeyPair> {
    let key = match keys::private_key() {
        Ok(Some((key, found))) => {
            report.ok("private key", &found);
            key
        }
        Ok(None) if settings::boolean("management") => {
            report.problem(
                "private key",
                &Problem::new(
                    "none, and LOGINID_MANAGEMENT asks for one",
                    "set LOGINID_PRIVATE_KEY or LOGINID_PRIVATE_KEY_FILE",
                ),
            );
            return None;
        }
        Ok(None) => {
            report.note(
                "private key",
                "none: enough for a public application only; set LOGINID_PRIVATE_KEY_FILE if yours has a key",
            );
            if !matches!(keys::public_key(public_key), Ok(None)) {
                report.problem(
                    "public key",
                    &Problem::new(
                        "one is given, and no private key to compare it with",
                        "set LOGINID_PRIVATE_KEY or LOGINID_PRIVATE_KEY_FILE",
                    ),
                );
            }
            return None;
        }
        Err(problem) => {
            report.problem("private key", &problem);
            return None;
        }
    };
    match keys::public_key(public_key) {
        Ok(None) => {}
        Ok(Some(text)) => {
            report.check("public key", keys::compare(&key, &text));
        }
        Err(problem) => report.problem("public key", &problem),
    }
    Some(key)
}

fn base_url() -> Result<(address::Address, String), Problem> {
    let (text, origin) = match settings::text("base_url") {
        Some(text) => (text, ""),
        None => (
            PUBLIC_SERVICE.to_owned(),
            ", the public service, since LOGINID_BASE_URL is not set",
        ),
    };
    let address = address::base_url("LOGINID_BASE_URL", &text, PUBLIC_SERVICE)?;
    Ok((address, format!("{text}{origin}")))
}

/// Each check needs the results of those before it; the first failure ends them.
async fn check_service(
    report: &mut Report,
    client_id: Option<String>,
    key: Option<&EcdsaKeyPair>,
) -> Option<()> {
    let address = report.check("base URL", base_url())?;
    let route = Route::from_settings(report, &address)?;
    let service = Service {
        address: &address,
        limit: settings::milliseconds("request_timeout_ms", 20_000),
        client_id: Some(client_id.as_deref().unwrap_or("unknown")),
    };
    let stream = route.connect(report).await?;
    let answer = match service
        .send(stream, "GET", "/certs", None, String::new())
        .await
    {
        Ok(answer) => answer,
        Err(problem) => {
            report.problem("service", &problem);
            return None;
        }
    };
    clock(report, &answer);
    report.check("service", check_key(&answer))?;
    let (client_id, key) = (client_id.as_deref()?, key?);
    report.again = true;
    let stream = route.connect(report).await;
    report.again = false;
    let answer = unknown_user(&service, stream?, client_id, key).await;
    report.check(
        "service token",
        answer.and_then(|answer| check_token(&answer, client_id)),
    )
}

/// Requests a user that does not exist, which changes nothing.
async fn unknown_user(
    service: &Service<'_>,
    stream: Stream,
    client_id: &str,
    key: &EcdsaKeyPair,
) -> Result<Answer, Problem> {
    let username = format!("{}@doctor.invalid", random_text());
    let token = token(key, client_id, &username).ok_or_else(|| {
        Problem::new(
            "no token could be signed",
            "check this machine's random generator",
        )
    })?;
    let body = json!({"username": username}).to_string();
    let authorization = Some(format!("Bearer {token}"));
    service
        .send(
            stream,
            "POST",
            "/manage/users/retrieve",
            authorization,
            body,
        )
        .await
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

/// Checks the answer to `GET /certs`.
fn check_key(answer: &Answer) -> Result<((), String), Problem> {
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

/// Checks the answer to the request with a token.
fn check_token(answer: &Answer, client_id: &str) -> Result<((), String), Problem> {
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
