//! `loginid keygen`: a key pair in new files, or one of its keys on standard output.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::arguments::Keygen;
use crate::failure::Failure;
use crate::files::is_standard;
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
    let private_path = Some(options.private_key.as_path()).filter(|path| !is_standard(path));
    let public_path = options.public_key.as_deref();
    let public_path = public_path.filter(|path| !is_standard(path));
    if private_path.is_none() && (public_path.is_none() || as_json) {
        let why = "-o - writes the private key to standard output, and nothing else: give \
                   --public FILE, without --json";
        return Err(Failure::Usage(why.to_owned()));
    }
    if private_path.is_none() && output::is_discarded() {
        let why = "it is closed or the null device, so the private key would be lost";
        return Err(Failure::Output(io::Error::other(why)));
    }
    // Both before anything is written: a name that is taken leaves nothing behind.
    let create = |path: Option<&Path>, mode| path.map(|path| NewFile::create(path, mode));
    let mut private_file = create(private_path, 0o600).transpose()?;
    let mut public_file = create(public_path, 0o644).transpose()?;
    let (private_key, public_key) = key_pair()?;
    for (file, key) in [
        (&mut private_file, private_key.as_str()),
        (&mut public_file, &public_key),
    ] {
        if let Some(file) = file {
            file.write(key)?;
        } else if !as_json {
            output::text(key)?;
        }
    }
    if as_json {
        output::json(&json!({
            "private_key_file": private_path.map(Path::to_string_lossy),
            "public_key_file": public_path.map(Path::to_string_lossy),
            "public_key": public_key,
        }))?;
    }
    for file in [private_file, public_file].iter_mut().flatten() {
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
