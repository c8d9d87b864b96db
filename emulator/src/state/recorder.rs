//! The received requests, for tests that check what was sent and how often.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU16, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use axum::http::request::Parts;
use bytes::Bytes;
use serde::Serialize;
use serde_json::{Map, Value};

use super::clock::Millis;
use super::lock::lock;
use crate::error::ServiceError;
use crate::jws::Jws;

/// The list keeps this many of the latest requests; the count is not limited.
const KEEP: usize = 10_000;
/// And at most this much of them, headers and bodies together.
const KEEP_BYTES: usize = 64 * 1024 * 1024;

/// A service token as received, decoded but not verified.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DecodedToken {
    /// Its header.
    pub header: Map<String, Value>,
    /// Its claims.
    pub claims: Map<String, Value>,
}

/// A request the service received.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Request {
    /// Counts from 1 since the start or the last clearing.
    pub number: u64,
    /// When it arrived, in milliseconds on the emulator's clock.
    pub received_at_ms: Millis,
    /// The method.
    pub method: String,
    /// The path as received, percent-encoded.
    pub path: String,
    /// The query as received.
    pub query: Option<String>,
    /// All headers; names in lower case, values as received.
    pub headers: Vec<(String, String)>,
    /// The body, if it is JSON.
    pub body: Option<Value>,
    /// The body as text.
    pub body_text: String,
    /// The bearer token, if there is one that can be decoded.
    pub token: Option<DecodedToken>,
    /// Whether that token had been accepted before, and was accepted again.
    pub resent_token: bool,
    /// The status of the answer, even if a fault kept it from the client; none before there is one.
    pub status: Option<u16>,
    /// The operation that answered, if the path and method are those of one.
    pub operation: Option<&'static str>,
    /// The code of the service's error, even if a fault kept it from the client.
    pub code: Option<&'static str>,
    /// Why the service refused the request, in words.
    pub reason: Option<Cow<'static, str>>,
    /// Whether the service carried the request out, even if its answer was lost.
    pub carried_out: bool,
    /// The kind of the fault that was applied.
    pub fault: Option<&'static str>,
}

impl Request {
    /// The first header of this name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

/// A request being answered. Its result is filled in later.
pub struct Entry {
    number: u64,
    received: Millis,
    head: Parts,
    body: Bytes,
    carried_out: AtomicBool,
    resent_token: AtomicBool,
    fault: OnceLock<&'static str>,
    status: AtomicU16,
    operation: OnceLock<&'static str>,
    refusal: OnceLock<ServiceError>,
}

impl Entry {
    pub fn carried_out(&self) {
        self.carried_out.store(true, Ordering::SeqCst);
    }

    pub fn fault(&self, kind: &'static str) {
        self.fault.get_or_init(|| kind);
    }

    pub fn status(&self, status: u16) {
        self.status.store(status, Ordering::SeqCst);
    }

    /// About how much memory it takes.
    fn size(&self) -> usize {
        let headers = self.head.headers.iter();
        let headers: usize = headers
            .map(|(name, value)| name.as_str().len() + value.len())
            .sum();
        headers + self.head.uri.path().len() + self.body.len()
    }

    pub fn operation(&self, name: &'static str) {
        self.operation.get_or_init(|| name);
    }

    pub fn refused(&self, error: ServiceError) {
        self.refusal.get_or_init(|| error);
    }

    pub fn number(&self) -> u64 {
        self.number
    }

    fn view(&self) -> Request {
        let header = |value: &axum::http::HeaderValue| {
            String::from_utf8_lossy(value.as_bytes()).into_owned()
        };
        Request {
            number: self.number,
            received_at_ms: self.received,
            method: self.head.method.to_string(),
            path: self.head.uri.path().to_owned(),
            query: self.head.uri.query().map(str::to_owned),
            headers: self
                .head
                .headers
                .iter()
                .map(|(name, value)| (name.to_string(), header(value)))
                .collect(),
            body: serde_json::from_slice(&self.body).ok(),
            body_text: String::from_utf8_lossy(&self.body).into_owned(),
            token: self.token(),
            resent_token: self.resent_token.load(Ordering::SeqCst),
            status: Some(self.status.load(Ordering::SeqCst)).filter(|status| *status != 0),
            carried_out: self.carried_out.load(Ordering::SeqCst),
            fault: self.fault.get().copied(),
            operation: self.operation.get().copied(),
            code: self.refusal.get().map(|error| error.code),
            reason: self.refusal.get().map(|error| error.message.clone()),
        }
    }

