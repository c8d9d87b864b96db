//! The table of operations: one row for each call of the service.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::body::to_bytes;
use axum::extract::{FromRequestParts, RawPathParams, Request, State as Shared};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, on};

use super::answer::Reply;
use super::call::{Access, Call};
use super::{
    NATIVE_PREFIX, add_credential, authenticate, certs, codes, credentials, doc_scan, register,
    transactions, users,
};
use crate::error::ServiceError;
use crate::state::State;

/// All routes, at the root and under the native prefix.
pub fn router() -> Router<Arc<State>> {
    table()
        .nest(NATIVE_PREFIX, table())
        .fallback(no_route)
        .method_not_allowed_fallback(wrong_method)
}

#[rustfmt::skip] // one row, one line: this is a table
fn table() -> Router<Arc<State>> {
    use Access::{Application, Completion, Management, Open, Transaction};
    const DELETE: Method = Method::DELETE;
    const GET: Method = Method::GET;
    const POST: Method = Method::POST;
    const PUT: Method = Method::PUT;

    Router::new()
        .route("/certs", axum::routing::get(certs::public_key))
        .row(POST, "/tx", Transaction, transactions::create)
        .row(POST, "/tx/init", Open, transactions::init)
        .row(POST, "/tx/complete", Open, transactions::complete)
        .row(POST, "/register/fido2/init", Application("auth.register"), register::fido2_init)
        .row(POST, "/register/fido2/complete", Completion("auth.register"), register::fido2_complete)
        .row(POST, "/register/password", Application("auth.register"), register::password)
        .row(POST, "/authenticate/password", Application("auth.login"), authenticate::password)
        .row(POST, "/authenticate/fido2/init", Application("auth.login"), authenticate::fido2_init)
        .row(POST, "/authenticate/fido2/complete", Completion("auth.login"), authenticate::fido2_complete)
        .row(POST, "/authenticate/code/wait", Application("auth.temporary"), codes::wait)
        .row(POST, "/authenticate/authid/init", Application("auth.login"), doc_scan::login_init)
        .row(POST, "/authenticate/authid/complete", Completion("auth.login"), doc_scan::login_complete)
        .row(POST, "/authenticate/publickey/init", Application("auth.login"), authenticate::publickey_init)
        .row(POST, "/authenticate/publickey/complete", Completion("auth.login"), authenticate::publickey_complete)
        .row(POST, "/credentials/fido2/init/code", Application("credentials.add"), add_credential::fido2_init_with_code)
        .row(POST, "/credentials/fido2/complete", Completion("credentials.add"), add_credential::fido2_complete)
        .row(POST, "/credentials/fido2/init/force", Management("credentials.force_add"), add_credential::fido2_init_forced)
        .row(POST, "/credentials/list", Management("credentials.list"), credentials::list)
        .row(GET, "/credentials", Management("credentials.list"), credentials::list_by_query)
        .row(POST, "/credentials/rename", Management("credentials.rename"), credentials::rename)
        .row(POST, "/credentials/revoke", Management("credentials.revoke"), credentials::revoke)
        .row(POST, "/credentials/authid/init", Management("credentials.force_add"), doc_scan::add_init)
        .row(POST, "/credentials/authid/complete", Management("credentials.force_add"), doc_scan::add_complete)
        .row(POST, "/credentials/authid/evaluate", Management("credentials.retrieve_sensitive"), doc_scan::evaluate)
        .row(POST, "/credentials/recovery-code", Management("credentials.add_recovery"), add_credential::recovery_code)
        .row(POST, "/credentials/publickey", Management("credentials.force_add"), add_credential::public_key_credential)
        .row(POST, "/codes/{type}/generate", Management("codes.generate"), codes::generate)
        .row(POST, "/codes/{type}/authorize", Management("codes.authorize"), codes::authorize)
        .row(POST, "/codes/{type}/invalidate-all", Management("codes.invalidate"), codes::invalidate_all)
        .row(POST, "/manage/users", Management("users.create"), users::create)
        .row(POST, "/manage/users/retrieve", Management("users.retrieve"), users::retrieve)
        .row(POST, "/manage/users/delete", Management("users.delete"), users::delete)
        .row(DELETE, "/manage/users/{user_id}", Management("users.delete"), users::delete)
        .row(PUT, "/manage/users/{user_id}/activate", Management("users.activate"), users::activate)
        .row(PUT, "/manage/users/{user_id}/deactivate", Management("users.deactivate"), users::deactivate)
        .row(POST, "/manage/users/{user_id}/email-verification/dispatch", Management("users.email_verification_dispatch"), users::dispatch_email_verification)
}

trait Rows {
    fn row<F>(self, method: Method, path: &str, access: Access, handler: fn(Call) -> F) -> Self
    where
        F: Future<Output = Reply> + Send + 'static;
}

impl Rows for Router<Arc<State>> {
    fn row<F>(self, method: Method, path: &str, access: Access, handler: fn(Call) -> F) -> Self
    where
        F: Future<Output = Reply> + Send + 'static,
    {
        let filter = MethodFilter::try_from(method).expect("the table has plain methods only");
        self.route(
            path,
            on(filter, move |Shared(state), request| {
                answer(state, request, access, handler)
            }),
        )
    }
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
    match admit(state, request, access).await {
        Ok(call) => handler(call).await.into_response(),
        Err(error) => error.into_response(),
    }
}

async fn admit(state: Arc<State>, request: Request, access: Access) -> Result<Call, ServiceError> {
    let (mut head, body) = request.into_parts();
    // The body is in memory already: the connection read it in full, up to its limit.
    let body = to_bytes(body, usize::MAX)
        .await
        .map_err(|_| ServiceError::bad_request("The body broke off"))?;
    let mut parameters = HashMap::new();
    // A GET has no body: what it is about stands in its query.
    if let Some(query) = head.uri.query().filter(|_| head.method == Method::GET) {
        parameters.extend(form_urlencoded::parse(query.as_bytes()).into_owned());
    }
    let in_path = RawPathParams::from_request_parts(&mut head, &()).await;
    let in_path = in_path.map_err(|_| ServiceError::bad_request("The path is not UTF-8"))?;
    parameters.extend(
        in_path
            .iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned())),
    );
    Call::admit(state, access, &head, parameters, &body)
}

async fn no_route() -> ServiceError {
    ServiceError::not_found("not_found", "There is no such route")
}

async fn wrong_method() -> ServiceError {
    ServiceError::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method_not_allowed",
        "The route does not take this method",
    )
}
