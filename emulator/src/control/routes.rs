//! The control API over HTTP.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{RawQuery, State as Shared};
use axum::http::{HeaderValue, header};
use axum::response::IntoResponse;
use axum::routing::get;
use serde::Deserialize;
use serde_json::json;
use tokio::task::spawn_blocking;

use super::actions::Control;
use super::reply::{Reply, answer, parameter, read};
use super::tokens::NewToken;
use super::views::NewApplication;
use super::{applications, codes, environment, events, keys, token_check, transactions, users, v2};
use crate::error::ServiceError;
use crate::fault::Fault;
use crate::reserved::CONTROL;
use crate::route::{self, DELETE, GET, InPath, POST, PUT, Route};
use crate::state::State;
use crate::state::credential::CredentialType;
use crate::state::user::Contact;

/// The description of this API.
const OPENAPI: &str = include_str!("openapi.json");

/// All routes under their prefix.
pub fn router() -> Router<Arc<State>> {
    Router::new()
        .nest(CONTROL, route::router(table()))
        .route(&format!("{CONTROL}/"), get(info))
}

/// Every operation of the control API.
#[rustfmt::skip] // one row, one line: this is a table
fn table() -> Vec<Route> {
    let mut table = vec![
        Route::new("info", GET, "/", info),
        Route::new("environment", GET, "/environment", environment::show),
        Route::new("reset", POST, "/reset", reset),
        Route::new("export", GET, "/state", export),
        Route::new("import", PUT, "/state", import),
        Route::new("applications", GET, "/applications", applications::list),
        Route::new("add_application", POST, "/applications", add_application),
        Route::new("remove_application", DELETE, "/applications/{client_id}", applications::remove),
        Route::new("move_clock", POST, "/clock", move_clock),
        Route::new("keys", GET, "/keys", keys::list),
        Route::new("rotate_keys", POST, "/keys/rotate", rotate_keys),
        Route::new("retire_key", DELETE, "/keys/{kid}", keys::retire),
        Route::new("rp_id", GET, "/rp-id", rp_id),
        Route::new("set_rp_id", POST, "/rp-id", set_rp_id),
        Route::new("reset_rp_id", DELETE, "/rp-id", reset_rp_id),
        Route::new("origins", GET, "/origins", origins),
        Route::new("add_origin", POST, "/origins", add_origin),
        Route::new("remove_origin", DELETE, "/origins", remove_origin),
        Route::new("users", GET, "/users", users::list),
        Route::new("add_user", POST, "/users", users::add),
        Route::new("user", GET, "/users/{username}", users::show),
        Route::new("remove_user", DELETE, "/users/{username}", users::remove),
        Route::new("activate_user", POST, "/users/{username}/activate", users::activate),
        Route::new("deactivate_user", POST, "/users/{username}/deactivate", users::deactivate),
        Route::new("add_credential", POST, "/users/{username}/credentials", add_credential),
        Route::new("revoke_credential", DELETE, "/users/{username}/credentials/{uuid}", users::revoke_credential),
        Route::new("add_contact", POST, "/users/{username}/contacts", add_contact),
        Route::new("remove_contact", DELETE, "/users/{username}/contacts", users::remove_contact),
        Route::new("login", POST, "/users/{username}/login", login),
        Route::new("sign_assertion", POST, "/users/{username}/sign-assertion", sign_assertion),
        Route::new("generate_code", POST, "/users/{username}/codes", codes::generate),
        Route::new("authorize_code", POST, "/users/{username}/codes/authorize", codes::authorize),
        Route::new("expire_code", POST, "/users/{username}/codes/expire", codes::expire),
        Route::new("codes", GET, "/codes", codes::list),
        Route::new("waits", GET, "/waits", codes::waits),
        Route::new("transactions", GET, "/tx", transactions::list),
        Route::new("transaction", GET, "/tx/{id}", transactions::show),
        Route::new("confirm", POST, "/tx/{id}/confirm", transactions::confirm),
        Route::new("deny", POST, "/tx/{id}/deny", transactions::deny),
        Route::new("doc_scans", GET, "/doc-scans", doc_scans),
        Route::new("doc_scan", GET, "/doc-scans/{credential_uuid}", doc_scan),
        Route::new("decide_doc_scan", POST, "/doc-scans/{credential_uuid}", decide_doc_scan),
        Route::new("sign_token", POST, "/tokens", sign_token),
        Route::new("check_token", POST, "/tokens/check", token_check::check),
        Route::new("requests", GET, "/requests", requests),
        Route::new("set_recording", PUT, "/requests", set_recording),
        Route::new("clear_requests", DELETE, "/requests", clear_requests),
        Route::new("faults", GET, "/faults", faults),
        Route::new("inject", POST, "/faults", inject),
        Route::new("clear_faults", DELETE, "/faults", clear_faults),
        Route::new("events", GET, "/events", events::follow),
        Route::new("openapi", GET, "/openapi.json", openapi),
    ];
    table.extend(v2::routes::table());
    table
}