    fn token(&self) -> Option<DecodedToken> {
        let value = self.head.headers.get("authorization")?.to_str().ok()?;
        // LoginID's newer SDKs send the token without `Bearer` before it.
        let token = value.split_once(' ').map_or(value, |(_, token)| token);
        let Jws { header, claims } = Jws::decode(token)?;
        Some(DecodedToken { header, claims })
    }
}

/// The latest requests, oldest first, and their size.
#[derive(Default)]
struct Entries {
    list: VecDeque<Arc<Entry>>,
    bytes: usize,
}

impl Entries {
    fn push(&mut self, entry: Arc<Entry>) {
        self.bytes += entry.size();
        self.list.push_back(entry);
        while self.list.len() > KEEP || self.bytes > KEEP_BYTES {
            let Some(oldest) = self.list.pop_front() else {
                return;
            };
            self.bytes -= oldest.size();
        }
    }
}

/// Keeps the latest requests and counts them all.
pub struct Recorder {
    recording: AtomicBool,
    count: AtomicU64,
    resent_tokens: AtomicU64,
    entries: Mutex<Entries>,
}

impl Recorder {
    pub fn new(recording: bool) -> Self {
        Self {
            recording: AtomicBool::new(recording),
            count: AtomicU64::new(0),
            resent_tokens: AtomicU64::new(0),
            entries: Mutex::default(),
        }
    }

    /// Counts a request, and keeps it unless recording is off.
    pub fn begin(&self, head: &Parts, body: &Bytes, now: Millis) -> Option<Arc<Entry>> {
        if !self.recording.load(Ordering::Relaxed) {
            self.count.fetch_add(1, Ordering::SeqCst);
            return None;
        }
        let mut entries = lock(&self.entries);
        let entry = Arc::new(Entry {
            number: self.count.fetch_add(1, Ordering::SeqCst) + 1,
            received: now,
            head: head.clone(),
            body: body.clone(),
            carried_out: AtomicBool::new(false),
            resent_token: AtomicBool::new(false),
            fault: OnceLock::new(),
            status: AtomicU16::new(0),
            operation: OnceLock::new(),
            refusal: OnceLock::new(),
        });
        entries.push(Arc::clone(&entry));
        Some(entry)
    }

    /// The number of requests since the start or the last clearing, kept or not.
    pub fn count(&self) -> u64 {
        self.count.load(Ordering::SeqCst)
    }

    /// Counts a request whose token was accepted again, and marks its entry.
    pub fn token_was_resent(&self, entry: Option<&Entry>) {
        self.resent_tokens.fetch_add(1, Ordering::SeqCst);
        if let Some(entry) = entry {
            entry.resent_token.store(true, Ordering::SeqCst);
        }
    }

    /// The number of requests since the start or the last reset whose token was accepted again.
    pub fn resent_tokens(&self) -> u64 {
        self.resent_tokens.load(Ordering::SeqCst)
    }

    /// The requests kept, oldest first.
    pub fn requests(&self) -> Vec<Request> {
        let entries: Vec<_> = lock(&self.entries).list.iter().cloned().collect();
        entries.iter().map(|entry| entry.view()).collect()
    }

    pub fn clear(&self) {
        let mut entries = lock(&self.entries);
        *entries = Entries::default();
        self.count.store(0, Ordering::SeqCst);
    }

    /// As at the start, but for the setting.
    pub fn reset(&self) {
        self.clear();
        self.resent_tokens.store(0, Ordering::SeqCst);
    }

    /// Whether requests are kept. Counting never stops.
    pub fn set_recording(&self, on: bool) {
        self.recording.store(on, Ordering::Relaxed);
    }

    pub fn recording(&self) -> bool {
        self.recording.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_requests_are_removed_when_they_take_too_much_memory() {
        let recorder = Recorder::new(true);
        let (head, ()) = axum::http::Request::new(()).into_parts();
        let body = Bytes::from(vec![0; KEEP_BYTES / 4]);
        for _ in 0..6 {
            recorder.begin(&head, &body, 0);
        }
        let kept = recorder.requests();
        let numbers: Vec<_> = kept.iter().map(|request| request.number).collect();
        // The path takes a byte, so that four do not fit.
        assert_eq!((numbers, recorder.count()), (vec![4, 5, 6], 6));
    }
}
