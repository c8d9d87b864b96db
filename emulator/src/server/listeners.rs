//! The listening sockets.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

use super::connection;
use crate::state::State;

const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

/// The loopback sockets of one port, IPv4 and IPv6: `localhost` may resolve to either.
pub struct Listeners {
    v4: std::net::TcpListener,
    v6: Option<std::net::TcpListener>,
}

impl Listeners {
    /// Binds a port of the loopback interface, 0 for any free one.
    pub fn bind(port: u16) -> io::Result<Self> {
        for _ in 0..20 {
            let v4 = listen(Ipv4Addr::LOCALHOST.into(), port)?;
            match listen(Ipv6Addr::LOCALHOST.into(), v4.local_addr()?.port()) {
                Ok(v6) => return Ok(Self { v4, v6: Some(v6) }),
                // Another process has this port on IPv6: choose another port, unless a port was given.
                Err(error) if error.kind() == io::ErrorKind::AddrInUse && port == 0 => {}
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => return Err(error),
                // The machine has no IPv6.
                Err(_) => return Ok(Self { v4, v6: None }),
            }
        }
        Err(io::Error::new(
            io::ErrorKind::AddrInUse,
            "no port is free for both IPv4 and IPv6",
        ))
    }

    /// The port.
    pub fn port(&self) -> io::Result<u16> {
        self.v4.local_addr().map(|address| address.port())
    }

    /// Accepts connections until it is dropped.
    pub async fn serve(
        self,
        state: Arc<State>,
        router: Router,
        tls: Option<TlsAcceptor>,
    ) -> io::Result<()> {
        let v4 = TcpListener::from_std(self.v4)?;
        let v6 = self.v6.map(TcpListener::from_std).transpose()?;
        loop {
            let accepted = match &v6 {
                None => v4.accept().await,
                Some(v6) => tokio::select! { v4 = v4.accept() => v4, v6 = v6.accept() => v6 },
            };
            match accepted {
                Ok(connection) => {
                    tokio::spawn(start(
                        connection,
                        Arc::clone(&state),
                        router.clone(),
                        tls.clone(),
                    ));
                }
                // Most likely out of file descriptors: wait until some connections end.
                Err(_) => sleep(Duration::from_millis(10)).await,
            }
        }
    }
}

fn listen(address: IpAddr, port: u16) -> io::Result<std::net::TcpListener> {
    let listener = std::net::TcpListener::bind((address, port))?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

async fn start(
    (tcp, _): (TcpStream, SocketAddr),
    state: Arc<State>,
    router: Router,
    tls: Option<TlsAcceptor>,
) {
    // Otherwise small answers wait for delayed acknowledgements. This can only fail on a dead socket.
    let _ = tcp.set_nodelay(true);
    match tls {
        None => connection::serve(tcp, state, router).await,
        Some(tls) => {
            if let Ok(Ok(stream)) = timeout(HANDSHAKE_TIMEOUT, tls.accept(tcp)).await {
                connection::serve(stream, state, router).await;
            }
        }
    }
}
