//! Fields that name a file. They are easily confused with the fields that hold the contents:
//! a key pasted into a path must never reach a message, and with it a log.

use std::path::{MAIN_SEPARATOR, Path};

use zeroize::Zeroizing;

use crate::codes::Code;
use crate::error::{Error, Result};
use crate::input::file;

/// Longer ones cannot be opened on Linux (`PATH_MAX`).
const MAX_PATH_BYTES: usize = 4_095;

/// Reads the file that `field` names; `instead` is the field for its contents.
pub(super) fn read(field: &str, instead: &str, path: &str) -> Result<Zeroizing<Vec<u8>>> {
    if holds_contents(path) {
        return Err(Error::new(
            Code::InvalidField,
            format!(
                "{field} holds the contents of a file, not its path: \
                 use {instead}, or write it to a file and give the path"
            ),
        ));
    }
    file::contents(Path::new(path)).map_err(|error| {
        let what = if may_be_shown(path) {
            format!("'{path}'")
        } else {
            format!("the file it names (if this is not a path, use {instead})")
        };
        Error::new(
            Code::UnreadableFile,
            format!("{field}: cannot read {what}: {error}"),
        )
    })
}

/// Whether the text is PEM, or in any case not a path.
fn holds_contents(text: &str) -> bool {
    text.contains("-----") || text.contains(['\n', '\r']) || text.len() > MAX_PATH_BYTES
}

/// Whether a path may be shown in an error. An error without the path is hard to act on, but a
/// line of a key must not be shown, nor a key without its first and last line. Both look like a
/// path. What gives them away is a run of base64 that mixes capitals and small letters, a very
/// long name, or (in hexadecimal, or as an identifier) a long one without a folder or an
/// extension; a path that looks like that is not shown either.
fn may_be_shown(path: &str) -> bool {
    let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=-_".contains(byte);
    let is_mixed = |run: &[u8]| {
        run.len() >= 12
            && run.iter().any(u8::is_ascii_uppercase)
            && run.iter().any(u8::is_ascii_lowercase)
    };
    let has_short_names = path.split(MAIN_SEPARATOR).all(|name| name.len() <= 40);
    let is_one_word = path.len() >= 16 && !path.contains([MAIN_SEPARATOR, '.', ' ']);
    let is_base64_text = path.as_bytes().split(|byte| !is_base64(byte)).any(is_mixed);
    has_short_names && !is_one_word && !is_base64_text
}
