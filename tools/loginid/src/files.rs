//! Reading files and standard input, up to a limit.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use zeroize::Zeroizing;

use crate::failure::Failure;

/// Longer than any token, key or configuration.
const MAX_BYTES: u64 = 1 << 20;

/// A token from a file or from standard input, without the line break after it.
pub fn token(file: Option<&Path>) -> Result<Zeroizing<String>, Failure> {
    let text = match file {
        Some(path) => self::text("--token-file", path)?,
        None => read(io::stdin().lock())
            .map_err(|error| Failure::Usage(format!("the token on standard input: {error}")))?,
    };
    Ok(Zeroizing::new(text.trim_ascii().to_owned()))
}

/// The text of the file that an option names.
pub fn text(option: &str, path: &Path) -> Result<Zeroizing<String>, Failure> {
    File::open(path).and_then(read).map_err(|error| {
        let path = path.display();
        Failure::Usage(format!("{option}: cannot read {path}: {error}"))
    })
}

fn read(source: impl Read) -> io::Result<Zeroizing<String>> {
    // With its final size from the start: growing would leave copies behind.
    let mut text = Zeroizing::new(String::with_capacity(MAX_BYTES as usize + 1));
    source.take(MAX_BYTES + 1).read_to_string(&mut text)?;
    if text.len() as u64 > MAX_BYTES {
        return Err(io::Error::other("it is longer than 1 MiB"));
    }
    Ok(text)
}
