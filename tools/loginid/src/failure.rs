//! Why a command could not do its work.

use std::fmt;
use std::io;

use serde_json::{Value, json};

/// A failure, which `main` turns into a message and an exit status.
#[derive(Debug)]
pub enum Failure {
    /// The arguments are wrong.
    Usage(String),
    /// What was asked for has failed: 1.
    Failed(String),
    /// The same, for a reason that the library gives.
    Library(loginid::Error),
    /// Standard output cannot be written: 3, since 1 would be a verdict.
    Output(io::Error),
}

impl Failure {
    pub fn status(&self) -> u8 {
        match self {
            Failure::Usage(_) => 2,
            Failure::Failed(_) | Failure::Library(_) => 1,
            Failure::Output(_) => 3,
        }
    }

    /// The failure as one JSON document.
    pub fn to_json(&self) -> Value {
        match self {
            Failure::Library(error) => serde_json::from_str(&error.to_json()).unwrap_or_default(),
            other => json!({"error": {"code": null, "message": other.to_string()}}),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Usage(why) | Failure::Failed(why) => f.write_str(why),
            Failure::Library(error) => write!(f, "{} ({})", error.message(), error.code()),
            Failure::Output(error) => write!(f, "standard output: {error}"),
        }
    }
}

impl From<lexopt::Error> for Failure {
    fn from(error: lexopt::Error) -> Failure {
        let why = match error {
            // The value is not shown: it may be the token.
            lexopt::Error::UnexpectedValue { option, .. } => format!("{option} takes no value"),
            lexopt::Error::NonUnicodeValue(_) => "a value is not UTF-8".to_owned(),
            other => other.to_string(),
        };
        Failure::Usage(format!("{why}; see loginid --help"))
    }
}
