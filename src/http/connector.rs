//! Our connector for ureq: an idle connection to the service, or a new one, through a proxy's
//! tunnel if one is configured, with TLS for https.

use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{ConnectionDetails, Connector, NextTimeout};

use super::connection::{Connection, Origin};
use super::current::{self, Stage};
use super::pool::Pool;
use super::transport::StreamTransport;
use crate::net::{self, Proxy, Socket, Stream, TlsStream};

/// Connects to the service.
#[derive(Debug)]
pub(super) struct ServiceConnector {
    /// None if neither the service nor the proxy uses TLS.
    pub(super) tls: Option<Arc<ClientConfig>>,
    pub(super) proxy: Option<Arc<Proxy>>,
    /// The limit for connecting, TLS handshake included.
    pub(super) timeout: Duration,
    pub(super) pool: Arc<Pool>,
}

impl ServiceConnector {
    fn tls(&self, stream: Box<dyn Stream>, host: &str) -> Result<Box<dyn Stream>, ureq::Error> {
        let tls = self.tls.clone().ok_or(ureq::Error::TlsRequired)?;
        Ok(Box::new(TlsStream::connect(stream, host, tls)?))
    }

    /// A connection to the service, still without TLS to it.
    fn connect_to(&self, host: &str, port: u16) -> Result<Box<dyn Stream>, ureq::Error> {
        let budget = current::budget().at_most(self.timeout);
        let Some(proxy) = self.proxy.as_deref() else {
            return Ok(Box::new(Socket::connect(host, port, budget)?));
        };
        current::set_stage(Stage::Proxy);
        let mut stream: Box<dyn Stream> =
            Box::new(Socket::connect(&proxy.host, proxy.port, budget)?);
        if proxy.https {
            stream = self.tls(stream, &proxy.host)?;
        }
        net::open_tunnel(&mut *stream, proxy, &format!("{host}:{port}"))?;
        current::set_stage(Stage::Service);
        Ok(stream)
    }

    fn connect_new(&self, origin: Origin) -> Result<Connection, ureq::Error> {
        let host = origin.authority.host();
        let default = if origin.is_tls { 443 } else { 80 };
        let port = origin.authority.port_u16().unwrap_or(default);
        let mut stream = self.connect_to(host, port)?;
        if origin.is_tls {
            stream = self.tls(stream, host)?;
        }
        Ok(Connection::new(stream, origin))
    }
}

impl Connector for ServiceConnector {
    type Out = StreamTransport;

    fn connect(
        &self,
        details: &ConnectionDetails,
        _: Option<()>,
    ) -> Result<Option<StreamTransport>, ureq::Error> {
        let invalid = || ureq::Error::BadUri("the URL has no host".to_owned());
        let origin = Origin {
            authority: details.uri.authority().ok_or_else(invalid)?.clone(),
            is_tls: details.needs_tls(),
        };
        let connection = match self.pool.take(&origin) {
            Some(connection) => connection,
            None => Box::new(self.connect_new(origin)?),
        };
        Ok(Some(StreamTransport::new(connection, self.pool.clone())))
    }
}

/// Resolves nothing. The connector does the DNS lookup, and only for a new connection: a
/// call over an idle connection needs no DNS.
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
