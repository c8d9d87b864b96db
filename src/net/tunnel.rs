//! Opens a tunnel through a proxy: CONNECT (RFC 9110, section 9.3.6).

use std::io;

use zeroize::Zeroizing;

use super::error::{Error, Result};
use super::proxy::Proxy;
use super::stream::Stream;

/// The largest answer of a proxy, with its interim answers.
const MAX_ANSWER: usize = 16 * 1024;

/// Turns a connection to a proxy into one to `target`, a host and a port.
pub(crate) fn open(stream: &mut dyn Stream, proxy: &Proxy, target: &str) -> Result<()> {
    let failed = |problem| no_tunnel(target, problem);
    let request = request(proxy, target);
    stream
        .write_all(request.as_bytes())
        .and_then(|()| stream.flush())
        .map_err(|error| failed(error.into()))?;
    let mut answer = Answer {
        stream,
        left: MAX_ANSWER,
    };
    loop {
        match answer.status().map_err(failed)? {
            // An interim answer. Not 101, which switches to another protocol.
            100 | 102..=199 => {}
            200..=299 => return Ok(()),
            407 => return Err(Error::ProxyLogin(login_refused(proxy))),
            other => return Err(failed(Problem::Answer(format!("it answered {other}")))),
        }
    }
}

enum Problem {
    /// The connection broke, or the call's deadline passed.
    Connection(io::Error),
    Answer(String),
}

impl From<io::Error> for Problem {
    fn from(error: io::Error) -> Problem {
        Problem::Connection(error)
    }
}

fn no_tunnel(target: &str, problem: Problem) -> Error {
    let why = match problem {
        Problem::Answer(why) => why,
        Problem::Connection(error) => match Error::from(error) {
            lost @ Error::Lost(_) => lost.to_string(),
            // TLS to the proxy failed, or the call's deadline passed.
            other => return other,
        },
    };
    Error::Proxy(format!("it opened no tunnel to {target}: {why}"))
}

fn request(proxy: &Proxy, target: &str) -> Zeroizing<String> {
    const FIXED: usize = 128;
    let authorization = proxy.authorization.as_ref().map_or("", |value| value);
    let room = FIXED + 2 * target.len() + authorization.len();
    let mut request = Zeroizing::new(String::with_capacity(room));
    for part in ["CONNECT ", target, " HTTP/1.1\r\nHost: ", target, "\r\n"] {
        request.push_str(part);
    }
    if !authorization.is_empty() {
        for part in ["Proxy-Authorization: ", authorization, "\r\n"] {
            request.push_str(part);
        }
    }
    // Without this header, HTTP/1.0 proxies close the connection after their answer.
    request.push_str("Proxy-Connection: Keep-Alive\r\n\r\n");
    request
}

fn login_refused(proxy: &Proxy) -> String {
    let why = match proxy.authorization {
        Some(_) => "it refused the user and password in its URL (407)",
        None => {
            "it requires a login (407): put user and password, percent-encoded, into its URL: \
             http://user:password@host:port"
        }
    };
    why.to_owned()
}

/// The proxy's answer. It is read byte by byte: the bytes after it come from the service.
struct Answer<'a> {
    stream: &'a mut dyn Stream,
    /// How many more bytes may be read.
    left: usize,
}

impl Answer<'_> {
    /// The status of the next answer. Its headers are ignored.
    fn status(&mut self) -> std::result::Result<u16, Problem> {
        let line = self.line()?;
        let status =
            status(&line).ok_or_else(|| Problem::Answer("its answer is not HTTP".to_owned()))?;
        while !self.line()?.is_empty() {}
        Ok(status)
    }

    /// One line, without its line break.
    fn line(&mut self) -> std::result::Result<Vec<u8>, Problem> {
        let mut line = Vec::new();
        let mut byte = [0];
        loop {
            if self.left == 0 {
                let why = format!("its answer is longer than {MAX_ANSWER} bytes");
                return Err(Problem::Answer(why));
            }
            if self.stream.read(&mut byte)? == 0 {
                let why = "it closed the connection without a complete answer";
                return Err(Problem::Answer(why.to_owned()));
            }
            self.left -= 1;
            match byte {
                [b'\n'] => break,
                [other] => line.push(other),
            }
        }
        if line.last() == Some(&b'\r') {
            line.pop();
        }
        Ok(line)
    }
}

/// The number in a line like `HTTP/1.1 200 Connection established`.
fn status(line: &[u8]) -> Option<u16> {
    let line = line.strip_prefix(b"HTTP/1.")?;
    let (_, rest) = line
        .split_first()
        .filter(|(minor, _)| minor.is_ascii_digit())?;
    let (digits, rest) = rest.strip_prefix(b" ")?.split_at_checked(3)?;
    if !matches!(rest.first(), None | Some(b' ')) || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(digits).ok()?.parse().ok()
}
