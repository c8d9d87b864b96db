//! Sockets that are connecting.

use std::io;
use std::net::SocketAddr;

use rustix::fd::OwnedFd;

/// A non-blocking socket that is connecting, or is connected already.
#[cfg(target_os = "linux")]
pub(crate) fn start_connecting(address: SocketAddr) -> io::Result<OwnedFd> {
    use rustix::io::Errno;
    use rustix::net::{AddressFamily, SocketFlags, SocketType, connect, socket_with};

    let family = match address {
        SocketAddr::V4(_) => AddressFamily::INET,
        SocketAddr::V6(_) => AddressFamily::INET6,
    };
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let socket = socket_with(family, SocketType::STREAM, flags, None)?;
    match connect(&socket, &address) {
        // The kernel continues to connect, also after an interrupt.
        Ok(()) | Err(Errno::INPROGRESS | Errno::INTR) => Ok(socket),
        Err(error) => Err(error.into()),
    }
}

/// The same with `socket2`, which does what each system needs for that: starts the sockets of
/// Windows, keeps the descriptor from programs that this one starts, prevents SIGPIPE.
#[cfg(not(target_os = "linux"))]
pub(crate) fn start_connecting(address: SocketAddr) -> io::Result<OwnedFd> {
    use std::io::ErrorKind;

    use socket2::{Domain, Socket, Type};

    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    socket.set_nonblocking(true)?;
    if let Err(error) = socket.connect(&address.into()) {
        let continues = matches!(error.kind(), ErrorKind::Interrupted | ErrorKind::WouldBlock)
            || cfg!(unix) && error.raw_os_error() == Some(libc::EINPROGRESS);
        if !continues {
            return Err(error);
        }
    }
    Ok(socket.into())
}
