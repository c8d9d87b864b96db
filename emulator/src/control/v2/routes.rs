//! The control API for the current service, over HTTP. Without an `application_id`, a call is about the default
//! application.

use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State as Shared};
use serde::Deserialize;
use serde_json::json;

use super::{NewV2Application, applications, codes, keys, users};
use crate::control::actions::Control;
use crate::control::reply::{Reply, answer, parameter, read};
use crate::control::tokens::NewToken;
use crate::error::ServiceError;
use crate::route::{DELETE, GET, POST, Route};

/// The operations.
#[rustfmt::skip] // one row, one line: this is a table
pub fn table() -> Vec<Route> {
    vec![
        Route::new("v2_applications", GET, "/v2/applications", list_applications),
        Route::new("v2_add_application", POST, "/v2/applications", add_application),
        Route::new("v2_remove_application", DELETE, "/v2/applications/{application_id}", applications::remove),
        Route::new("v2_api_keys", GET, "/v2/api-keys", applications::api_keys),
        Route::new("v2_add_api_key", POST, "/v2/api-keys", add_api_key),
        Route::new("v2_remove_api_key", DELETE, "/v2/api-keys", applications::remove_api_key),
        Route::new("v2_keys", GET, "/v2/keys", keys::list),
        Route::new("v2_rotate_keys", POST, "/v2/keys/rotate", rotate_keys),
        Route::new("v2_retire_key", DELETE, "/v2/keys/{kid}", keys::retire),
        Route::new("v2_users", GET, "/v2/users", list_users),
        Route::new("v2_add_user", POST, "/v2/users", users::add),
        Route::new("v2_remove_user", DELETE, "/v2/users/{username}", users::remove),
        Route::new("v2_remove_passkey", DELETE, "/v2/users/{username}/passkeys/{id}", users::remove_passkey),
        Route::new("v2_login", POST, "/v2/users/{username}/login", login),
        Route::new("v2_codes", GET, "/v2/codes", codes::list),
        Route::new("v2_sent_code", GET, "/v2/otp", sent_code),
        Route::new("v2_confirm_transaction", POST, "/v2/tx/confirm", confirm_transaction),
        Route::new("v2_sign_token", POST, "/v2/tokens", sign_token),
    ]
}

async fn list_applications(Shared(control): Shared<Control>) -> Reply {
    answer(json!({"applications": control.v2().applications()}))
}

async fn list_users(Shared(control): Shared<Control>, RawQuery(query): RawQuery) -> Reply {
    let application_id = parameter(query, "application_id");
    let users = control.v2().users(application_id.as_deref())?;
    answer(json!({"users": users}))
}

async fn add_application(Shared(control): Shared<Control>, body: Bytes) -> Reply {
    let application: NewV2Application = read(&body)?;
    answer(control.v2().add_application(application)?)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewApiKey {
    scopes: Scopes,
    application_id: Option<String>,
}

/// Names in an array, or separated by spaces.
#[derive(Deserialize)]
#[serde(untagged, expecting = "scopes must be an array of texts, or one text")]
enum Scopes {
    List(Vec<String>),
    Text(String),
}

async fn add_api_key(Shared(control): Shared<Control>, body: Bytes) -> Reply {
    let new: NewApiKey = read(&body)?;
    let scopes: Vec<&str> = match &new.scopes {
        Scopes::List(list) => list.iter().map(String::as_str).collect(),
        Scopes::Text(text) => text.split_ascii_whitespace().collect(),
    };
    let key = control
        .v2()
        .add_api_key(new.application_id.as_deref(), &scopes)?;
    answer(json!({"api_key": key}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rotation {
    #[serde(default)]
    retire: bool,
}

async fn rotate_keys(Shared(control): Shared<Control>, body: Bytes) -> Reply {
    let Rotation { retire } = read(&body)?;
    let kid = match retire {
        true => control.v2().rotate_and_retire_keys(),
        false => control.v2().rotate_keys(),
    };
    answer(json!({"kid": kid}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewLogin {
    application_id: Option<String>,
}

async fn login(
    Shared(control): Shared<Control>,
    Path(username): Path<String>,
    body: Bytes,
) -> Reply {
    let NewLogin { application_id } = read(&body)?;
    answer(
        control
            .v2()
            .login_to(application_id.as_deref(), &username)?,
    )
}

async fn sent_code(Shared(control): Shared<Control>, RawQuery(query): RawQuery) -> Reply {
    let application_id = parameter(query.clone(), "application_id");
    let username = parameter(query, "username")
        .ok_or_else(|| ServiceError::bad_request("username is required in the query"))?;
    answer(
        control
            .v2()
            .sent_code(application_id.as_deref(), &username)?,
    )
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Confirmation {
    username: String,
    #[serde(rename = "txPayload")]
    payload: String,
    nonce: String,
    application_id: Option<String>,
}

async fn confirm_transaction(Shared(control): Shared<Control>, body: Bytes) -> Reply {
    let given: Confirmation = read(&body)?;
    let token = control.v2().confirm_transaction(
        given.application_id.as_deref(),
        &given.username,
        &given.payload,
        &given.nonce,
    )?;
    answer(json!({"token": token}))
}

async fn sign_token(Shared(control): Shared<Control>, body: Bytes) -> Reply {
    let (header, claims) = read::<NewToken>(&body)?.parts()?;
    answer(json!({"token": control.v2().sign_token(header, claims)}))
}
