//! Raw bytes on a connection that a fault took over from the HTTP server.

use std::time::Duration;

use axum::body::to_bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use tokio::io::{self, AsyncReadExt, AsyncWriteExt};
use tokio::time::sleep;

use super::socket::Socket;

/// Bytes to write, and how the connection ends.
#[derive(Default)]
pub struct Script {
    pub head: Vec<u8>,
    /// Written this many times between head and tail.
    pub repeat: Option<(Vec<u8>, u64)>,
    pub tail: Vec<u8>,
    pub bytes_per_second: Option<u32>,
    /// How long to keep the connection open afterwards, unless the client closes it.
    pub hold: Duration,
    pub end: End,
}

/// How a connection ends.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub enum End {
    /// Regular; over TLS with a close notification.
    #[default]
    Proper,
    /// As if the server had crashed; over TLS without a close notification.
    Abrupt,
    /// With a reset.
    Reset,
}

impl Script {
    /// These bytes and a proper end.
    pub fn new(head: Vec<u8>) -> Self {
        Self {
            head,
            ..Self::default()
        }
    }

    /// Writes the bytes and ends the connection.
    pub async fn play<S: Socket>(self, mut stream: S) {
        // Errors are ignored: the client has left.
        if self.write(&mut stream).await.is_ok() && !self.hold.is_zero() {
            let client_closes =
                async { while stream.read(&mut [0; 512]).await.is_ok_and(|n| n > 0) {} };
            tokio::select! { () = client_closes => {}, () = sleep(self.hold) => {} }
        }
        match self.end {
            End::Proper => drop(stream.shutdown().await),
            End::Abrupt => {}
            End::Reset => drop(stream.tcp().set_zero_linger()),
        }
    }

    async fn write<S: Socket>(&self, stream: &mut S) -> io::Result<()> {
        self.write_at_speed(stream, &self.head).await?;
        if let Some((bytes, times)) = &self.repeat {
            for _ in 0..*times {
                stream.write_all(bytes).await?;
            }
        }
        self.write_at_speed(stream, &self.tail).await?;
        stream.flush().await
    }

    async fn write_at_speed<S: Socket>(&self, stream: &mut S, bytes: &[u8]) -> io::Result<()> {
        let Some(speed) = self.bytes_per_second else {
            return stream.write_all(bytes).await;
        };
        // Timers allow about 500 writes per second: one byte each at low speeds, more at high ones.
        let chunk = speed.div_ceil(500).max(1);
        for part in bytes.chunks(chunk as usize) {
            stream.write_all(part).await?;
            stream.flush().await?;
            sleep(Duration::from_secs_f64(
                part.len() as f64 / f64::from(speed.max(1)),
            ))
            .await;
        }
        Ok(())
    }
}

/// The bytes of an answer on the wire.
pub async fn raw(response: Response) -> Vec<u8> {
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let mut bytes = format!("HTTP/1.1 {}\r\n", parts.status).into_bytes();
    bytes.extend(header_lines(&parts.headers));
    // A 204 has no body and must not announce one.
    if parts.status != StatusCode::NO_CONTENT && !parts.headers.contains_key("content-length") {
        bytes.extend_from_slice(format!("content-length: {}\r\n", body.len()).as_bytes());
    }
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(&body);
    bytes
}

/// The lines of headers on the wire.
pub fn header_lines(headers: &HeaderMap) -> Vec<u8> {
    let lines = headers
        .iter()
        .map(|(name, value)| [name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    lines.flatten().collect()
}
