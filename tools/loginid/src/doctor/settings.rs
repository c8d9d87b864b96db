//! The variables that the library does not read, and the public key to compare with.

use std::path::{Path, PathBuf};

use loginid::diagnostics::{Service, Setting, Variable};

use super::report::{Problem, Report};
use crate::config::source::is_set;
use crate::failure::Failure;
use crate::files;

/// Read by this program and by others of the project.
const OURS: [&str; 4] = [
    "LOGINID_EMULATOR",
    "LOGINID_LIBRARY",
    PUBLIC_KEY,
    PUBLIC_KEY_FILE,
];
/// The settings of the emulator, which refuses a wrong name itself.
const EMULATOR: &str = "LOGINID_EMULATOR_";
const PUBLIC_KEY: &str = "LOGINID_PUBLIC_KEY";
const PUBLIC_KEY_FILE: &str = "LOGINID_PUBLIC_KEY_FILE";

/// Names the variables that nothing reads. Those that are nearly one of the library are a problem
/// of its configuration already.
pub fn check(report: &mut Report) {
    let services = [Service::V1, Service::V2];
    let known: Vec<Variable> = services.into_iter().flat_map(Service::variables).collect();
    let mut names: Vec<String> = std::env::vars_os()
        .filter_map(|(name, _)| name.into_string().ok())
        .filter(|name| name.starts_with("LOGINID_") && is_set(name))
        .filter(|name| !OURS.contains(&name.as_str()) && !name.starts_with(EMULATOR))
        .filter(|name| !known.iter().any(|variable| variable.name == *name))
        .collect();
    names.sort();
    names.retain(|name| !report.names(name));
    for name in names {
        report.note(
            "settings",
            &format!("{name} is not a variable of the library: is it yours?"),
        );
    }
}

/// Where a setting in effect comes from.
pub fn origin(service: Service, setting: &Setting) -> String {
    match setting.is_given {
        true => service.variable(setting.field).unwrap_or_default(),
        false => "the default".to_owned(),
    }
}

/// Whether there is a public key to compare the private one with.
pub fn has_public_key(option: Option<&Path>) -> bool {
    option.is_some() || is_set(PUBLIC_KEY_FILE) || is_set(PUBLIC_KEY)
}

/// The public key to compare the private one with: a file, or a variable.
pub fn public_key(option: Option<&Path>) -> Option<Result<Vec<u8>, Problem>> {
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    let (name, path) = match (option, variable(PUBLIC_KEY_FILE)) {
        (Some(path), _) => ("--public-key", path.to_owned()),
        (None, Some(path)) => (PUBLIC_KEY_FILE, PathBuf::from(path)),
        (None, None) => {
            use std::os::unix::ffi::OsStringExt;
            return variable(PUBLIC_KEY).map(|key| Ok(key.into_vec()));
        }
    };
    let read = files::text(name, &path).map(|text| text.as_bytes().to_vec());
    Some(read.map_err(|failure: Failure| {
        Problem::new(
            failure.to_string(),
            "correct the path, or let this user read the file",
        )
    }))
}
