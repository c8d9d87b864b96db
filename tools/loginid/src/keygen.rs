//! `loginid keygen`: a key pair in new files.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::arguments::Keygen;
use crate::failure::Failure;
use crate::output;

/// A new file, which is removed again unless it is kept.
struct NewFile {
    path: PathBuf,
    file: File,
    is_kept: bool,
}

impl NewFile {
    /// Creates the file. An existing one is never opened, and a symbolic link never followed.
    fn create(path: &Path, mode: u32) -> Result<NewFile, Failure> {
        let mut options = OpenOptions::new();
        let file = options.write(true).create_new(true).mode(mode).open(path);
        let file = file.map_err(|error| {
            let advice = match error.kind() {
                io::ErrorKind::AlreadyExists => ": no file is overwritten; give another name",
                _ => "",
            };
            Failure::Failed(format!("cannot create {}: {error}{advice}", path.display()))
        })?;
        Ok(NewFile {
            path: path.to_owned(),
            file,
            is_kept: false,
        })
    }

    fn write(&mut self, text: &str) -> Result<(), Failure> {
        let written = self.file.write_all(text.as_bytes());
        written
            .and_then(|()| self.file.sync_all())
            .map_err(|error| {
                Failure::Failed(format!("cannot write {}: {error}", self.path.display()))
            })
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        if !self.is_kept {
            // What made the key useless is reported; a file that stays is no worse than that.
            let _ = fs::remove_file(&self.path);
        }
    }
}

pub fn run(options: &Keygen, as_json: bool) -> Result<u8, Failure> {
    // Both before anything is written: a name that is taken leaves nothing behind.
    let mut private_file = NewFile::create(&options.private_key, 0o600)?;
    let public_path = options.public_key.as_deref();
    let mut public_file = public_path
        .map(|path| NewFile::create(path, 0o644))
        .transpose()?;
    let (private_key, public_key) = key_pair()?;
    private_file.write(&private_key)?;
    if let Some(file) = &mut public_file {
        file.write(&public_key)?;
    }
    if as_json {
        output::json(&json!({
            "private_key_file": options.private_key.to_string_lossy(),
            "public_key_file": public_path.map(Path::to_string_lossy),
            "public_key": public_key,
        }))?;
    } else if public_file.is_none() {
        output::text(&public_key)?;
    }
    private_file.is_kept = true;
    if let Some(file) = &mut public_file {
        file.is_kept = true;
    }
    Ok(0)
}

/// The private and the public key.
fn key_pair() -> Result<(Zeroizing<String>, String), Failure> {
    let failed = |why: &dyn std::fmt::Display| Failure::Failed(format!("no key pair: {why}"));
    let pair = loginid::generate_key_pair().map(Zeroizing::new);
    let pair = pair.map_err(|error| failed(&error))?;
    let mut pair: Value = serde_json::from_str(&pair).map_err(|error| failed(&error))?;
    let mut text = |name: &str| match pair.get_mut(name).map(Value::take) {
        Some(Value::String(text)) => Ok(text),
        _ => Err(failed(&"the library returned none")),
    };
    Ok((Zeroizing::new(text("private_key")?), text("public_key")?))
}
