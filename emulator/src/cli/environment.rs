//! The emulator to serve with, and the variables that lead a program to it.

use std::io::Write;
use std::path::{Path, PathBuf};

use loginid_emulator::Emulator;
use tempfile::NamedTempFile;

use super::arguments::Options;

/// A running emulator with its variables, and the file of its authority.
pub struct Environment {
    pub variables: Vec<(&'static str, String)>,
    _emulator: Emulator,
    /// Removed when this is dropped.
    _ca_file: Option<NamedTempFile>,
}

impl Environment {
    /// Starts an emulator.
    pub fn start(options: &Options) -> std::io::Result<Self> {
        let builder = Emulator::builder().port(options.port);
        let emulator = if options.tls { builder.tls() } else { builder }.try_start()?;
        let mut variables = vec![
            ("LOGINID_BASE_URL", emulator.base_url().to_owned()),
            ("LOGINID_CLIENT_ID", emulator.client_id().to_owned()),
            // Environment variables travel through files and tools that end them at the first line.
            (
                "LOGINID_PRIVATE_KEY",
                emulator.private_key().replace('\n', "\\n"),
            ),
            ("LOGINID_EMULATOR_URL", emulator.base_url().to_owned()),
        ];
        let mut ca_file = None;
        if let Some(ca_pem) = emulator.ca_pem() {
            let (path, temporary) = write_ca(ca_pem, options.ca_out.as_deref())?;
            variables.push(("LOGINID_CA_FILE", path.to_string_lossy().into_owned()));
            ca_file = temporary;
        }
        Ok(Self {
            variables,
            _emulator: emulator,
            _ca_file: ca_file,
        })
    }
}

fn write_ca(pem: &str, path: Option<&Path>) -> std::io::Result<(PathBuf, Option<NamedTempFile>)> {
    if let Some(path) = path {
        std::fs::write(path, pem)?;
        return Ok((std::path::absolute(path)?, None));
    }
    let mut file = tempfile::Builder::new()
        .prefix("loginid-emulator-ca-")
        .suffix(".pem")
        .tempfile()?;
    file.write_all(pem.as_bytes())?;
    Ok((file.path().to_owned(), Some(file)))
}
