//! Reading files and standard input, up to a limit.

use std::io::{self, Read};
use std::path::Path;

use loginid::diagnostics::open;
use zeroize::Zeroizing;

use crate::failure::Failure;

/// Longer than any token, key or configuration.
const MAX_BYTES: u64 = 1 << 20;

/// Whether a path stands for standard input or standard output.
pub fn is_standard(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// A token from a file or from standard input, without the line break after it.
pub fn token(file: Option<&Path>) -> Result<Zeroizing<String>, Failure> {
    let read = match file.filter(|path| !is_standard(path)) {
        Some(path) => open(path)
            .and_then(start)
            .map_err(|error| unreadable("--token-file", path, &error))?,
        None => start(io::stdin().lock())
            .map_err(|error| Failure::Usage(format!("the token on standard input: {error}")))?,
    };
    // Too long, or not UTF-8: then it is no token, which the library says.
    let text = Zeroizing::new(String::from_utf8_lossy(&read).into_owned());
    Ok(Zeroizing::new(text.trim_ascii().to_owned()))
}

/// The text of the file that an option names.
pub fn text(option: &str, path: &Path) -> Result<Zeroizing<String>, Failure> {
    let read = || {
        let bytes = open(path).and_then(start)?;
        if bytes.len() as u64 > MAX_BYTES {
            return Err(io::Error::other("it is longer than 1 MiB"));
        }
        let text = str::from_utf8(&bytes).map_err(|_| io::Error::other("it is not UTF-8"))?;
        Ok(Zeroizing::new(text.to_owned()))
    };
    read().map_err(|error| unreadable(option, path, &error))
}

fn unreadable(option: &str, path: &Path, error: &io::Error) -> Failure {
    Failure::Usage(format!("{option}: cannot read {}: {error}", path.display()))
}

/// All that there is, or the first byte beyond the limit and all before it.
fn start(source: impl Read) -> io::Result<Zeroizing<Vec<u8>>> {
    // With its final size from the start: growing would leave copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_BYTES as usize + 1));
    source.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}
