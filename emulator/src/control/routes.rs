//! [`Control`] over HTTP.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{FromRef, Path, RawQuery, State as Shared};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{ApplicationOrder, Control, PREFIX, TokenOrder};
use crate::error::ServiceError;
use crate::fault::Fault;
use crate::service::json_response;
use crate::state::State;
use crate::state::credential::CredentialType;
use crate::state::user::Contact;

impl FromRef<Arc<State>> for Control {
    fn from_ref(state: &Arc<State>) -> Self {
        Self::new(Arc::clone(state))
    }
}

/// An answer of the tester's side.
struct Shown(Value);

impl IntoResponse for Shown {
    fn into_response(self) -> Response {
        json_response(StatusCode::OK, &self.0)
    }
}

type Reply = Result<Shown, ServiceError>;
type Tester = Shared<Control>;

/// The routes, under their prefix.
pub fn router() -> Router<Arc<State>> {
    Router::new()
        .nest(PREFIX, table())
        .route(&format!("{PREFIX}/"), get(info))
}

fn table() -> Router<Arc<State>> {
    Router::new()
        .route("/", get(info))
        .route("/reset", post(reset))
        .route("/applications", post(add_application))
        .route("/clock", post(move_clock))
        .route("/keys/rotate", post(rotate_keys))
        .route("/users/{username}/credentials", post(add_credential))
        .route("/users/{username}/contacts", post(add_contact))
        .route("/users/{username}/login", post(login))
        .route("/users/{username}/sign-assertion", post(sign_assertion))
        .route("/origins", post(add_origin))
        .route(
            "/doc-scans/{credential_uuid}",
            get(doc_scan).post(decide_doc_scan),
        )
        .route("/tx/{id}", get(transaction))
        .route("/tx/{id}/confirm", post(confirm))
        .route("/tokens", post(sign_token))
        .route(
            "/requests",
            get(requests).put(set_recording).delete(clear_requests),
        )
        .route("/faults", get(faults).post(inject).delete(clear_faults))
}

/// Reads a body of the tester's; an empty one means that nothing was given.
fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, ServiceError> {
    let body: &[u8] = if body.is_empty() { b"{}" } else { body };
    serde_json::from_slice(body).map_err(|error| ServiceError::bad_request(error.to_string()))
}

fn show(value: impl Serialize) -> Reply {
    serde_json::to_value(value)
        .map(Shown)
        .map_err(|error| ServiceError::bad_request(error.to_string()))
}

async fn info(Shared(control): Tester) -> Reply {
    show(control.info())
}

async fn reset(Shared(control): Tester) -> Reply {
    control.reset();
    show(json!({}))
}

