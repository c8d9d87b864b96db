//! What is written on a connection taken away from the HTTP server, byte for byte.

use std::time::Duration;

use axum::body::to_bytes;
use axum::response::Response;
use tokio::io::{self, AsyncReadExt, AsyncWriteExt};
use tokio::time::sleep;

use super::Socket;

/// Bytes to write, and how the connection ends.
#[derive(Default)]
pub struct Script {
    pub head: Vec<u8>,
    /// Written so many times between head and tail.
    pub repeat: Option<(Vec<u8>, u64)>,
    pub tail: Vec<u8>,
    pub bytes_per_second: Option<u32>,
    /// How long to stay connected afterwards, unless the client leaves.
    pub hold: Duration,
    pub end: End,
}

/// How a connection ends.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub enum End {
    /// As a server that is done: under TLS with a close notification.
    #[default]
    Proper,
    /// As if the machine had gone: under TLS with nothing said.
    Abrupt,
    /// With a reset.
    Reset,
}

impl Script {
    /// Plays the script and ends the connection.
    pub async fn play<S: Socket>(self, mut stream: S) {
        // A client that leaves in between is no concern: there is nobody left to tell.
        if self.write(&mut stream).await.is_ok() && !self.hold.is_zero() {
            let client_leaves =
                async { while stream.read(&mut [0; 512]).await.is_ok_and(|n| n > 0) {} };
            tokio::select! { () = client_leaves => {}, () = sleep(self.hold) => {} }
        }
        match self.end {
            End::Proper => drop(stream.shutdown().await),
            End::Abrupt => {}
            End::Reset => drop(stream.tcp().set_zero_linger()),
        }
    }

    async fn write<S: Socket>(&self, stream: &mut S) -> io::Result<()> {
        self.pace(stream, &self.head).await?;
        if let Some((bytes, times)) = &self.repeat {
            for _ in 0..*times {
                stream.write_all(bytes).await?;
            }
        }
        self.pace(stream, &self.tail).await?;
        stream.flush().await
    }

    async fn pace<S: Socket>(&self, stream: &mut S, bytes: &[u8]) -> io::Result<()> {
        let Some(speed) = self.bytes_per_second else {
            return stream.write_all(bytes).await;
        };
        // One byte at a time as far as timers can, then more at once.
        let at_once = speed.div_ceil(500).max(1);
        for part in bytes.chunks(at_once as usize) {
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

/// The answer as it goes over the wire.
pub async fn raw(response: Response) -> Vec<u8> {
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let mut bytes = format!("HTTP/1.1 {}\r\n", parts.status).into_bytes();
    for (name, value) in &parts.headers {
        bytes.extend_from_slice(name.as_str().as_bytes());
        bytes.extend_from_slice(b": ");
        bytes.extend_from_slice(value.as_bytes());
        bytes.extend_from_slice(b"\r\n");
    }
    // A 204 has no body and must not announce one.
    if parts.status != axum::http::StatusCode::NO_CONTENT
        && !parts.headers.contains_key("content-length")
    {
        bytes.extend_from_slice(format!("content-length: {}\r\n", body.len()).as_bytes());
    }
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(&body);
    bytes
}
