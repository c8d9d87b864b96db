//! The variables that the library reads.

use std::env;
use std::ffi::{OsStr, OsString};
use std::ops::RangeInclusive;
use std::os::unix::ffi::OsStringExt;
use std::time::Duration;

use super::input::number::whole_number;
use super::input::spelling::nearest;
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

/// Those of the current service. All others are the older one's, or of both.
const V2_TEXTS: [&str; 5] = [
    "v2_base_url",
    "v2_api_key",
    "v2_api_key_file",
    "v2_application_id",
    "v2_issuer",
];

/// Those of the older service alone, and those that this program compares with them.
const V1_ONLY: [&str; 10] = [
    "client_id",
    "private_key",
    "private_key_file",
    "base_url",
    "issuer",
    "management",
    "require_exp",
    "wait_timeout_ms",
    "public_key",
    "public_key_file",
];

const BOOLEANS: [&str; 4] = ["management", "allow_http", "require_exp", "fetch_keys"];

const INTEGERS: [(&str, RangeInclusive<u64>); 9] = [
    ("connect_timeout_ms", 1..=86_400_000),
    ("request_timeout_ms", 1..=86_400_000),
    ("wait_timeout_ms", 1..=86_400_000),
    ("max_retries", 0..=10),
    ("leeway_s", 0..=3_600),
    ("max_token_age_s", 1..=31_536_000),
    ("key_cache_ttl_s", 1..=86_400),
    ("verified_tokens", 0..=1_000_000),
    ("max_response_bytes", 1..=1 << 30),
];

/// The texts above that may have anything around them, in any encoding.
const PEM: [&str; 4] = ["private_key", "ca_pem", "client_cert_pem", "client_key_pem"];

/// Read by this program only.
const OURS: [&str; 3] = ["emulator_url", "public_key", "public_key_file"];

/// The variable of a field.
pub fn variable(field: &str) -> String {
    format!("LOGINID_{}", field.to_uppercase())
}

/// The value of a variable. An empty one is treated as unset.
pub fn environment(name: &str) -> Option<OsString> {
    env::var_os(name).filter(|value| !value.is_empty())
}

/// The value of a field, in any encoding.
pub fn bytes(field: &str) -> Option<Vec<u8>> {
    environment(&variable(field)).map(OsString::into_vec)
}

/// The value of a field.
pub fn text(field: &str) -> Option<String> {
    environment(&variable(field)).and_then(|value| value.into_string().ok())
}

pub fn boolean(field: &str) -> bool {
    matches!(text(field).as_deref(), Some("true" | "1"))
}

pub fn integer(field: &str, default: u64) -> u64 {
    text(field)
        .and_then(|value| whole_number(&value).ok())
        .unwrap_or(default)
}

pub fn milliseconds(field: &str, default: u64) -> Duration {
    Duration::from_millis(integer(field, default))
}

/// Whether a variable of the older service is set.
pub fn has_v1() -> bool {
    V1_ONLY.iter().any(|field| bytes(field).is_some())
}

/// Whether a variable of the current service is set.
pub fn has_v2() -> bool {
    V2_TEXTS.iter().any(|field| bytes(field).is_some())
}

/// Checks the names, types and ranges of the variables.
pub fn check(report: &mut Report) {
    for (name, value) in env::vars_os() {
        let Some(name) = name.to_str().filter(|name| name.starts_with("LOGINID_")) else {
            continue;
        };
        if value.is_empty() {
            continue;
        }
        match fields().find(|field| variable(field) == name) {
            Some(field) => {
                if let Some(expected) = expected(field, &value) {
                    let found = format!("{name} cannot be used");
                    let advice = format!("it must be {expected}");
                    report.problem("settings", &Problem::new(found, advice));
                }
            }
            None => check_name(report, name),
        }
    }
}

/// All fields that the library reads.
fn fields() -> impl Iterator<Item = &'static str> {
    let integers = INTEGERS.iter().map(|(field, _)| *field);
    let texts = TEXTS.into_iter().chain(V2_TEXTS);
    texts.chain(BOOLEANS).chain(integers)
}

