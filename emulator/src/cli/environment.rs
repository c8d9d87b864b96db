//! A running emulator, and the variables that point a program at it.

use std::collections::BTreeSet;
use std::error::Error;
use std::io::{self, Write};

use loginid_emulator::{CONTRADICTING_VARIABLES, Emulator};
use tempfile::NamedTempFile;

use super::output::say;
use super::settings::Settings;

/// Beginnings of names like those of [`CONTRADICTING_VARIABLES`], for names that another version of the library may read.
const FOREIGN_PREFIXES: [&str; 3] = ["LOGINID_CA_", "LOGINID_CLIENT_CERT_", "LOGINID_CLIENT_KEY_"];

/// A running emulator, its variables, and the file of its certificate authority.
pub struct Environment {
    pub variables: Vec<(&'static str, String)>,
    emulator: Emulator,
    /// Removed when this is dropped.
    _ca_file: Option<NamedTempFile>,
}

/// Starts an emulator. All that may take long is done here: reading files, hashing the passwords of
/// a seed, finding the host, opening a pipe. No signal is caught yet, so each one ends the program.
pub fn start(settings: &Settings) -> Result<Emulator, Box<dyn Error>> {
    let emulator = settings.builder()?.try_start()?;
    if let (Some(pem), Some(path)) = (emulator.ca_pem(), &settings.ca_out) {
        std::fs::write(path, pem).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(emulator)
}

impl Environment {
    /// The environment of a started emulator.
    pub fn new(emulator: Emulator, settings: &Settings) -> Result<Self, Box<dyn Error>> {
        let mut variables = emulator.environment();
        if let Some(token) = emulator.control_token() {
            variables.push(("LOGINID_EMULATOR_TOKEN", token.to_owned()));
            say(format_args!(
                "warning: other computers can reach this emulator on {}. It is for tests only: \
                 use it in a network that you trust. Its control API needs the token in LOGINID_EMULATOR_TOKEN",
                settings.host.as_deref().unwrap_or_default()
            ));
        }
        let mut ca_file = None;
        if let Some(ca_pem) = emulator.ca_pem() {
            let path = match &settings.ca_out {
                Some(path) => std::path::absolute(path)?,
                None => ca_file.insert(temporary(ca_pem)?).path().to_owned(),
            };
            variables.push(("LOGINID_CA_FILE", path.to_string_lossy().into_owned()));
        }
        Ok(Self {
            variables,
            emulator,
            _ca_file: ca_file,
        })
    }

    pub fn base_url(&self) -> &str {
        self.emulator.base_url()
    }

    /// The variables to unset, so that the key of a real application is not used by accident.
    pub fn foreign(&self) -> BTreeSet<String> {
        let inherited = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
        CONTRADICTING_VARIABLES
            .map(str::to_owned)
            .into_iter()
            .chain(inherited.filter(|name| is_identifier(name)))
            .filter(|name| self.is_foreign(name))
            .collect()
    }

    /// Prints to stderr which inherited variables are unset: their names only, as a value may be a key.
    pub fn report_unset(&self) {
        let mut names: Vec<_> = self.foreign().into_iter().collect();
        names.retain(|name| std::env::var_os(name).is_some());
        if !names.is_empty() {
            say(format_args!(
                "unset: {} (they contradict the emulator's settings)",
                names.join(", ")
            ));
        }
    }

    fn is_foreign(&self, name: &str) -> bool {
        let mut ours = self.variables.iter().map(|(name, _)| *name);
        let has_prefix = || {
            FOREIGN_PREFIXES
                .iter()
                .any(|prefix| name.starts_with(prefix))
        };
        !ours.clone().any(|set| set == name)
            && (CONTRADICTING_VARIABLES.contains(&name)
                || has_prefix()
                || ours.any(|set| without_form(set) == without_form(name)))
    }
}

/// A variable's name without the form of its value: `LOGINID_PRIVATE_KEY` for `LOGINID_PRIVATE_KEY_FILE`.
fn without_form(name: &str) -> &str {
    let stripped = name.strip_suffix("_FILE").or(name.strip_suffix("_PEM"));
    stripped.unwrap_or(name)
}

/// Whether a shell accepts the name: a shell evaluates the printed names.
fn is_identifier(name: &str) -> bool {
    name.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn temporary(pem: &str) -> io::Result<NamedTempFile> {
    let mut file = tempfile::Builder::new()
        .prefix("loginid-emulator-ca-")
        .suffix(".pem")
        .tempfile()?;
    file.write_all(pem.as_bytes())?;
    Ok(file)
}
