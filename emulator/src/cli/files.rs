//! Reading the files that settings name, up to a limit.

use std::error::Error;
use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::Path;

/// A seed of more than a hundred thousand users is smaller. An endless file, for example
/// `/dev/zero`, must not fill the memory.
const MAX_BYTES: u64 = 64 << 20;

/// The text of a file. A pipe is waited for, as other programs do: no signal is caught yet.
pub fn read(path: &Path) -> Result<String, Box<dyn Error>> {
    text(path).map_err(|error| format!("{}: {error}", path.display()).into())
}

fn text(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    let mut start = File::open(path)?.take(MAX_BYTES + 1);
    start.read_to_string(&mut text)?;
    if text.len() as u64 > MAX_BYTES {
        let why = "it is larger than 64 MiB";
        return Err(io::Error::new(ErrorKind::FileTooLarge, why));
    }
    Ok(text)
}