async fn add_application(Shared(control): Tester, body: Bytes) -> Reply {
    let order: ApplicationOrder = read(&body)?;
    show(control.add_application(order)?)
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum ClockMove {
    AdvanceS(f64),
    Now(i64),
}

async fn move_clock(Shared(control): Tester, body: Bytes) -> Reply {
    match read(&body)? {
        ClockMove::Now(now) => control.set_clock(now)?,
        ClockMove::AdvanceS(by) if (0.0..1e9).contains(&by) => {
            control.advance_clock(Duration::from_secs_f64(by))
        }
        ClockMove::AdvanceS(_) => {
            return Err(ServiceError::bad_request(
                "advance_s must be from 0 to a thousand million",
            ));
        }
    }
    show(json!({"now": control.now()}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rotation {
    #[serde(default)]
    retire: bool,
}

async fn rotate_keys(Shared(control): Tester, body: Bytes) -> Reply {
    let kid = match read(&body)? {
        Rotation { retire: true } => control.rotate_and_retire_keys(),
        Rotation { retire: false } => control.rotate_keys(),
    };
    show(json!({"kid": kid}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewCredential {
    #[serde(rename = "type")]
    kind: CredentialType,
    #[serde(default)]
    name: String,
}

async fn add_credential(
    Shared(control): Tester,
    Path(username): Path<String>,
    body: Bytes,
) -> Reply {
    let NewCredential { kind, name } = read(&body)?;
    show(control.add_credential(&username, kind, &name)?)
}

async fn add_contact(Shared(control): Tester, Path(username): Path<String>, body: Bytes) -> Reply {
    let contact: Contact = read(&body)?;
    show(control.add_contact(&username, contact)?)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Login {
    client_id: Option<String>,
}

async fn login(Shared(control): Tester, Path(username): Path<String>, body: Bytes) -> Reply {
    let Login { client_id } = read(&body)?;
    show(control.login_to(
        &username,
        client_id.as_deref().unwrap_or(control.client_id()),
    )?)
}

/// Two answers as they came: that of whoever made the key pair, and that of the log-in's init.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AssertionOrder {
    key_pair: PrivateKey,
    challenge: Challenge,
}

#[derive(Deserialize)]
struct PrivateKey {
    private_key: String,
}

#[derive(Deserialize)]
struct Challenge {
    challenge_id: String,
    server_nonce: String,
}

async fn sign_assertion(
    Shared(control): Tester,
    Path(username): Path<String>,
    body: Bytes,
) -> Reply {
    let AssertionOrder {
        key_pair,
        challenge,
    } = read(&body)?;
    let assertion = control.sign_assertion(
        &username,
        &key_pair.private_key,
        &challenge.challenge_id,
        &challenge.server_nonce,
    )?;
    show(json!({"assertion": assertion}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Origin {
    origin: String,
}

async fn add_origin(Shared(control): Tester, body: Bytes) -> Reply {
    let Origin { origin } = read(&body)?;
    control.add_origin(&origin);
    show(json!({"origin": origin}))
}

async fn doc_scan(Shared(control): Tester, Path(credential_uuid): Path<String>) -> Reply {
    show(control.doc_scan(&credential_uuid)?)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Decision {
    passed: bool,
}

async fn decide_doc_scan(
    Shared(control): Tester,
    Path(credential_uuid): Path<String>,
    body: Bytes,
) -> Reply {
    let Decision { passed } = read(&body)?;
    show(control.decide_doc_scan(&credential_uuid, passed)?)
}

async fn transaction(Shared(control): Tester, Path(id): Path<String>) -> Reply {
    show(control.transaction(&id)?)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Confirmation {
    username: Option<String>,
}

async fn confirm(Shared(control): Tester, Path(id): Path<String>, body: Bytes) -> Reply {
    let Confirmation { username } = read(&body)?;
    show(json!({"jwt": control.confirm(&id, username.as_deref())?}))
}

async fn sign_token(Shared(control): Tester, body: Bytes) -> Reply {
    let (header, claims) = read::<TokenOrder>(&body)?.parts()?;
    show(json!({"token": control.sign_token(header, claims)}))
}

async fn requests(Shared(control): Tester, RawQuery(query): RawQuery) -> Reply {
    let query = query.unwrap_or_default();
    let path = form_urlencoded::parse(query.as_bytes())
        .find(|(name, _)| name == "path")
        .map(|(_, path)| path);
    let mut requests = control.requests();
    requests.retain(|request| path.as_ref().is_none_or(|path| request.path == *path));
    show(json!({"count": control.request_count(), "requests": requests}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Recording {
    recording: bool,
}

async fn set_recording(Shared(control): Tester, body: Bytes) -> Reply {
    let Recording { recording } = read(&body)?;
    control.set_recording(recording);
    show(json!({"recording": recording}))
}

async fn clear_requests(Shared(control): Tester) -> Reply {
    control.clear_requests();
    show(json!({}))
}

async fn faults(Shared(control): Tester) -> Reply {
    show(json!({"faults": control.faults()}))
}

async fn inject(Shared(control): Tester, body: Bytes) -> Reply {
    let fault: Fault = read(&body)?;
    control.inject(fault);
    show(json!({}))
}

async fn clear_faults(Shared(control): Tester) -> Reply {
    control.clear_faults();
    show(json!({}))
}
