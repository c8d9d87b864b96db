//! Our connector for ureq: socket, a proxy's tunnel, TLS, and a note of how far
//! the request has come.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use rustls::ClientConfig;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, NextTimeout, Transport};

use super::socket::Socket;
use super::stream::{Stream, StreamTransport, deadline};
use super::tls::TlsStream;
use super::tunnel;
use crate::cancel::Cancel;
use crate::config::Proxy;

/// How far a request has come: what an error says of it, and whether it may be
/// repeated, depend on that.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Stage {
    /// Connecting to the proxy, or asking it for a tunnel.
    Proxy,
    /// Connecting to the service. Nothing was sent to it: the request may be
    /// repeated, whatever it does.
    Service,
    /// Some of the request left this process and may have reached the service.
    Sent,
}

thread_local! {
    /// The stage of this thread's current request.
    static STAGE: Cell<Stage> = const { Cell::new(Stage::Service) };
}

/// Begins a request: over a kept connection, unless the connector says otherwise.
pub(super) fn begin() {
    STAGE.set(Stage::Service);
}

pub(super) fn stage() -> Stage {
    STAGE.get()
}

/// Connects to the service, through a proxy if there is one.
pub(super) struct ServiceConnector {
    pub(super) tls: Option<Arc<ClientConfig>>,
    pub(super) cancel: Option<Arc<Cancel>>,
    pub(super) proxy: Option<Arc<Proxy>>,
}

impl ServiceConnector {
    fn socket(
        &self,
        host: &str,
        port: u16,
        details: &ConnectionDetails,
    ) -> Result<Socket, ureq::Error> {
        let deadline = deadline(details.timeout, Instant::now());
        Socket::connect(host, port, deadline, self.cancel.clone())
    }

    fn tls<S: Stream>(&self, stream: S, host: &str) -> Result<TlsStream<S>, ureq::Error> {
        let tls = self.tls.clone().ok_or(ureq::Error::TlsRequired)?;
        TlsStream::connect(stream, host, tls)
    }

    /// Adds TLS where the URL asks for it.
    fn secured<S: Stream>(
        &self,
        stream: S,
        host: &str,
        details: &ConnectionDetails,
    ) -> Result<ServiceTransport, ureq::Error> {
        let inner: Box<dyn Transport> = match details.needs_tls() {
            true => Box::new(StreamTransport::new(self.tls(stream, host)?)),
            false => Box::new(StreamTransport::new(stream)),
        };
        Ok(ServiceTransport { inner })
    }
}

impl Connector for ServiceConnector {
    type Out = ServiceTransport;

    fn connect(
        &self,
        details: &ConnectionDetails,
        _: Option<()>,
    ) -> Result<Option<ServiceTransport>, ureq::Error> {
        let invalid = || ureq::Error::BadUri("the URL names no host".to_owned());
        let authority = details.uri.authority().ok_or_else(invalid)?;
        let host = authority.host();
        let port = authority
            .port_u16()
            .unwrap_or(if details.needs_tls() { 443 } else { 80 });
        let Some(proxy) = self.proxy.as_deref() else {
            let socket = self.socket(host, port, details)?;
            return self.secured(socket, host, details).map(Some);
        };
        STAGE.set(Stage::Proxy);
        let target = format!("{host}:{port}");
        let socket = self.socket(&proxy.host, proxy.port, details)?;
        match proxy.https {
            true => {
                let stream = self.tls(socket, &proxy.host)?;
                let tunnel = tunnel::open(stream, proxy, &target)?;
                STAGE.set(Stage::Service);
                self.secured(tunnel, host, details).map(Some)
            }
            false => {
                let tunnel = tunnel::open(socket, proxy, &target)?;
                STAGE.set(Stage::Service);
                self.secured(tunnel, host, details).map(Some)
            }
        }
    }
}

impl std::fmt::Debug for ServiceConnector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ServiceConnector")
    }
}

/// A connection that notes when something is sent to the service.
#[derive(Debug)]
pub(super) struct ServiceTransport {
    inner: Box<dyn Transport>,
}

impl Transport for ServiceTransport {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        STAGE.set(Stage::Sent);
        self.inner.transmit_output(amount, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        self.inner.await_input(timeout)
    }

    /// ureq asks with its pool locked: a panic would lose the pool, and with it
    /// every further call of the client.
    fn is_open(&mut self) -> bool {
        catch_unwind(AssertUnwindSafe(|| self.inner.is_open())).unwrap_or(false)
    }

    fn is_tls(&self) -> bool {
        self.inner.is_tls()
    }
}

/// Resolves nothing: the connector does it, and only for a new connection, so
/// that a call over a kept one needs no name service.
#[derive(Debug)]
pub(super) struct NoResolver;

impl Resolver for NoResolver {
    fn resolve(
        &self,
        _: &Uri,
        _: &ureq::config::Config,
        _: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        Ok(self.empty())
    }
}
