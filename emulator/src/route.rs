//! A row of a table of routes. The service and the control API each have one such table.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::body::{Bytes, to_bytes};
use axum::extract::{FromRequestParts, Path, Request};
use axum::handler::Handler;
use axum::http::Method;
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::{MethodFilter, MethodRouter, on};

use serde::de::DeserializeOwned;
use tower::util::MapResponseLayer;

use crate::error::ServiceError;
use crate::state::State;

pub const DELETE: Method = Method::DELETE;
pub const GET: Method = Method::GET;
pub const POST: Method = Method::POST;
pub const PUT: Method = Method::PUT;

/// Marks an answer with the operation that gave it, for the log and the record.
#[derive(Clone, Copy)]
pub struct Operation(pub &'static str);

/// One operation: its name, the requests that call it, and its handler.
#[derive(Debug)]
pub struct Route {
    /// The name of the operation; for the service, the C function's without `lid_`.
    pub operation: &'static str,
    /// The method.
    pub method: Method,
    /// The path; a `{…}` stands for one segment.
    pub path: &'static str,
    handler: MethodRouter<Arc<State>>,
}

impl Route {
    pub(crate) fn new<H, T>(
        operation: &'static str,
        method: Method,
        path: &'static str,
        handler: H,
    ) -> Self
    where
        H: Handler<T, Arc<State>>,
        T: 'static,
    {
        let filter = MethodFilter::try_from(method.clone()).expect("a standard method");
        Self {
            operation,
            method,
            path,
            handler: on(filter, handler).route_layer(MapResponseLayer::new(
                move |mut response: Response| {
                    response.extensions_mut().insert(Operation(operation));
                    response
                },
            )),
        }
    }
}

/// The parameters of the path, refused in JSON if they cannot be read, as everything else is.
pub struct InPath<T>(pub T);

impl<S: Sync, T: DeserializeOwned + Send> FromRequestParts<S> for InPath<T> {
    type Rejection = ServiceError;

    async fn from_request_parts(head: &mut Parts, _: &S) -> Result<Self, ServiceError> {
        let Path(parameters) = Path::from_request_parts(head, &())
            .await
            .map_err(|_| ServiceError::bad_request("The path is not UTF-8"))?;
        Ok(Self(parameters))
    }
}

/// A request that was received in full.
pub struct Received {
    pub head: Parts,
    /// The parameters of the path.
    pub parameters: HashMap<String, String>,
    pub body: Bytes,
}

impl Received {
    pub async fn of(request: Request) -> Result<Self, ServiceError> {
        let (mut head, body) = request.into_parts();
        // The body is in memory already: the connection read it in full, up to its limit.
        let body = to_bytes(body, usize::MAX)
            .await
            .map_err(|_| ServiceError::bad_request("The body broke off"))?;
        let InPath(parameters) = InPath::from_request_parts(&mut head, &()).await?;
        Ok(Self {
            head,
            parameters,
            body,
        })
    }
}

/// The router of a table.
pub fn router(table: Vec<Route>) -> Router<Arc<State>> {
    table.into_iter().fold(Router::new(), |router, route| {
        router.route(route.path, route.handler)
    })
}
