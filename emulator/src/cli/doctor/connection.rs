//! Connects step by step: name, TCP, proxy, TLS.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::Error;
use tokio_rustls::rustls::pki_types::ServerName;

use super::address::{self, Address, Host, Proxy};
use super::certificates::{describe, explain};
use super::input::host::is_loopback_name;
use super::report::{Problem, Report};
use super::settings;
use super::trust::Trust;

pub trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

pub type Stream = Box<dyn Duplex>;

/// The largest head of a proxy's answer.
const MAX_HEAD: usize = 16 * 1024;

/// The route to the service.
pub struct Route {
    pub host: Host,
    pub proxy: Option<Proxy>,
    /// None without TLS.
    pub trust: Option<Trust>,
    pub limit: Duration,
}

impl Route {
    /// The route that the settings choose: the proxy, and the certificates that are trusted.
    pub fn from_settings(report: &mut Report, address: &Address) -> Option<Self> {
        let proxy = report.check("proxy", address::proxy(&address.host));
        let proxy_over_tls = matches!(&proxy, Some(Some(proxy)) if proxy.host.https);
        let trust = if address.host.https || proxy_over_tls {
            report
                .check("trusted roots", Trust::from_settings())
                .map(Some)
        } else {
            match Trust::check_settings() {
                Ok(()) => Some(None),
                Err(problem) => {
                    report.problem("trusted roots", &problem);
                    None
                }
            }
        };
        Some(Self {
            host: address.host.clone(),
            proxy: proxy?,
            trust: trust?,
            limit: settings::milliseconds("connect_timeout_ms", 5_000),
        })
    }

    /// Connects and reports each step.
    pub async fn connect(&self, report: &mut Report) -> Option<Stream> {
        let first = self.proxy.as_ref().map_or(&self.host, |proxy| &proxy.host);
        let addresses = report.check("name", self.within(resolve(first)).await)?;
        let tcp = report.check("connection", self.within(dial(first, &addresses)).await)?;
        let mut stream: Stream = Box::new(tcp);
        if let Some(proxy) = &self.proxy {
            if proxy.host.https {
                stream = report.check(
                    "proxy's TLS",
                    self.within(self.tls(&proxy.host, stream)).await,
                )?;
            }
            stream = report.check(
                "tunnel",
                self.within(tunnel(proxy, &self.host, stream)).await,
            )?;
        }
        if self.host.https {
            stream = report.check(
                "certificate",
                self.within(self.tls(&self.host, stream)).await,
            )?;
        }
        Some(stream)
    }

    async fn within<T>(
        &self,
        step: impl Future<Output = Result<T, Problem>>,
    ) -> Result<T, Problem> {
        timeout(self.limit, step).await.unwrap_or_else(|_| {
            Err(Problem::new(
                format!("nothing came within {} ms", self.limit.as_millis()),
                format!(
                    "check {}, the network and its firewall; behind a proxy, set LOGINID_PROXY",
                    self.host.variable
                ),
            ))
        })
    }

    async fn tls(&self, host: &Host, stream: Stream) -> Result<(Stream, String), Problem> {
        let name = ServerName::try_from(host.name.clone()).map_err(|_| {
            Problem::new(
                format!("{} is not a name that a certificate can have", host.name),
                "correct the URL",
            )
        })?;
        let trust = self.trust.as_ref().expect("made wherever TLS is used");
        match TlsConnector::from(trust.config.clone())
            .connect(name, stream)
            .await
        {
            Ok(stream) => Ok((Box::new(stream), describe(&trust.received()))),
            Err(error) => Err(explain_tls(trust, host, &error)),
        }
    }
}

fn explain_tls(trust: &Trust, host: &Host, error: &io::Error) -> Problem {
    match error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<Error>())
    {
        Some(error) => explain(&trust.received(), error, host),
        None => Problem::new(
            format!("TLS broke: {error}"),
            format!("check that host and port of {} speak https", host.variable),
        ),
    }
}

async fn resolve(host: &Host) -> Result<(Vec<SocketAddr>, String), Problem> {
    let unknown = |why: String| {
        Problem::new(
            format!("{} has no address: {why}", host.name),
            format!(
                "check the name in {}, and this machine's DNS",
                host.variable
            ),
        )
    };
    let addresses: Vec<_> = if is_loopback_name(&host.name) {
        let loopback = [Ipv6Addr::LOCALHOST.into(), Ipv4Addr::LOCALHOST.into()];
        loopback.map(|ip| SocketAddr::new(ip, host.port)).to_vec()
    } else {
        lookup_host((host.name.as_str(), host.port))
            .await
            .map_err(|error| unknown(error.to_string()))?
            .collect()
    };
    if addresses.is_empty() {
        return Err(unknown("none is known".to_owned()));
    }
    let list: Vec<_> = addresses
        .iter()
        .map(|address| address.ip().to_string())
        .collect();
    Ok((addresses, format!("{} is {}", host.name, list.join(", "))))
}

async fn dial(host: &Host, addresses: &[SocketAddr]) -> Result<(TcpStream, String), Problem> {
    let stream = TcpStream::connect(addresses).await.map_err(|error| {
        Problem::new(
            format!("{} does not take connections: {error}", host.authority()),
            format!(
                "check host and port of {}; start the emulator if it is meant",
                host.variable
            ),
        )
    })?;
    Ok((stream, format!("{} takes connections", host.authority())))
}

/// Asks the proxy for a connection to the service.
async fn tunnel(
    proxy: &Proxy,
    host: &Host,
    mut stream: Stream,
) -> Result<(Stream, String), Problem> {
    let target = host.authority();
    let mut request = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n");
    if let Some(authorization) = &proxy.authorization {
        request += &format!("Proxy-Authorization: {authorization}\r\n");
    }
    request += "\r\n";
    let broken = |error: io::Error| {
        Problem::new(
            format!("the proxy broke the connection: {error}"),
            "check that it is an HTTP proxy that allows CONNECT",
        )
    };
    stream.write_all(request.as_bytes()).await.map_err(broken)?;
    let mut status = read_status(&mut stream).await.map_err(broken)?;
    // Skip interim answers, but not 101, which switches protocols.
    while status.starts_with('1') && status != "101" {
        status = read_status(&mut stream).await.map_err(broken)?;
    }
    match status.as_str() {
        status if status.starts_with('2') => {
            Ok((stream, format!("the proxy connects to {target}")))
        }
        "407" => Err(Problem::new(
            "the proxy asks for a user and password, or refuses those given (407)",
            "put them into its URL: http://user:password@host:port, percent-encoded",
        )),
        status => Err(Problem::new(
            format!(
                "the proxy refuses to connect to {target} ({})",
                if status.is_empty() { "no HTTP" } else { status }
            ),
            "have the proxy allow it, or exclude the host with NO_PROXY if LOGINID_PROXY is env",
        )),
    }
}

/// Reads the head of an answer, not a byte more, and returns its status; empty if it is not HTTP.
async fn read_status(stream: &mut Stream) -> io::Result<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") && !head.ends_with(b"\n\n") {
        if head.len() == MAX_HEAD {
            return Err(io::Error::other("its answer never ends"));
        }
        head.push(stream.read_u8().await?);
    }
    let head = String::from_utf8_lossy(&head);
    let status = head.strip_prefix("HTTP/1.").and_then(|rest| rest.get(2..5));
    let is_status = |status: &&str| status.bytes().all(|byte| byte.is_ascii_digit());
    Ok(status.filter(is_status).unwrap_or_default().to_owned())
}
