//! The findings: one line each, or one JSON document.

use loginid::Error;
use loginid::diagnostics::Service;
use serde_json::{Value, json};

use crate::config::source;
use crate::failure::Failure;
use crate::output;

/// Whether it may be in the name of a variable or a field.
pub fn is_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

/// What is wrong, and how to fix it.
#[derive(Debug)]
pub struct Problem {
    pub found: String,
    pub advice: String,
    /// The library's code for it.
    pub code: Option<String>,
}

impl Problem {
    pub fn new(found: impl Into<String>, advice: impl Into<String>) -> Problem {
        Problem {
            found: found.into(),
            advice: advice.into(),
            code: None,
        }
    }

    pub fn of(error: &Error, found: impl Into<String>, advice: impl Into<String>) -> Problem {
        Problem {
            code: Some(error.code().to_owned()),
            ..Problem::new(found, advice)
        }
    }
}

/// Prints each finding at once, since the next check may take long; as JSON at the end.
pub struct Report {
    /// The service that is checked; none while that is not known.
    pub service: Option<Service>,
    /// Whether the other one is checked too.
    pub has_both: bool,
    as_json: bool,
    findings: Vec<Value>,
    /// What the problems are.
    found: Vec<String>,
    /// The first failure to write. The checks that follow are not printed.
    written: Result<(), Failure>,
}

impl Report {
    pub fn new(as_json: bool) -> Report {
        Report {
            service: None,
            has_both: false,
            as_json,
            findings: Vec::new(),
            found: Vec::new(),
            written: Ok(()),
        }
    }

    pub fn ok(&mut self, subject: &str, found: &str) {
        self.add("ok", subject, found, None);
    }

    /// Valid, but maybe not intended; or not checked.
    pub fn note(&mut self, subject: &str, found: &str) {
        self.add("note", subject, found, None);
    }

    pub fn problem(&mut self, subject: &str, problem: &Problem) {
        self.found.push(problem.found.clone());
        self.add("problem", subject, &problem.found, Some(problem));
    }

    /// Whether this is a problem already.
    pub fn has(&self, problem: &str) -> bool {
        self.found.iter().any(|found| found == problem)
    }

    /// Whether a problem names this variable, which may be the beginning of another's name.
    pub fn names(&self, variable: &str) -> bool {
        self.found.iter().any(|found| {
            found.match_indices(variable).any(|(start, _)| {
                let (before, rest) = found.split_at(start);
                let (_, after) = rest.split_at(variable.len());
                !before.ends_with(is_word) && !after.starts_with(is_word)
            })
        })
    }

    /// The exit status: 0 if there is no problem.
    pub fn finish(self) -> Result<u8, Failure> {
        let is_well = self.found.is_empty();
        if self.as_json {
            output::json(&json!({"well": is_well, "findings": self.findings}))?;
        }
        self.written.map(|()| u8::from(!is_well))
    }

    fn add(&mut self, verdict: &str, subject: &str, found: &str, problem: Option<&Problem>) {
        if self.as_json {
            self.findings.push(json!({
                "verdict": verdict,
                "service": self.service.map(source::name),
                "subject": subject,
                "found": found,
                "to_do": problem.map(|problem| &problem.advice),
                "code": problem.and_then(|problem| problem.code.as_ref()),
            }));
            return;
        }
        let prefix = match self.service {
            Some(Service::V2) => "v2 ",
            _ => "",
        };
        let subject = format!("{prefix}{subject}");
        let advice = problem.map_or(String::new(), |problem| {
            let end = if found.ends_with(['?', '.']) { "" } else { "." };
            format!("{end} To do: {}", problem.advice)
        });
        if self.written.is_ok() {
            self.written = output::line(&format!("{verdict:<8} {subject:<17} {found}{advice}"));
        }
    }
}
