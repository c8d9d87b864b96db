//! Whether a fault can do what it says. Checked when it is created, so that a test does not wait for an effect
//! that never comes.

use axum::http::uri::PathAndQuery;
use axum::http::{HeaderName, HeaderValue};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{Fault, FaultKind, Match};
use crate::error::ServiceError;
use crate::reserved::{CONTROL, HEALTH};

/// An hour: longer than any test waits.
const LONGEST_MS: u64 = 60 * 60 * 1000;
/// The packed form is about a thousand times smaller, and is built in memory.
const LARGEST_GZIP_MIB: u32 = 4096;
/// Those of HTTP requests that are answered here.
const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"];
/// Headers that belong to the connection. A wrong value would break the answer in ways that `raw` does better.
const OF_THE_CONNECTION: [&str; 3] = ["connection", "content-length", "transfer-encoding"];

impl Fault {
    /// Refuses a fault that matches no request, cannot be applied, or would never end.
    pub fn check(&self) -> Result<(), ServiceError> {
        if self.times == Some(0) {
            return wrong("times must be at least 1; leave it out for every request");
        }
        self.matching.check()?;
        self.kind.check()
    }
}

impl Match {
    fn check(&self) -> Result<(), ServiceError> {
        let known = |method: &String| METHODS.iter().any(|name| name.eq_ignore_ascii_case(method));
        if !self.method.as_ref().is_none_or(known) {
            return wrong(format!(
                "match.method must be one of {}",
                METHODS.join(", ")
            ));
        }
        let Some(path) = &self.path else {
            return Ok(());
        };
        let fixed = path.strip_suffix('*').unwrap_or(path);
        if fixed.contains(['*', '?', '#']) {
            return wrong("match.path is a path without a query; a * may only be at its end");
        }
        if fixed.starts_with("/api/") {
            return wrong(
                "match.path must be without /api/native and /api: it matches with and without them",
            );
        }
        if path != "*" && !fixed.starts_with('/') {
            return wrong("match.path must begin with /");
        }
        if fixed.starts_with(CONTROL) || path == HEALTH {
            return wrong(format!(
                "match.path: no fault applies to {CONTROL}/ and {HEALTH}"
            ));
        }
        let in_request = PathAndQuery::try_from(fixed);
        if path != "*" && !in_request.is_ok_and(|sent| sent.path() == fixed) {
            return wrong("match.path has a character that a path has percent-encoded only");
        }
        Ok(())
    }
}

impl FaultKind {
    fn check(&self) -> Result<(), ServiceError> {
        match self {
            Self::Status {
                code,
                content_type,
                headers,
                ..
            } => {
                check_code(*code, 200..=599)?;
                if content_type.as_ref().is_some_and(|text| !is_value(text)) {
                    return wrong("content_type cannot be the value of a header");
                }
                headers
                    .iter()
                    .try_for_each(|(name, value)| check_header(name, value))
            }
            Self::Redirect { code, location, .. } => {
                check_code(*code, 300..=399)?;
                check_header("location", location)
            }
            Self::Oversize { code, .. } => check_code(*code, 200..=599),
            Self::Delay { ms, .. } => check_duration("ms", *ms),
            Self::Slow {
                bytes_per_second: 0,
            } => wrong("bytes_per_second must be at least 1"),
            Self::Raw {
                base64, hold_ms, ..
            } => {
                if STANDARD.decode(base64).is_err() {
                    return wrong("base64 is not standard base64 with padding");
                }
                check_duration("hold_ms", *hold_ms)
            }
            Self::Gzip { mib, .. } if *mib > LARGEST_GZIP_MIB => {
                wrong(format!("mib must be at most {LARGEST_GZIP_MIB}"))
            }
            Self::Drop { .. }
            | Self::Truncate { .. }
            | Self::Slow { .. }
            | Self::EndlessHeaders { .. }
            | Self::BadChunking { .. }
            | Self::Gzip { .. }
            | Self::CloseIdle {} => Ok(()),
        }
    }
}

fn check_code(code: u16, allowed: std::ops::RangeInclusive<u16>) -> Result<(), ServiceError> {
    if allowed.contains(&code) {
        return Ok(());
    }
    let (first, last) = allowed.into_inner();
    wrong(format!("code must be from {first} to {last}"))
}

fn check_duration(name: &str, ms: u64) -> Result<(), ServiceError> {
    if ms <= LONGEST_MS {
        return Ok(());
    }
    wrong(format!("{name} must be at most {LONGEST_MS}"))
}

fn check_header(name: &str, value: &str) -> Result<(), ServiceError> {
    let Ok(name) = HeaderName::try_from(name) else {
        return wrong("the name of a header is not valid");
    };
    if OF_THE_CONNECTION.contains(&name.as_str()) {
        return wrong(format!(
            "{name} is set by the server; the kind raw sends any bytes"
        ));
    }
    if !is_value(value) {
        return wrong(format!("{name} cannot have this value"));
    }
    Ok(())
}

fn is_value(text: &str) -> bool {
    HeaderValue::try_from(text).is_ok()
}

fn wrong<T>(message: impl Into<String>) -> Result<T, ServiceError> {
    Err(ServiceError::refused("invalid_fault", message.into()))
}