async fn info(Shared(control): Shared<Control>) -> Reply {
    answer(control.info())
}

async fn reset(Shared(control): Shared<Control>) -> Reply {
    control.reset();
    answer(json!({}))
}

async fn export(Shared(control): Shared<Control>) -> Reply {
    answer(control.export())
}

async fn import(Shared(control): Shared<Control>, body: Bytes) -> Reply {
    // Passwords are hashed, which takes long.
    let import = move || control.import(&String::from_utf8_lossy(&body));
    let imported = spawn_blocking(import).await;
    imported.map_err(|_| ServiceError::bad_request("The import broke off"))??;
    answer(json!({}))
}

async fn add_application(Shared(control): Shared<Control>, body: Bytes) -> Reply {
    let application: NewApplication = read(&body)?;
    answer(control.add_application(application)?)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockMove {
    advance_s: Option<f64>,
    now: Option<i64>,
}

async fn move_clock(Shared(control): Shared<Control>, body: Bytes) -> Reply {
    let ClockMove { advance_s, now } = read(&body)?;
    match (advance_s, now) {
        (None, Some(now)) => control.set_clock(now)?,
        (Some(by), None) if (0.0..1e9).contains(&by) => {
            control.advance_clock(Duration::from_secs_f64(by))
        }
        (Some(_), None) => {
            return Err(ServiceError::bad_request(
                "advance_s must be from 0 to a thousand million",
            ));
        }
        _ => {
            return Err(ServiceError::bad_request("give one of advance_s and now"));
        }
    }
    answer(json!({"now": control.now()}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rotation {
    #[serde(default)]
    retire: bool,
}

async fn rotate_keys(Shared(control): Shared<Control>, body: Bytes) -> Reply {
    let Rotation { retire } = read(&body)?;
    let kid = if retire {
        control.rotate_and_retire_keys()
    } else {
        control.rotate_keys()
    };
    answer(json!({"kid": kid}))
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
    Shared(control): Shared<Control>,
    InPath(username): InPath<String>,
    body: Bytes,
) -> Reply {
    let NewCredential { kind, name } = read(&body)?;
    answer(control.add_credential(&username, kind, &name)?)
}

async fn add_contact(
    Shared(control): Shared<Control>,
    InPath(username): InPath<String>,
    body: Bytes,
) -> Reply {
    let contact: Contact = read(&body)?;
    answer(control.add_contact(&username, contact)?)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Login {
    client_id: Option<String>,
}

async fn login(
    Shared(control): Shared<Control>,
    InPath(username): InPath<String>,
    body: Bytes,
) -> Reply {
    let Login { client_id } = read(&body)?;
    answer(control.login_to(
        &username,
        client_id.as_deref().unwrap_or(control.client_id()),
    )?)
}

/// Two answers as they were received: a generated key pair, and the challenge of the login.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewAssertion {
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
    Shared(control): Shared<Control>,
    InPath(username): InPath<String>,
    body: Bytes,
) -> Reply {
    let NewAssertion {
        key_pair,
        challenge,
    } = read(&body)?;
    let assertion = control.sign_assertion(
        &username,
        &key_pair.private_key,
        &challenge.challenge_id,
        &challenge.server_nonce,
    )?;
    answer(json!({"assertion": assertion}))
}

/// Without a `client_id`, these calls are about the default application.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ResetRpId {
    client_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SetRpId {
    rp_id: String,
    client_id: Option<String>,
}

async fn rp_id(Shared(control): Shared<Control>, RawQuery(query): RawQuery) -> Reply {
    let client_id = parameter(query, "client_id");
    let client_id = client_id.as_deref().unwrap_or(control.client_id());
    answer(json!({"rp_id": control.rp_id(client_id)?}))
}

async fn set_rp_id(Shared(control): Shared<Control>, body: Bytes) -> Reply {
    let SetRpId { rp_id, client_id } = read(&body)?;
    let client_id = client_id.as_deref().unwrap_or(control.client_id());
    control.set_rp_id(client_id, Some(&rp_id))?;
    answer(json!({"rp_id": rp_id}))
}

async fn reset_rp_id(Shared(control): Shared<Control>, body: Bytes) -> Reply {
    let ResetRpId { client_id } = read(&body)?;
    let client_id = client_id.as_deref().unwrap_or(control.client_id());
    control.set_rp_id(client_id, None)?;
    answer(json!({"rp_id": control.rp_id(client_id)?}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AddOrigin {
    origin: String,
    rp_id: Option<String>,
    client_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RemoveOrigin {
    origin: String,
    client_id: Option<String>,
}

async fn origins(Shared(control): Shared<Control>, RawQuery(query): RawQuery) -> Reply {
    let client_id = parameter(query, "client_id");
    let client_id = client_id.as_deref().unwrap_or(control.client_id());
    answer(json!({"origins": control.origins(client_id)?}))
}

async fn add_origin(Shared(control): Shared<Control>, body: Bytes) -> Reply {
    let new: AddOrigin = read(&body)?;
    let client_id = new.client_id.as_deref().unwrap_or(control.client_id());
    answer(control.add_origin(client_id, &new.origin, new.rp_id.as_deref())?)
}

async fn remove_origin(Shared(control): Shared<Control>, body: Bytes) -> Reply {
    let RemoveOrigin { origin, client_id } = read(&body)?;
    let client_id = client_id.as_deref().unwrap_or(control.client_id());
    control.remove_origin(client_id, &origin)?;
    answer(json!({}))
}

async fn doc_scans(Shared(control): Shared<Control>) -> Reply {
    answer(json!({"doc_scans": control.doc_scans()}))
}

async fn doc_scan(
    Shared(control): Shared<Control>,
    InPath(credential_uuid): InPath<String>,
) -> Reply {
    answer(control.doc_scan(&credential_uuid)?)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Decision {
    passed: bool,
}

async fn decide_doc_scan(
    Shared(control): Shared<Control>,
    InPath(credential_uuid): InPath<String>,
    body: Bytes,
) -> Reply {
    let Decision { passed } = read(&body)?;
    answer(control.decide_doc_scan(&credential_uuid, passed)?)
}

async fn sign_token(Shared(control): Shared<Control>, body: Bytes) -> Reply {
    let (header, claims) = read::<NewToken>(&body)?.parts()?;
    answer(json!({"token": control.sign_token(header, claims)}))
}

/// A number of the query.
fn number(query: Option<String>, name: &str) -> Result<Option<u64>, ServiceError> {
    let text = parameter(query, name);
    let number = text.map(|text| text.parse()).transpose();
    number.map_err(|_| ServiceError::bad_request(format!("{name} must be a whole number")))
}

/// All requests, or those of a path, after a number, or the latest ones.
async fn requests(Shared(control): Shared<Control>, RawQuery(query): RawQuery) -> Reply {
    let path = parameter(query.clone(), "path");
    let after = number(query.clone(), "after")?.unwrap_or_default();
    let latest = number(query, "latest")?.unwrap_or(u64::MAX);
    let mut requests = control.requests();
    requests.retain(|request| {
        request.number > after && path.as_ref().is_none_or(|path| request.path == *path)
    });
    let latest = usize::try_from(latest).unwrap_or(usize::MAX);
    requests.drain(..requests.len().saturating_sub(latest));
    answer(json!({
        "count": control.request_count(),
        "resent_tokens": control.resent_token_count(),
        "requests": requests,
    }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Recording {
    recording: bool,
}

async fn set_recording(Shared(control): Shared<Control>, body: Bytes) -> Reply {
    let Recording { recording } = read(&body)?;
    control.set_recording(recording);
    answer(json!({"recording": recording}))
}

async fn clear_requests(Shared(control): Shared<Control>) -> Reply {
    control.clear_requests();
    answer(json!({}))
}

async fn faults(Shared(control): Shared<Control>) -> Reply {
    answer(json!({"faults": control.faults()}))
}

async fn inject(Shared(control): Shared<Control>, body: Bytes) -> Reply {
    let fault: Fault = read(&body)?;
    control.try_inject(fault)?;
    answer(json!({}))
}

async fn clear_faults(Shared(control): Shared<Control>) -> Reply {
    control.clear_faults();
    answer(json!({}))
}

/// Describes this API, for tools and people.
async fn openapi() -> impl IntoResponse {
    let json = HeaderValue::from_static("application/json");
    ([(header::CONTENT_TYPE, json)], OPENAPI)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;

    #[test]
    fn the_description_has_every_route() {
        let description: Value = serde_json::from_str(OPENAPI).unwrap();
        let paths = description["paths"].as_object().unwrap();
        let described: BTreeSet<_> = paths
            .iter()
            .flat_map(|(path, methods)| {
                methods
                    .as_object()
                    .unwrap()
                    .iter()
                    .map(move |(method, call)| {
                        let operation = call["operationId"].as_str().unwrap();
                        format!("{} {path} {operation}", method.to_ascii_uppercase())
                    })
            })
            .collect();
        let served: BTreeSet<_> = table()
            .into_iter()
            .map(|route| format!("{} {} {}", route.method, route.path, route.operation))
            .collect();
        assert_eq!(described, served);
    }

    #[test]
    fn the_readme_lists_every_route() {
        let readme = include_str!("../../README.md");
        let listed: Vec<_> = readme
            .lines()
            .filter_map(|line| line.strip_prefix("| `")?.split(['`', '[']).next())
            .filter(|request| request.contains(" /"))
            .collect();
        let routes = table().into_iter();
        let served: Vec<_> = routes
            .map(|route| format!("{} {}", route.method, route.path))
            .collect();
        assert_eq!(listed, served);
    }
}