/// A variable of no field. The library refuses it if its name is almost that of a field.
fn check_name(report: &mut Report, name: &str) {
    let known: Vec<_> = fields().map(variable).collect();
    if let Some(meant) = nearest(name, known.iter().map(String::as_str)) {
        report.problem(
            "settings",
            &Problem::new(
                format!("{name} is not a variable of the library, and nearly {meant}"),
                format!("correct its name to {meant}, or give it another one"),
            ),
        );
    } else if !OURS.iter().any(|field| variable(field) == name) {
        report.note(
            "settings",
            &format!("{name} is not a variable of the library: is it yours?"),
        );
    }
}

/// What the value should be, if it is wrong.
fn expected(field: &str, value: &OsStr) -> Option<String> {
    let Some(value) = value.to_str() else {
        return (!PEM.contains(&field)).then(|| "UTF-8".to_owned());
    };
    if BOOLEANS.contains(&field) {
        let but = match value {
            "true" | "1" | "false" | "0" => return None,
            blank if blank.trim() != blank => ", without blanks around it",
            _ => "",
        };
        return Some(format!("true or false{but}"));
    }
    let (_, range) = INTEGERS.iter().find(|(name, _)| *name == field)?;
    match whole_number(value) {
        Ok(number) if range.contains(&number) => None,
        Ok(_) => Some(format!("from {} to {}", range.start(), range.end())),
        Err(but) => Some(format!("a whole number{but}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rows of the table of fields of this number, the first one with names: name and type.
    fn documented(table: usize) -> Vec<(String, String)> {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/configuration.md");
        let text = std::fs::read_to_string(path).unwrap();
        let lines: Vec<_> = text.lines().collect();
        let mut tables = lines
            .chunk_by(|one, other| one.starts_with('|') == other.starts_with('|'))
            .filter(|lines| lines[0].starts_with("| field |"));
        let rows = tables.nth(table).expect("the table").iter().skip(2);
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
        let current = documented(1)
            .into_iter()
            .filter(|(_, kind)| kind != "object");
        let current: Vec<_> = current.map(|(name, _)| format!("v2_{name}")).collect();
        assert_eq!(current, V2_TEXTS);
        let documented = documented(0);
        let single = documented.iter().filter(|(_, kind)| kind != "object");
        assert_eq!(
            single.clone().count(),
            TEXTS.len() + BOOLEANS.len() + INTEGERS.len()
        );
        for (name, kind) in single {
            assert!(fields().any(|field| field == name), "{name}");
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
        for (field, value, problem) in [
            ("max_retries", "10", None),
            ("management", "1", None),
            ("user_agent", " any ", None),
            ("max_retries", "11", Some("from 0 to 10")),
            (
                "max_retries",
                "99999999999999999999999",
                Some("from 0 to 10"),
            ),
            (
                "max_retries",
                " 5",
                Some("a whole number without blanks around it"),
            ),
            (
                "max_retries",
                "5 ",
                Some("a whole number without blanks around it"),
            ),
            (
                "max_retries",
                "1.0",
                Some("a whole number, without fraction or exponent"),
            ),
            ("leeway_s", "-1", Some("a whole number, not negative")),
            ("leeway_s", "many", Some("a whole number")),
            ("management", "yes", Some("true or false")),
            (
                "management",
                "true ",
                Some("true or false, without blanks around it"),
            ),
        ] {
            let found = expected(field, OsStr::new(value));
            assert_eq!(found.as_deref(), problem, "{field} {value:?}");
        }
    }

    #[test]
    fn only_pem_may_have_anything_around_it() {
        use std::os::unix::ffi::OsStrExt;
        let latin1 = OsStr::from_bytes(b"\xe9");
        assert_eq!(expected("private_key", latin1), None);
        assert_eq!(expected("user_agent", latin1).as_deref(), Some("UTF-8"));
        for field in PEM {
            assert!(TEXTS.contains(&field), "{field}");
        }
    }
}
