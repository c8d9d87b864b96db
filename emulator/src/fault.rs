//! Faults a tester can order: what goes wrong, for which requests, how often.
//!
//! A new kind is a variant of [`FaultKind`] and an arm in `server/inject.rs`.

use serde::{Deserialize, Serialize};

/// A fault, and the requests it befalls. Of several that fit a request, the one injected first is applied.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Which requests.
    #[serde(default, rename = "match")]
    pub matching: Match,
    /// How many of them to let pass first.
    #[serde(default)]
    pub skip: u32,
    /// How often; `None` is until the faults are cleared.
    #[serde(default)]
    pub times: Option<u32>,
    /// What happens to them.
    #[serde(rename = "fault")]
    pub kind: FaultKind,
}

impl Fault {
    /// A fault that befalls every request until the faults are cleared.
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

    /// Only so many times.
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }

    /// Lets so many matching requests pass first.
    pub fn skip(mut self, skip: u32) -> Self {
        self.skip = skip;
        self
    }
}

/// Which requests a fault befalls; what is not given fits all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Match {
    /// The method, `POST` for instance.
    pub method: Option<String>,
    /// The path without `/api/native`; a `*` at its end stands for anything.
    pub path: Option<String>,
}

impl Match {
    fn fits(&self, method: &str, path: &str) -> bool {
        let path_fits = |wanted: &String| match wanted.strip_suffix('*') {
            Some(start) => path.starts_with(start),
            None => path == wanted,
        };
        self.method
            .as_ref()
            .is_none_or(|wanted| wanted.eq_ignore_ascii_case(method))
            && self.path.as_ref().is_none_or(path_fits)
    }
}

/// What goes wrong. `carried_out` tells whether the service does what was asked before it does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum FaultKind {
    /// Another answer than the service's.
    Status {
        /// The status.
        code: u16,
        /// The body.
        #[serde(default)]
        body: String,
        /// The body's type; `application/json` if not given.
        #[serde(default)]
        content_type: Option<String>,
        /// Further headers, `Retry-After` for instance.
        #[serde(default)]
        headers: Vec<(String, String)>,
        /// Whether the request is carried out first.
        #[serde(default)]
        carried_out: bool,
    },
    /// The normal answer, late.
    Delay {
        /// For so long.
        ms: u64,
        /// Whether the request is carried out at once, and only its answer is late.
        #[serde(default)]
        carried_out: bool,
    },
    /// The connection is closed with no answer.
    Drop {
        /// Whether the request is carried out first.
        #[serde(default)]
        carried_out: bool,
        /// With a reset (RST) instead of a proper end (FIN).
        #[serde(default)]
        reset: bool,
    },
    /// The connection is closed after so many bytes of the normal answer, counted from its status line.
    Truncate {
        /// How many bytes arrive.
        bytes: usize,
        /// With a reset (RST) instead of a proper end (FIN).
        #[serde(default)]
        reset: bool,
    },
    /// The normal answer, from its status line on, at a low speed.
    Slow {
        /// How fast.
        bytes_per_second: u32,
    },
    /// A head that never ends.
    EndlessHeaders {
        /// Whether the request is carried out first.
        #[serde(default)]
        carried_out: bool,
    },
    /// An enormous body.
    Oversize {
        /// Its size.
        bytes: u64,
        /// In chunks, so that nothing announces the size.
        #[serde(default)]
        chunked: bool,
        /// The status it comes with; 200 if not given.
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
        /// How long the connection stays open after them.
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
    /// The normal answer, after which the connection is closed though nothing announced it.
    CloseIdle {},
    /// A redirect.
    Redirect {
        /// The status, 302 for instance.
        code: u16,
        /// Where to.
        location: String,
        /// Whether the request is carried out first.
        #[serde(default)]
        carried_out: bool,
    },
}

impl FaultKind {
    /// The kind as JSON names it.
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

/// The faults in force.
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
        for at in 0..self.0.len() {
            let fault = &mut self.0[at];
            if !fault.matching.fits(method, path) {
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
                    self.0.remove(at);
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
    fn a_fault_befalls_what_it_names_after_the_skipped_and_so_often() {
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
