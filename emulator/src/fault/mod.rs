//! Faults: what goes wrong, for which requests, and how often.
//!
//! A new kind is a variant of [`FaultKind`] and an arm in `server/inject.rs`.

mod check;

use serde::{Deserialize, Serialize};

/// A fault and the requests it applies to. If several match a request, the oldest one is applied.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// The requests.
    #[serde(default, rename = "match")]
    pub matching: Match,
    /// How many matching requests to let pass first.
    #[serde(default)]
    pub skip: u32,
    /// How often, at least once; `None` until the faults are cleared.
    pub times: Option<u32>,
    /// What goes wrong.
    #[serde(rename = "fault")]
    pub kind: FaultKind,
}

impl Fault {
    /// A fault that applies to every request until the faults are cleared.
    pub fn new(kind: FaultKind) -> Self {
        Self {
            matching: Match::default(),
            skip: 0,
            times: None,
            kind,
        }
    }

    /// Only for this method and path.
    pub fn on(mut self, method: &str, path: &str) -> Self {
        self.matching = Match {
            method: Some(method.to_owned()),
            path: Some(path.to_owned()),
        };
        self
    }

    /// Only for this path.
    pub fn on_path(mut self, path: &str) -> Self {
        self.matching.path = Some(path.to_owned());
        self
    }

    /// Only this many times.
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }

    /// Lets this many matching requests pass first.
    pub fn skip(mut self, skip: u32) -> Self {
        self.skip = skip;
        self
    }
}

/// The requests a fault applies to; a missing member matches all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Match {
    /// The method, for example `POST`.
    pub method: Option<String>,
    /// The path without `/api/native` or the `/api` of `/api/tx`; a `*` at its end matches anything.
    pub path: Option<String>,
}

impl Match {
    fn matches(&self, method: &str, path: &str) -> bool {
        let same_method = |pattern: &String| pattern.eq_ignore_ascii_case(method);
        let same_path = |pattern: &String| match pattern.strip_suffix('*') {
            Some(prefix) => path.starts_with(prefix),
            None => path == pattern,
        };
        self.method.as_ref().is_none_or(same_method) && self.path.as_ref().is_none_or(same_path)
    }
}

/// What goes wrong. `carried_out` tells whether the service carries the request out first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum FaultKind {
    /// This answer instead of the service's.
    Status {
        /// The status.
        code: u16,
        /// The body.
        #[serde(default)]
        body: String,
        /// The body's type; `application/json` if not given.
        content_type: Option<String>,
        /// Further headers, for example `Retry-After`.
        #[serde(default)]
        headers: Vec<(String, String)>,
        /// Whether the request is carried out first.
        #[serde(default)]
        carried_out: bool,
    },
    /// The normal answer, late.
    Delay {
        /// How long.
        ms: u64,
        /// Whether the request is carried out at once, and only its answer is late.
        #[serde(default)]
        carried_out: bool,
    },
    /// The connection is closed without an answer.
    Drop {
        /// Whether the request is carried out first.
        #[serde(default)]
        carried_out: bool,
        /// With a reset (RST) instead of a proper end (FIN).
        #[serde(default)]
        reset: bool,
    },
    /// The connection is closed after this many bytes of the normal answer, counted from its status line.
    Truncate {
        /// How many bytes arrive.
        bytes: usize,
        /// With a reset (RST) instead of a proper end (FIN).
        #[serde(default)]
        reset: bool,
    },
    /// The normal answer, from its status line on, at a low speed.
    Slow {
        /// The speed, at least 1.
        bytes_per_second: u32,
    },
    /// Headers without end.
    EndlessHeaders {
        /// Whether the request is carried out first.
        #[serde(default)]
        carried_out: bool,
    },
    /// An enormous body.
    Oversize {
        /// Its size.
        bytes: u64,
        /// In chunks, so that no header announces the size.
        #[serde(default)]
        chunked: bool,
        /// The status; 200 if not given.
        #[serde(default = "ok")]
        code: u16,
        /// Whether the request is carried out first.
        #[serde(default)]
        carried_out: bool,
    },
    /// Exactly these bytes instead of an answer.
    Raw {
        /// The bytes, in standard base64.
        base64: String,
        /// How long the connection stays open afterwards.
        #[serde(default)]
        hold_ms: u64,
        /// Whether the request is carried out first.
        #[serde(default)]
        carried_out: bool,
    },
    /// A chunked body with a chunk size that is no number.
    BadChunking {
        /// Whether the request is carried out first.
        #[serde(default)]
        carried_out: bool,
    },
    /// A small gzip body that unpacks to a huge one.
    Gzip {
        /// The unpacked size in MiB.
        mib: u32,
        /// Whether the request is carried out first.
        #[serde(default)]
        carried_out: bool,
    },
    /// The normal answer, then the connection is closed without an announcement.
    CloseIdle {},
    /// A redirect.
    Redirect {
        /// The status, for example 302.
        code: u16,
        /// The target.
        location: String,
        /// Whether the request is carried out first.
        #[serde(default)]
        carried_out: bool,
    },
}

impl FaultKind {
    /// The kind's name in JSON.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Status { .. } => "status",
            Self::Delay { .. } => "delay",
            Self::Drop { .. } => "drop",
            Self::Truncate { .. } => "truncate",
            Self::Slow { .. } => "slow",
            Self::EndlessHeaders { .. } => "endless_headers",
            Self::Oversize { .. } => "oversize",
            Self::Raw { .. } => "raw",
            Self::BadChunking { .. } => "bad_chunking",
            Self::Gzip { .. } => "gzip",
            Self::CloseIdle {} => "close_idle",
            Self::Redirect { .. } => "redirect",
        }
    }
}

fn ok() -> u16 {
    200
}

/// The active faults.
#[derive(Default)]
pub struct Faults(Vec<Fault>);

impl Faults {
    pub fn add(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }

    pub fn list(&self) -> &[Fault] {
        &self.0
    }

    /// The fault for this request, counted as applied.
    pub fn take(&mut self, method: &str, path: &str) -> Option<FaultKind> {
        for index in 0..self.0.len() {
            let fault = &mut self.0[index];
            if !fault.matching.matches(method, path) {
                continue;
            }
            if fault.skip > 0 {
                fault.skip -= 1;
                continue;
            }
            let kind = fault.kind.clone();
            if let Some(times) = &mut fault.times {
                *times = times.saturating_sub(1);
                if *times == 0 {
                    self.0.remove(index);
                }
            }
            return Some(kind);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn skip_and_times_count_matching_requests() {
        let mut faults = Faults::default();
        faults.add(
            Fault::new(FaultKind::CloseIdle {})
                .on("post", "/codes/*")
                .skip(1)
                .times(2),
        );
        let mut hit = |method: &str, path: &str| faults.take(method, path).is_some();
        assert!(!hit("GET", "/codes/short/generate"));
        assert!(!hit("POST", "/code"));
        let hits: Vec<bool> = (0..4)
            .map(|_| hit("POST", "/codes/short/generate"))
            .collect();
        assert_eq!(hits, [false, true, true, false]);
    }

    #[test]
    fn a_fault_reads_as_documented() {
        let text = r#"{"match":{"path":"/certs"},"times":1,"fault":{"kind":"status","code":503,"headers":[["Retry-After","1"]]}}"#;
        let fault: Fault = serde_json::from_str(text).unwrap();
        assert_eq!(fault.kind.name(), "status");
        assert!(
            serde_json::from_str::<Fault>(r#"{"fault":{"kind":"status","code":503,"typo":1}}"#)
                .is_err()
        );
    }
}
