//! The console: pages for people who look at the emulator and act in it. A page is plain files of this folder, and
//! does all it does with the control API.
//!
//! The files hold no data, so they need no token: the scripts send it with each call.

use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::response::Response;

use crate::reserved::CONTROL;

/// Nothing of other addresses, no page of others around these, and no text that becomes markup.
const POLICY: &str = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; \
                      require-trusted-types-for 'script'; trusted-types 'none'";

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

/// A file that is part of the program.
struct File {
    content_type: &'static str,
    text: &'static str,
}

/// The page of `/_emulator/`.
const CONSOLE: File = File {
    content_type: HTML,
    text: include_str!("page/index.html"),
};

/// The page at the `url` of a transaction.
const TRANSACTION: File = File {
    content_type: HTML,
    text: include_str!("page/transaction.html"),
};

/// What the pages load, below `/_emulator/console/`.
#[rustfmt::skip] // one file, one line: this is a table
const PARTS: [(&str, &str, &str); 22] = [
    ("icon.svg", SVG, include_str!("page/icon.svg")),
    ("style.css", CSS, include_str!("page/style.css")),
    ("actions.js", SCRIPT, include_str!("page/actions.js")),
    ("api.js", SCRIPT, include_str!("page/api.js")),
    ("app.js", SCRIPT, include_str!("page/app.js")),
    ("bar.js", SCRIPT, include_str!("page/bar.js")),
    ("clock.js", SCRIPT, include_str!("page/clock.js")),
    ("copy.js", SCRIPT, include_str!("page/copy.js")),
    ("dom.js", SCRIPT, include_str!("page/dom.js")),
    ("events.js", SCRIPT, include_str!("page/events.js")),
    ("fault_kinds.js", SCRIPT, include_str!("page/fault_kinds.js")),
    ("faults.js", SCRIPT, include_str!("page/faults.js")),
    ("foreign.js", SCRIPT, include_str!("page/foreign.js")),
    ("keys.js", SCRIPT, include_str!("page/keys.js")),
    ("last_call.js", SCRIPT, include_str!("page/last_call.js")),
    ("list.js", SCRIPT, include_str!("page/list.js")),
    ("requests.js", SCRIPT, include_str!("page/requests.js")),
    ("state.js", SCRIPT, include_str!("page/state.js")),
    ("todo.js", SCRIPT, include_str!("page/todo.js")),
    ("tokens.js", SCRIPT, include_str!("page/tokens.js")),
    ("transaction.js", SCRIPT, include_str!("page/transaction.js")),
    ("users.js", SCRIPT, include_str!("page/users.js")),
];

/// The file that a request asks for. `None` is for the control API.
pub fn answer(head: &Parts) -> Option<Response> {
    if head.method != Method::GET && head.method != Method::HEAD {
        return None;
    }
    let path = head.uri.path().strip_prefix(CONTROL)?;
    if let Some(name) = path.strip_prefix("/console/") {
        let (_, content_type, text) = PARTS.into_iter().find(|(part, ..)| *part == name)?;
        return Some(response(File { content_type, text }));
    }
    let page = page(path)?;
    is_browser(&head.headers).then(|| response(page))
}

/// The page of a path below `/_emulator`.
fn page(path: &str) -> Option<File> {
    let is_transaction = || {
        let id = path.strip_prefix("/tx/");
        id.is_some_and(|id| !id.is_empty() && !id.contains('/'))
    };
    match path {
        "" | "/" => Some(CONSOLE),
        _ if is_transaction() => Some(TRANSACTION),
        _ => None,
    }
}

/// Whether the answer to a request depends on its `Accept`: the path has a page and JSON. Caches must know.
pub fn varies(head: &Parts) -> bool {
    let path = head.uri.path().strip_prefix(CONTROL);
    path.and_then(page).is_some()
}

/// Whether a browser asks for a page. All of them accept HTML and XHTML, and no JSON. Programs may name HTML without
/// wanting it, as Java does, or give JSON no less weight.
fn is_browser(headers: &HeaderMap) -> bool {
    let html = weight(headers, "text/html");
    html > weight(headers, "application/json") && weight(headers, "application/xhtml+xml") > 0.0
}

/// How much a request wants this type: 0 if it does not name it.
fn weight(headers: &HeaderMap, wanted: &str) -> f32 {
    let values = headers.get_all(header::ACCEPT).iter();
    let ranges = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    let weights = ranges.filter_map(|range| {
        let mut parts = range.split(';').map(str::trim);
        let is_wanted = parts.next()?.eq_ignore_ascii_case(wanted);
        let given = parts.find_map(|part| part.strip_prefix("q=").or(part.strip_prefix("Q=")));
        is_wanted.then(|| given.map_or(1.0, |given| given.parse().unwrap_or(0.0)))
    });
    weights.fold(0.0, f32::max)
}

fn response(file: File) -> Response {
    let mut response = Response::new(Body::from(file.text));
    let headers: [(HeaderName, &'static str); 6] = [
        (header::CONTENT_TYPE, file.content_type),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, "no-cache"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
    ];
    for (name, value) in headers {
        let value = HeaderValue::from_static(value);
        response.headers_mut().insert(name, value);
    }
    response
}
