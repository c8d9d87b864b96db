//! Our end of ureq's chain of connectors: socket, TLS, and a note of whether
//! anything was sent.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use rustls::ClientConfig;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::time;
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, NextTimeout, Transport, TransportAdapter,
};

use super::socket::Socket;
use super::stream::{Stream, StreamTransport, Tunnel, deadline};
use super::tls::TlsStream;
use crate::cancel::Cancel;

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

/// Connects to the service, or through the tunnel that a proxy made.
pub(super) struct ServiceConnector {
    pub(super) tls: Option<Arc<ClientConfig>>,
    pub(super) cancel: Option<Arc<Cancel>>,
    /// Whether the service is reached through a proxy.
    pub(super) proxied: bool,
}

impl ServiceConnector {
    /// Adds TLS where the URL asks for it.
    fn secured<S: Stream>(
        &self,
        stream: S,
        host: &str,
        https: bool,
    ) -> Result<Box<dyn Transport>, ureq::Error> {
        Ok(match (&self.tls, https) {
            (Some(tls), true) => Box::new(StreamTransport::new(TlsStream::connect(
                stream,
                host,
                tls.clone(),
            )?)),
            _ => Box::new(StreamTransport::new(stream)),
        })
    }
}

impl<In: Transport> Connector<In> for ServiceConnector {
    type Out = ServiceTransport;

    fn connect(
        &self,
        details: &ConnectionDetails,
        chained: Option<In>,
    ) -> Result<Option<ServiceTransport>, ureq::Error> {
        let invalid = || ureq::Error::BadUri("the URL names no host".to_owned());
        let authority = details.uri.authority().ok_or_else(invalid)?;
        let https = details.needs_tls();
        // ureq connects to the proxy with a configuration that has none.
        let to_proxy = self.proxied && details.config.proxy().is_none();
        let inner = match chained {
            Some(tunnel) => {
                let mut tunnel =
                    TransportAdapter::new(tunnel.boxed(), details.current_time.clone());
                tunnel.set_timeout(remaining(details));
                self.secured(Tunnel(tunnel), authority.host(), https)?
            }
            None => {
                let port = authority.port_u16().unwrap_or(if https { 443 } else { 80 });
                let deadline = deadline(remaining(details), Instant::now());
                let cancel = self.cancel.clone();
                let socket = Socket::connect(authority.host(), port, deadline, cancel)?;
                self.secured(socket, authority.host(), https)?
            }
        };
        Ok(Some(ServiceTransport { inner, to_proxy }))
    }
}

impl std::fmt::Debug for ServiceConnector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ServiceConnector")
    }
}

/// What is left of the time for connecting: a proxy may have used some.
fn remaining(details: &ConnectionDetails) -> NextTimeout {
    let mut timeout = details.timeout;
    if let (time::Instant::Exact(started), time::Duration::Exact(limit)) =
        (details.now, timeout.after)
    {
        timeout.after = limit.saturating_sub(started.elapsed()).into();
    }
    timeout
}

/// A connection that notes when something is sent over it.
#[derive(Debug)]
pub(super) struct ServiceTransport {
    inner: Box<dyn Transport>,
    /// A proxy is asked for a tunnel only: that is not sending.
    to_proxy: bool,
}

impl Transport for ServiceTransport {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        if !self.to_proxy {
            SENT.set(true);
        }
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
