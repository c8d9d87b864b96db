//! The variables that the library reads.

use std::env;
use std::ops::RangeInclusive;
use std::time::Duration;

use super::report::{Problem, Report};

const TEXTS: [&str; 11] = [
    "client_id",
    "private_key",
    "private_key_file",
    "base_url",
    "ca_file",
    "ca_pem",
    "client_cert_pem",
    "client_key_pem",
    "proxy",
    "issuer",
    "user_agent",
];

const BOOLEANS: [&str; 4] = ["management", "allow_http", "require_exp", "fetch_keys"];

const INTEGERS: [(&str, RangeInclusive<u64>); 8] = [
    ("connect_timeout_ms", 1..=86_400_000),
    ("request_timeout_ms", 1..=86_400_000),
    ("wait_timeout_ms", 1..=86_400_000),
    ("max_retries", 0..=10),
    ("leeway_s", 0..=3_600),
    ("max_token_age_s", 1..=31_536_000),
    ("key_cache_ttl_s", 1..=86_400),
    ("max_response_bytes", 1..=1 << 30),
];

/// Read by this program, and no settings of the library.
const OURS: [&str; 3] = ["emulator_url", "public_key", "public_key_file"];

/// The variable of a field.
pub fn variable(field: &str) -> String {
    format!("LOGINID_{}", field.to_uppercase())
}

/// The value of a field. A variable that is set to nothing counts as not set.
pub fn text(field: &str) -> Option<String> {
    env::var(variable(field))
        .ok()
        .filter(|value| !value.is_empty())
}

pub fn boolean(field: &str) -> bool {
    matches!(text(field).as_deref(), Some("true" | "1"))
}

pub fn integer(field: &str, default: u64) -> u64 {
    text(field)
        .and_then(|value| value.parse().ok())
        .unwrap_or(default)
}

pub fn milliseconds(field: &str, default: u64) -> Duration {
    Duration::from_millis(integer(field, default))
}

/// Checks the variables by themselves: their names, types and ranges.
pub fn check(report: &mut Report) {
    for (name, value) in env::vars_os() {
        let Some(field) = name
            .to_str()
            .and_then(|name| name.strip_prefix("LOGINID_"))
            .map(str::to_lowercase)
        else {
            continue;
        };
        if !is_known(&field) {
            report.note(
                "settings",
                &format!(
                    "{} is no setting of the library: is its name misspelt?",
                    variable(&field)
                ),
            );
        } else if let Some(problem) = value
            .to_str()
            .map_or(Some("UTF-8".to_owned()), |value| expected(&field, value))
        {
            report.problem(
                "settings",
                &Problem::new(
                    format!("{} cannot be used", variable(&field)),
                    format!("it must be {problem}"),
                ),
            );
        }
    }
}

fn is_known(field: &str) -> bool {
    TEXTS.contains(&field)
        || BOOLEANS.contains(&field)
        || INTEGERS.iter().any(|(name, _)| *name == field)
        || OURS.contains(&field)
}

/// What the value should be, if it is not.
fn expected(field: &str, value: &str) -> Option<String> {
    if value.is_empty() {
        return None;
    }
    if BOOLEANS.contains(&field) && !["true", "1", "false", "0"].contains(&value) {
        return Some("true or false".to_owned());
    }
    let (_, range) = INTEGERS.iter().find(|(name, _)| *name == field)?;
    let fits = value
        .parse::<u64>()
        .is_ok_and(|number| range.contains(&number));
    (!fits).then(|| format!("a whole number from {} to {}", range.start(), range.end()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rows of the table of fields: name and type.
    fn documented() -> Vec<(String, String)> {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/configuration.md");
        let text = std::fs::read_to_string(path).unwrap();
        let rows = text.lines().filter(|line| line.starts_with("| `"));
        rows.flat_map(|row| {
            let cells: Vec<_> = row.split('|').map(str::trim).collect();
            let (names, kind) = (cells[1].to_owned(), cells[2].to_owned());
            names
                .split(", ")
                .map(|name| (name.trim_matches('`').to_owned(), kind.clone()))
                .collect::<Vec<_>>()
        })
        .collect()
    }

    #[test]
    fn the_fields_are_those_of_the_documentation() {
        let documented = documented();
        let single = documented.iter().filter(|(_, kind)| kind != "object");
        assert_eq!(
            single.clone().count(),
            TEXTS.len() + BOOLEANS.len() + INTEGERS.len()
        );
        for (name, kind) in single {
            assert!(is_known(name), "{name}");
            assert_eq!(
                BOOLEANS.contains(&name.as_str()),
                kind == "boolean",
                "{name}"
            );
            if let Some((_, range)) = INTEGERS.iter().find(|(field, _)| field == name) {
                assert_eq!(
                    &format!("{} to {}", range.start(), range.end()),
                    kind,
                    "{name}"
                );
            }
        }
    }

    #[test]
    fn values_of_another_type_or_range_are_found() {
        assert_eq!(expected("max_retries", "10"), None);
        assert_eq!(expected("max_retries", ""), None);
        assert_eq!(expected("management", "1"), None);
        for (field, value) in [
            ("max_retries", "11"),
            ("management", "yes"),
            ("leeway_s", "-1"),
        ] {
            assert!(expected(field, value).is_some(), "{field}");
        }
    }
}
