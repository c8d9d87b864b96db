//! The page of a document scan, which applications show in an iframe, and the result of the scan.
//!
//! The page needs no token, as with the real service: its address has the id of the credential, which only the
//! application knows.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State as Shared;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::doc_scan;
use super::service_token::bearer;
use super::token::verified_claims;
use crate::error::ServiceError;
use crate::json;
use crate::route::InPath;
use crate::state::State;

/// Nothing from other addresses, and no data of a request is in the page.
const POLICY: &str =
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; form-action 'self'";

/// Each button does what the call of the control API below it does.
const FORM: &str = r#"<main><form method="post">
<h1>Does the document match the user?</h1>
<p><button name="passed" value="true">Pass</button>
<code>POST /doc-scans/{credential_uuid} {"passed":true}</code></p>
<p><button name="passed" value="false">Fail</button>
<code>POST /doc-scans/{credential_uuid} {"passed":false}</code></p>
</form></main>"#;

/// As in the console. It is here because the page is complete without another request.
const STYLE: &str = "
:root { color-scheme: light dark; --page: #f5f6f8; --card: #fff; --text: #1b2026; --soft: #56616d; --line: #8b95a1 }
@media (prefers-color-scheme: dark) {
  :root { --page: #13161a; --card: #1b2025; --text: #e5e9ee; --soft: #a0abb7; --line: #6f7b88 }
}
body { margin: 0; padding: 1rem; background: var(--page); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; text-align: center }
main { max-width: 24rem; margin: 0 auto; padding: 1.5rem; border: 1px solid var(--line); border-radius: 16px; background: var(--card) }
h1 { margin: 0 0 1rem; font-size: 1.125rem }
button { min-width: 9rem; min-height: 2.75rem; border: 1px solid var(--line); border-radius: 6px; background: var(--page);
  color: var(--text); font: inherit; font-weight: 600; cursor: pointer }
code { display: block; color: var(--soft); font-size: 0.6875rem; overflow-wrap: anywhere }
";

/// Asks for the result, or tells the parent of a scan that has one.
pub async fn show(
    Shared(state): Shared<Arc<State>>,
    InPath(uuid): InPath<String>,
) -> Result<Response, ServiceError> {
    let scan = doc_scan::show(&state, &uuid)?;
    Ok(page(scan["passed"].as_bool()))
}

/// Sets the result and tells the parent.
pub async fn decide(
    Shared(state): Shared<Arc<State>>,
    InPath(uuid): InPath<String>,
    body: Bytes,
) -> Result<Response, ServiceError> {
    let passed = form_urlencoded::parse(&body)
        .find(|(name, _)| name == "passed")
        .and_then(|(_, value)| value.parse().ok())
        .ok_or_else(|| ServiceError::bad_request("passed must be true or false"))?;
    doc_scan::decide(&state, &uuid, passed)?;
    Ok(page(Some(passed)))
}

fn page(passed: Option<bool>) -> Response {
    let body = match passed {
        None => FORM,
        // The names of the pages are those that LoginID's browser SDK knows.
        Some(true) => {
            r#"<main><h1>Passed</h1></main>
<script>parent.postMessage({pageName: "verifiedPage", success: true}, "*")</script>"#
        }
        Some(false) => {
            r#"<main><h1>Failed</h1></main>
<script>parent.postMessage({pageName: "defaultFailedPage", success: false}, "*")</script>"#
        }
    };
    let html = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, \
         initial-scale=1\"><title>Document scan</title><style>{STYLE}</style>\n{body}</html>\n"
    );
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, html).into_response()
}

/// The result of a scan, for the token that an evaluation gave.
pub async fn result(
    Shared(state): Shared<Arc<State>>,
    InPath(uuid): InPath<String>,
    headers: HeaderMap,
) -> Result<Response, ServiceError> {
    let claims = bearer(&headers)?.and_then(|token| verified_claims(&state, token));
    let claims = claims.filter(|claims| {
        claims.get("action") == Some(&json!("evaluate"))
            && claims.get("credential_uuid") == Some(&json!(uuid))
    });
    let claims = claims.ok_or_else(|| {
        ServiceError::unauthorized("The auth_token of this scan's evaluation is required")
    })?;
    let scan = doc_scan::show(&state, &uuid)?;
    let matched = scan["passed"] == true;
    let username = claims.get("udata").cloned().unwrap_or(Value::Null);
    let result = json!({"Data": {
        "Matched": matched,
        "MatchScore": if matched { 100 } else { 0 },
        "MatchProbability": if matched { 1.0 } else { 0.0 },
        "Document": {"Data": [{"Key": "Username", "Value": username}], "AdditionalImages": []},
        "CurrentFacialImage": {"Description": "Facial image", "Data": ""},
    }});
    Ok(json::response(StatusCode::OK, &result))
}
