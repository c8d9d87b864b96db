//! The listening sockets.

use std::future::poll_fn;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

use super::connection::{self, Service};
use crate::host::Host;

const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

pub const LOOPBACK_V4: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
pub const LOOPBACK_V6: IpAddr = IpAddr::V6(Ipv6Addr::LOCALHOST);

/// The sockets of one port, one for each address of its host.
pub struct Listeners(Vec<std::net::TcpListener>);

impl Listeners {
    /// Binds a port of a host, 0 for any free one.
    pub fn bind(host: &Host, port: u16) -> io::Result<Self> {
        let addresses = addresses(host)?;
        for _ in 0..20 {
            match listen_on_all(&addresses, port) {
                // Another process has the port on one of the addresses: choose another one.
                Err(error) if error.kind() == io::ErrorKind::AddrInUse && port == 0 => {}
                result => return result.map(Self),
            }
        }
        Err(io::Error::new(
            io::ErrorKind::AddrInUse,
            "no port is free for both IPv4 and IPv6",
        ))
    }

    /// The port.
    pub fn port(&self) -> io::Result<u16> {
        let first = self.0.first().ok_or(io::ErrorKind::AddrNotAvailable)?;
        first.local_addr().map(|address| address.port())
    }

    /// Accepts connections until it is dropped.
    pub async fn serve(self, service: Arc<Service>, tls: Option<TlsAcceptor>) -> io::Result<()> {
        let listeners: Vec<_> = self
            .0
            .into_iter()
            .map(TcpListener::from_std)
            .collect::<Result<_, _>>()?;
        loop {
            let accepted = poll_fn(|cx| {
                let mut accepted = listeners.iter().map(|listener| listener.poll_accept(cx));
                accepted.find(Poll::is_ready).unwrap_or(Poll::Pending)
            });
            match accepted.await {
                Ok(connection) => {
                    tokio::spawn(start(connection, Arc::clone(&service), tls.clone()));
                }
                // Most likely out of file descriptors: wait until some connections end.
                Err(_) => sleep(Duration::from_millis(10)).await,
            }
        }
    }
}

/// The addresses of a host. `localhost` may resolve to either loopback address, so both are served.
fn addresses(host: &Host) -> io::Result<Vec<IpAddr>> {
    match host {
        Host::Ip(address) if *address != LOOPBACK_V4 && *address != LOOPBACK_V6 => {
            Ok(vec![*address])
        }
        loopback if loopback.is_loopback() => Ok(vec![LOOPBACK_V4, LOOPBACK_V6]),
        name => {
            let resolved = (name.to_string(), 0).to_socket_addrs().map_err(|error| {
                let message = format!("cannot find the address of the host {name}: {error}");
                io::Error::new(error.kind(), message)
            })?;
            let mut addresses: Vec<_> = resolved.map(|address| address.ip()).collect();
            addresses.sort_unstable();
            addresses.dedup();
            Ok(addresses)
        }
    }
}

fn listen_on_all(addresses: &[IpAddr], mut port: u16) -> io::Result<Vec<std::net::TcpListener>> {
    let mut listeners = Vec::new();
    for address in addresses {
        match listen(*address, port) {
            Ok(listener) => {
                port = listener.local_addr()?.port();
                listeners.push(listener);
            }
            // The machine has no IPv6.
            Err(error) if *address == LOOPBACK_V6 && error.kind() != io::ErrorKind::AddrInUse => {}
            Err(error) => return Err(explained(error, *address, port)),
        }
    }
    Ok(listeners)
}

/// The error with the address and the port, and what to do.
fn explained(error: io::Error, address: IpAddr, port: u16) -> io::Error {
    let advice = match error.kind() {
        io::ErrorKind::AddrInUse => {
            ". Another program has this port: stop it, or choose another port with --port"
        }
        io::ErrorKind::PermissionDenied => {
            ". Ports below 1024 need rights: choose another one with --port"
        }
        io::ErrorKind::AddrNotAvailable => {
            ". This machine does not have the address that --host names"
        }
        _ => "",
    };
    let address = SocketAddr::new(address, port);
    io::Error::new(
        error.kind(),
        format!("cannot listen on {address}: {error}{advice}"),
    )
}

fn listen(address: IpAddr, port: u16) -> io::Result<std::net::TcpListener> {
    let listener = std::net::TcpListener::bind((address, port))?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

async fn start((tcp, _): (TcpStream, SocketAddr), service: Arc<Service>, tls: Option<TlsAcceptor>) {
    // Otherwise small answers wait for delayed acknowledgements. This can only fail on a dead socket.
    let _ = tcp.set_nodelay(true);
    match tls {
        None => connection::serve(tcp, service).await,
        Some(tls) => {
            if let Ok(Ok(stream)) = timeout(HANDSHAKE_TIMEOUT, tls.accept(tcp)).await {
                connection::serve(stream, service).await;
            }
        }
    }
}
