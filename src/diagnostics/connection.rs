//! Connects step by step, as the calls of a client do: name, connection, tunnel, TLS.

use std::net::IpAddr;
use std::sync::Arc;

use rustls::ClientConfig;

use crate::budget::Budget;
use crate::calls::connection_code;
use crate::codes::Code;
use crate::config::effective::{ProxyChoice, TrustedRoots};
use crate::config::recording::{CertificateFault, Received};
use crate::config::{self, Common, trust};
use crate::error::{Error, Result};
use crate::input::host::without_brackets;
use crate::net::{self, Socket, Stream, TlsStream};

/// A step that succeeded.
#[derive(Clone, Debug)]
pub enum Step {
    /// The name of the service, or of the proxy, has these addresses.
    Name {
        /// The name.
        host: String,
        /// In the order in which they are tried.
        addresses: Vec<IpAddr>,
    },
    /// Host and port take connections.
    Connection(String),
    /// The certificates (DER) of the proxy are trusted.
    ProxyTls(Vec<Vec<u8>>),
    /// The proxy connects to this host and port.
    Tunnel(String),
    /// The certificates (DER) of the service are trusted.
    Tls(Vec<Vec<u8>>),
}

/// The step that failed.
#[derive(Clone, Debug)]
pub struct Failure {
    /// `name`, `connection`, `proxy's TLS`, `tunnel` or `certificate`.
    pub step: &'static str,
    /// Whether the other side is the proxy.
    pub is_proxy: bool,
    /// The host and the port of the other side.
    pub peer: String,
    /// Why.
    pub error: Error,
    /// The certificates (DER) that are not trusted.
    pub certificates: Vec<Vec<u8>>,
    /// What is wrong with them.
    pub fault: Option<CertificateFault>,
}

/// What the steps of a connection return.
type Attempt<T> = std::result::Result<T, Box<Failure>>;

/// A connection over TLS, and the certificates (DER) of the other side.
type OverTls = (Box<dyn Stream>, Vec<Vec<u8>>);

/// How a client connects to its service.
pub struct Connection<'a>(pub(crate) &'a Common);

impl Connection<'_> {
    /// The host of the service, without brackets.
    pub fn host(&self) -> &str {
        without_brackets(self.0.base_url.host())
    }

    /// The proxy, as host and port, and why it is used or none is.
    pub fn proxy(&self) -> (Option<String>, ProxyChoice) {
        let proxy = self.0.proxy.as_deref();
        let address = proxy.map(|proxy| format!("{}:{}", proxy.host, proxy.port));
        (address, self.0.proxy_choice.clone())
    }

    /// The variable that names a proxy that is not asked for.
    pub fn unasked_proxy(&self) -> Option<String> {
        config::unasked_variable(&self.0.base_url)
    }

    /// The trusted roots; none if nothing is connected to over TLS.
    pub fn trusted_roots(&self) -> Result<Option<TrustedRoots>> {
        let needs_tls = self.0.needs_tls();
        needs_tls
            .then(|| trust::describe_roots(&self.0.tls))
            .transpose()
    }

    /// Connects as calls do, and reports each step that succeeds. The connection is closed again.
    pub fn connect(
        &self,
        report: &mut dyn FnMut(Step),
    ) -> Result<std::result::Result<(), Box<Failure>>> {
        Ok(Route::new(self.0)?.connect(report))
    }
}

/// One connection to the service.
struct Route<'a> {
    config: &'a Common,
    tls: Option<Arc<ClientConfig>>,
    received: Arc<Received>,
}

impl Route<'_> {
    fn new(config: &Common) -> Result<Route<'_>> {
        let received = Arc::new(Received::default());
        let tls = match config.needs_tls() {
            true => trust::recording_config(&config.tls, &received)?.map(Arc::new),
            false => None,
        };
        Ok(Route {
            config,
            tls,
            received,
        })
    }

    fn connect(&self, report: &mut dyn FnMut(Step)) -> Attempt<()> {
        let service = &self.config.base_url;
        let (host, port) = (service.host(), service.port());
        let target = format!("{host}:{port}");
        let stream = match self.config.proxy.as_deref() {
            None => self.open(host, port, false, report)?,
            Some(proxy) => {
                let peer = format!("{}:{}", proxy.host, proxy.port);
                let mut stream = self.open(&proxy.host, proxy.port, true, report)?;
                if proxy.https {
                    let step = self.tls("proxy's TLS", stream, &proxy.host, &peer)?;
                    stream = step.0;
                    report(Step::ProxyTls(step.1));
                }
                stream.set_budget(self.budget());
                net::open_tunnel(&mut *stream, proxy, &target)
                    .map_err(|error| self.failure("tunnel", &peer, error))?;
                report(Step::Tunnel(target.clone()));
                stream
            }
        };
        if service.is_https() {
            let (_, certificates) = self.tls("certificate", stream, host, &target)?;
            report(Step::Tls(certificates));
        }
        Ok(())
    }

    /// Each step has the time that a connection may take.
    fn budget(&self) -> Budget {
        Budget::within(self.config.connect_timeout)
    }

    fn open(
        &self,
        host: &str,
        port: u16,
        is_proxy: bool,
        report: &mut dyn FnMut(Step),
    ) -> Attempt<Box<dyn Stream>> {
        let peer = format!("{host}:{port}");
        let failed = |step, error| {
            let mut failure = self.failure(step, &peer, error);
            failure.is_proxy = is_proxy;
            failure
        };
        let addresses =
            net::resolve(host, port, &self.budget()).map_err(|error| failed("name", error))?;
        report(Step::Name {
            host: without_brackets(host).to_owned(),
            addresses: addresses.iter().map(|address| address.ip()).collect(),
        });
        let socket = Socket::connect(host, port, self.budget())
            .map_err(|error| failed("connection", error))?;
        report(Step::Connection(peer));
        Ok(Box::new(socket))
    }

    fn tls(
        &self,
        step: &'static str,
        mut stream: Box<dyn Stream>,
        host: &str,
        peer: &str,
    ) -> Attempt<OverTls> {
        stream.set_budget(self.budget());
        let Some(tls) = self.tls.clone() else {
            let why = "no root certificate is trusted".to_owned();
            return Err(self.failure(step, peer, net::Error::Certificate(why)));
        };
        let stream = TlsStream::connect(stream, host, tls)
            .map_err(|error| self.failure(step, peer, error))?;
        Ok((Box::new(stream), self.received.take().0))
    }

    fn failure(&self, step: &'static str, peer: &str, error: net::Error) -> Box<Failure> {
        let error = match error {
            net::Error::Internal(own) => own,
            // Nothing but connecting is done in that time.
            net::Error::Timeout => Error::new(Code::ConnectTimeout, error.to_string()),
            _ => Error::new(connection_code(&error), error.to_string()),
        };
        let (certificates, fault) = self.received.take();
        Box::new(Failure {
            step,
            is_proxy: matches!(step, "tunnel" | "proxy's TLS"),
            peer: peer.to_owned(),
            error,
            certificates,
            fault,
        })
    }
}
