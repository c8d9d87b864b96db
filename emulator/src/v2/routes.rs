//! The table of operations: one row for each call of the service.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State as Shared};
use axum::http::Method;
use axum::response::{IntoResponse, Response};

use super::answer::Reply;
use super::call::{Access, Call};
use super::error;
use super::mfa::steps as mfa;
use super::{
    authentication, events, keys, management, one_time_codes, passkeys, profile, registration,
    transactions, version,
};
use crate::error::ServiceError;
use crate::route::{self, DELETE, GET, POST, PUT, Received, Route};
use crate::state::State;
use crate::state::v2::scope::Scope;

/// Where the service is served.
const PREFIX: &str = "/fido2/v2";

/// All routes under their prefix.
pub fn router() -> Router<Arc<State>> {
    Router::new().nest(PREFIX, route::router(table()))
}

/// Whether a path is the current service's, so that errors have its shape.
pub fn owns(path: &str) -> bool {
    path.strip_prefix(PREFIX)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Every operation of the service, with its path below the prefix.
#[rustfmt::skip] // one row, one line: this is a table
pub fn table() -> Vec<Route> {
    use Access::{Key, KeyWith, Open, OptionalUser, Session, User};

    vec![
        row("v2_key_set", GET, "/.well-known/jwks.json", Open, keys::list),
        row("v2_verify_token_remote", POST, "/mgmt/token/verify", Key, management::verify_token),
        row("v2_create_grant", POST, "/mgmt/grant", Key, management::grant),
        row("v2_create_external_auth", POST, "/mgmt/grant/external-auth", KeyWith(Scope::ExternalVerify), management::external_authentication),
        row("v2_list_passkeys", GET, "/passkeys", User(Scope::PasskeyRead), passkeys::list),
        row("v2_rename_passkey", PUT, "/passkeys/{id}", User(Scope::PasskeyWrite), passkeys::rename),
        row("v2_delete_passkey", DELETE, "/passkeys/{id}", User(Scope::PasskeyWrite), passkeys::delete),
        row("v2_get_authenticator", GET, "/passkeys/aaguid/{aaguid}", User(Scope::PasskeyRead), passkeys::authenticator),
        row("v2_delete_user", DELETE, "/profile/{user_id}", KeyWith(Scope::ProfileWrite), profile::delete),
        row("v2_set_email", POST, "/profile/{user_id}/email", KeyWith(Scope::ProfileWrite), profile::set_email),
        row("v2_remove_email", DELETE, "/profile/{user_id}/email", KeyWith(Scope::ProfileWrite), profile::remove_email),
        row("v2_verify_email", POST, "/profile/email/verify", Open, profile::verify_email),
        row("v2_set_phone", POST, "/profile/{user_id}/phone", KeyWith(Scope::ProfileWrite), profile::set_phone),
        row("v2_remove_phone", DELETE, "/profile/{user_id}/phone", KeyWith(Scope::ProfileWrite), profile::remove_phone),
        row("v2_verify_phone", POST, "/profile/phone/verify", Open, profile::verify_phone),
        row("v2_create_otp", POST, "/auth/otp", User(Scope::AuthWrite), one_time_codes::make),
        row("v2_send_otp_email", POST, "/auth/otp/email", Open, one_time_codes::send_email),
        row("v2_send_otp_sms", POST, "/auth/otp/sms", Open, one_time_codes::send_sms),
        row("v2_verify_otp", POST, "/auth/otp/verify", Open, one_time_codes::verify),
        row("v2_register_init", POST, "/reg/init", OptionalUser, registration::init),
        row("v2_register_complete", POST, "/reg/complete", Open, registration::complete),
        row("v2_authenticate_init", POST, "/auth/init", Open, authentication::init),
        row("v2_authenticate_complete", POST, "/auth/complete", Open, authentication::complete),
        row("v2_init_tx", POST, "/tx/init", Open, transactions::init),
        row("v2_complete_tx", POST, "/tx/complete", Open, transactions::complete),
        row("v2_begin_mfa", POST, "/mfa/begin", Open, mfa::begin),
        row("v2_discover_mfa", POST, "/mfa/discover", Open, mfa::discover),
        row("v2_set_mfa_payload", POST, "/mfa/payload", Session, mfa::payload),
        row("v2_request_mfa_otp", POST, "/mfa/otp/request", Session, mfa::request_otp),
        row("v2_verify_mfa_otp", POST, "/mfa/otp/verify", Session, mfa::verify_otp),
        row("v2_register_mfa_passkey", POST, "/mfa/passkey/reg", Session, mfa::register),
        row("v2_authenticate_mfa_passkey", POST, "/mfa/passkey/auth", Session, mfa::authenticate),
        row("v2_confirm_mfa_passkey", POST, "/mfa/passkey/tx", Session, mfa::confirm),
        row("v2_verify_mfa_external", POST, "/mfa/third-party/verify", Session, mfa::verify_external),
        row("v2_submit_event", POST, "/client-events/submit", Session, events::submit),
        row("v2_get_version", GET, "/version", Open, version::show),
    ]
}

/// A row whose requests are checked before the handler is called.
fn row<F>(
    operation: &'static str,
    method: Method,
    path: &'static str,
    access: Access,
    handler: fn(Call) -> F,
) -> Route
where
    F: Future<Output = Reply> + Send + 'static,
{
    Route::new(operation, method, path, move |Shared(state), request| {
        answer(state, request, access, handler)
    })
}

async fn answer<F>(
    state: Arc<State>,
    request: Request,
    access: Access,
    handler: fn(Call) -> F,
) -> Response
where
    F: Future<Output = Reply> + Send + 'static,
{
    let reply = match admit(state, request, access).await {
        Ok(call) => handler(call).await,
        Err(error) => Err(error),
    };
    match reply {
        Ok(answer) => answer.into_response(),
        Err(error) => error::response(error),
    }
}

async fn admit(state: Arc<State>, request: Request, access: Access) -> Result<Call, ServiceError> {
    let received = Received::of(request).await?;
    Call::admit(
        state,
        access,
        &received.head,
        received.parameters,
        &received.body,
    )
}
