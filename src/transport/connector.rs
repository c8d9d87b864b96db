//! Our connector for ureq: socket, a proxy's tunnel, TLS, and a note of whether
//! anything was sent.

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

thread_local! {
    /// Whether this thread's current request may have reached the service.
    static SENT: Cell<bool> = const { Cell::new(false) };
}

/// Forgets what was sent before; called ahead of every request.
pub(super) fn reset_sent() {
    SENT.set(false);
}

/// Whether any byte of the current request left this process. What was not
/// sent may be repeated, whatever it would have done.
pub(super) fn was_sent() -> bool {
    SENT.get()
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
        let target = format!("{host}:{port}");
        let socket = self.socket(&proxy.host, proxy.port, details)?;
        match proxy.https {
            true => {
                let stream = self.tls(socket, &proxy.host)?;
                let tunnel = tunnel::open(stream, proxy, &target)?;
                self.secured(tunnel, host, details).map(Some)
            }
            false => {
                let tunnel = tunnel::open(socket, proxy, &target)?;
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

/// A connection that notes when something is sent over it.
#[derive(Debug)]
pub(super) struct ServiceTransport {
    inner: Box<dyn Transport>,
}

impl Transport for ServiceTransport {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        SENT.set(true);
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
