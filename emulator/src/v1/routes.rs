//! The table of operations: one row for each call of the service.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{Request, State as Shared};
use axum::http::Method;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Router};

use super::answer::Reply;
use super::call::{Access, Call, Native, ResentToken};
use super::{
    add_credential, authenticate, certs, codes, credentials, doc_scan, public_key, register,
    scan_page, self_code, transactions, users,
};
use crate::error::ServiceError;
use crate::route::{self, DELETE, GET, POST, PUT, Received, Route};
use crate::state::State;

/// Native applications find every route under this prefix as well.
const NATIVE_PREFIX: &str = "/api/native";

/// LoginID's browser SDKs call the transactions under this prefix.
const WEB_PREFIX: &str = "/api";

/// All routes, at the root and under the native prefix, and the transactions under that of the browser SDKs.
pub fn router() -> Router<Arc<State>> {
    let native = route::router(table()).layer(Extension(Native));
    let mut of_web = table();
    of_web.retain(|route| is_transaction(route.path));
    route::router(table())
        .nest(NATIVE_PREFIX, native)
        .nest(WEB_PREFIX, route::router(of_web))
}

/// The path of a request without the prefix of native applications or browser SDKs.
pub fn without_prefix(path: &str) -> &str {
    if let Some(rest) = path.strip_prefix(NATIVE_PREFIX)
        && rest.starts_with('/')
    {
        return rest;
    }
    path.strip_prefix(WEB_PREFIX)
        .filter(|rest| is_transaction(rest))
        .unwrap_or(path)
}

fn is_transaction(path: &str) -> bool {
    path == "/tx" || path.starts_with("/tx/")
}

/// Every operation of the service.
#[rustfmt::skip] // one row, one line: this is a table
pub fn table() -> Vec<Route> {
    use Access::{Application, Completion, Management, Open, Transaction};

    vec![
        Route::new("public_key", GET, "/certs", certs::public_key),
        Route::new("doc_scan_page", GET, "/authid/{credential_uuid}", scan_page::show),
        Route::new("decide_doc_scan", POST, "/authid/{credential_uuid}", scan_page::decide),
        Route::new("doc_scan_result", GET, "/authid/{credential_uuid}/result", scan_page::result),
        row("create_tx", POST, "/tx", Transaction, transactions::create),
        row("init_tx", POST, "/tx/init", Open, transactions::init),
        row("complete_tx", POST, "/tx/complete", Open, transactions::complete),
        row("register_fido2_init", POST, "/register/fido2/init", Application("auth.register"), register::fido2_init),
        row("register_fido2_complete", POST, "/register/fido2/complete", Completion("auth.register"), register::fido2_complete),
        row("register_password", POST, "/register/password", Application("auth.register"), register::password),
        row("authenticate_password", POST, "/authenticate/password", Application("auth.login"), authenticate::password),
        row("authenticate_fido2_init", POST, "/authenticate/fido2/init", Application("auth.login"), authenticate::fido2_init),
        row("authenticate_fido2_complete", POST, "/authenticate/fido2/complete", Completion("auth.login"), authenticate::fido2_complete),
        row("wait_code", POST, "/authenticate/code/wait", Application("auth.temporary"), codes::wait),
        row("authenticate_doc_scan_init", POST, "/authenticate/authid/init", Application("auth.login"), doc_scan::login_init),
        row("authenticate_doc_scan_complete", POST, "/authenticate/authid/complete", Completion("auth.login"), doc_scan::login_complete),
        row("authenticate_publickey_init", POST, "/authenticate/publickey/init", Application("auth.login"), public_key::login_init),
        row("authenticate_publickey_complete", POST, "/authenticate/publickey/complete", Completion("auth.login"), public_key::login_complete),
        row("init_add_fido2_credential_with_code", POST, "/credentials/fido2/init/code", Application("credentials.add"), add_credential::fido2_init_with_code),
        row("complete_add_fido2_credential", POST, "/credentials/fido2/complete", Completion("credentials.add"), add_credential::fido2_complete),
        row("force_fido2_credential_init", POST, "/credentials/fido2/init/force", Management("credentials.force_add"), add_credential::fido2_init_forced),
        row("get_credentials", POST, "/credentials/list", Management("credentials.list"), credentials::list),
        row("get_credentials_by_query", GET, "/credentials", Management("credentials.list"), credentials::list_by_query),
        row("rename_credential", POST, "/credentials/rename", Management("credentials.rename"), credentials::rename),
        row("revoke_credential", POST, "/credentials/revoke", Management("credentials.revoke"), credentials::revoke),
        row("add_doc_scan_credential_init", POST, "/credentials/authid/init", Management("credentials.force_add"), doc_scan::add_init),
        row("add_doc_scan_credential_complete", POST, "/credentials/authid/complete", Completion("credentials.force_add"), doc_scan::add_complete),
        row("evaluate_doc_scan_credential", POST, "/credentials/authid/evaluate", Management("credentials.retrieve_sensitive"), doc_scan::evaluate),
        row("generate_recovery_code", POST, "/credentials/recovery-code", Management("credentials.add_recovery"), add_credential::recovery_code),
        row("add_publickey_credential", POST, "/credentials/publickey", Management("credentials.force_add"), add_credential::public_key_credential),
        row("generate_code", POST, "/codes/{type}/generate", Management("codes.generate"), codes::generate),
        row("authorize_code", POST, "/codes/{type}/authorize", Management("codes.authorize"), codes::authorize),
        row("invalidate_all_codes", POST, "/codes/{type}/invalidate-all", Management("codes.invalidate"), codes::invalidate_all),
        row("self_generate_code_init", POST, "/codes/{type}/generate/fido2/init", Application("codes.generate"), self_code::init),
        row("self_generate_code_complete", POST, "/codes/{type}/generate/fido2/complete", Completion("codes.generate"), self_code::complete),
        row("add_user_without_credentials", POST, "/manage/users", Management("users.create"), users::create),
        row("get_user", POST, "/manage/users/retrieve", Management("users.retrieve"), users::retrieve),
        row("delete_by_username", POST, "/manage/users/delete", Management("users.delete"), users::delete),
        row("delete_by_user_id", DELETE, "/manage/users/{user_id}", Management("users.delete"), users::delete),
        row("activate_user_by_id", PUT, "/manage/users/{user_id}/activate", Management("users.activate"), users::activate),
        row("deactivate_user_by_id", PUT, "/manage/users/{user_id}/deactivate", Management("users.deactivate"), users::deactivate),
        row("send_email_verification", POST, "/manage/users/{user_id}/email-verification/dispatch", Management("users.email_verification_dispatch"), users::dispatch_email_verification),
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
    match admit(state, request, access).await {
        Ok(call) => {
            let resent = call.resent;
            let mut response = handler(call).await.into_response();
            if resent {
                response.extensions_mut().insert(ResentToken);
            }
            response
        }
        Err(error) => error.into_response(),
    }
}

async fn admit(state: Arc<State>, request: Request, access: Access) -> Result<Call, ServiceError> {
    let received = Received::of(request).await?;
    let head = &received.head;
    let mut parameters = HashMap::new();
    // A GET has no body: its arguments are in the query.
    if let Some(query) = head.uri.query().filter(|_| head.method == GET) {
        parameters.extend(form_urlencoded::parse(query.as_bytes()).into_owned());
    }
    parameters.extend(received.parameters);
    Call::admit(state, access, head, parameters, &received.body)
}
