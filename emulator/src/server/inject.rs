//! Applies a fault to one request.

use std::io::Write;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use tokio::time::sleep;

use super::script::{End, Script, header_lines, raw};
use crate::fault::FaultKind;

/// `fault/check.rs` refuses all others.
const CHECKED: &str = "only faults that can be applied are kept";

/// What the client receives.
pub enum Reply {
    /// A regular answer.
    Answer(Response),
    /// Raw bytes, after which the connection ends.
    Script(Script),
}

/// Applies a fault. `carry_out` hands the request to the service; it is called once, or not at all. The headers
/// `shared` let a page read an answer that is not the service's.
pub async fn inject(
    fault: FaultKind,
    shared: &HeaderMap,
    carry_out: impl AsyncFnOnce() -> Response,
) -> Reply {
    match fault {
        FaultKind::Status {
            code,
            body,
            content_type,
            headers,
            carried_out,
        } => {
            carry_out_if(carried_out, carry_out).await;
            Reply::Answer(status(code, body, content_type, &headers).expect(CHECKED))
        }
        FaultKind::Redirect {
            code,
            location,
            carried_out,
        } => {
            carry_out_if(carried_out, carry_out).await;
            let location = [("location".to_owned(), location)];
            Reply::Answer(status(code, String::new(), None, &location).expect(CHECKED))
        }
        FaultKind::Delay { ms, carried_out } => {
            let delay = Duration::from_millis(ms);
            if carried_out {
                let answer = carry_out().await;
                sleep(delay).await;
                Reply::Answer(answer)
            } else {
                sleep(delay).await;
                Reply::Answer(carry_out().await)
            }
        }
        FaultKind::Drop { carried_out, reset } => {
            carry_out_if(carried_out, carry_out).await;
            Reply::Script(Script {
                end: broken_end(reset),
                ..Script::default()
            })
        }
        FaultKind::Truncate { bytes, reset } => {
            let mut head = raw(carry_out().await).await;
            head.truncate(bytes);
            Reply::Script(Script {
                head,
                end: broken_end(reset),
                ..Script::default()
            })
        }
        FaultKind::Slow { bytes_per_second } => {
            let mut answer = carry_out().await;
            answer
                .headers_mut()
                .insert(header::CONNECTION, HeaderValue::from_static("close"));
            let head = raw(answer).await;
            Reply::Script(Script {
                head,
                bytes_per_second: Some(bytes_per_second),
                ..Script::default()
            })
        }
        FaultKind::CloseIdle {} => Reply::Script(Script::new(raw(carry_out().await).await)),
        FaultKind::EndlessHeaders { carried_out } => {
            carry_out_if(carried_out, carry_out).await;
            let lines =
                b"x-endless: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n".repeat(64);
            let head = [b"HTTP/1.1 200 OK\r\n", header_lines(shared).as_slice()].concat();
            Reply::Script(Script {
                head,
                repeat: Some((lines, u64::MAX)),
                ..Script::default()
            })
        }
        FaultKind::Oversize {
            bytes,
            chunked,
            code,
            carried_out,
        } => {
            carry_out_if(carried_out, carry_out).await;
            Reply::Script(oversize(bytes, chunked, code, shared))
        }
        FaultKind::Raw {
            base64,
            hold_ms,
            carried_out,
        } => {
            carry_out_if(carried_out, carry_out).await;
            Reply::Script(Script {
                head: STANDARD.decode(base64).expect(CHECKED),
                hold: Duration::from_millis(hold_ms),
                end: End::Abrupt,
                ..Script::default()
            })
        }
        FaultKind::BadChunking { carried_out } => {
            carry_out_if(carried_out, carry_out).await;
            let mut head = json_head(200, "transfer-encoding: chunked", shared);
            head.extend_from_slice(b"2\r\n{}\r\nzz\r\nnot a chunk\r\n0\r\n\r\n");
            Reply::Script(Script::new(head))
        }
        FaultKind::Gzip { mib, carried_out } => {
            carry_out_if(carried_out, carry_out).await;
            let packed = tokio::task::spawn_blocking(move || gzip_bomb(mib))
                .await
                .unwrap_or_default();
            let headers = format!("content-encoding: gzip\r\ncontent-length: {}", packed.len());
            let mut head = json_head(200, &headers, shared);
            head.extend_from_slice(&packed);
            Reply::Script(Script::new(head))
        }
    }
}

async fn carry_out_if(carried_out: bool, carry_out: impl AsyncFnOnce() -> Response) {
    if carried_out {
        carry_out().await;
    }
}

fn broken_end(reset: bool) -> End {
    if reset { End::Reset } else { End::Abrupt }
}

fn status(
    code: u16,
    body: String,
    content_type: Option<String>,
    headers: &[(String, String)],
) -> Option<Response> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(code).ok()?;
    let content_type = content_type.unwrap_or_else(|| "application/json".to_owned());
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::try_from(content_type).ok()?,
    );
    for (name, value) in headers {
        let name = HeaderName::try_from(name).ok()?;
        response
            .headers_mut()
            .append(name, HeaderValue::try_from(value).ok()?);
    }
    Some(response)
}

fn json_head(code: u16, headers: &str, shared: &HeaderMap) -> Vec<u8> {
    let head = format!("HTTP/1.1 {code} -\r\ncontent-type: application/json\r\n{headers}\r\n");
    [head.as_bytes(), &header_lines(shared), b"\r\n"].concat()
}

fn oversize(bytes: u64, chunked: bool, code: u16, shared: &HeaderMap) -> Script {
    const BLOCK: u64 = 64 * 1024;
    let block = vec![b' '; BLOCK as usize];
    let rest = vec![b' '; (bytes % BLOCK) as usize];
    if !chunked {
        let head = json_head(code, &format!("content-length: {bytes}"), shared);
        return Script {
            head,
            repeat: Some((block, bytes / BLOCK)),
            tail: rest,
            ..Script::default()
        };
    }
    let chunk = |data: &[u8]| [format!("{:x}\r\n", data.len()).as_bytes(), data, b"\r\n"].concat();
    let mut tail = if rest.is_empty() {
        Vec::new()
    } else {
        chunk(&rest)
    };
    tail.extend_from_slice(b"0\r\n\r\n");
    let head = json_head(code, "transfer-encoding: chunked", shared);
    Script {
        head,
        repeat: Some((chunk(&block), bytes / BLOCK)),
        tail,
        ..Script::default()
    }
}

fn gzip_bomb(mib: u32) -> Vec<u8> {
    let block = vec![b' '; 1024 * 1024];
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    for _ in 0..mib {
        encoder.write_all(&block).expect("writing to memory works");
    }
    encoder.finish().expect("writing to memory works")
}
