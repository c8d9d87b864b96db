//! Fields that name a file. They are mixed up with the fields that hold what is
//! in the file, so what they hold may be a key and is shown with care.

use std::fs;
use std::path::MAIN_SEPARATOR;

use zeroize::Zeroizing;

use crate::error::{Error, Result};

/// Longer ones cannot be opened on Linux (`PATH_MAX`).
const MAX_PATH_BYTES: usize = 4_095;

/// Reads the file that `field` names; `instead` is the field for its contents.
pub(super) fn read(field: &str, instead: &str, path: &str) -> Result<Zeroizing<String>> {
    if holds_contents(path) {
        return Err(Error::config(
            "invalid_field",
            format!(
                "{field} holds what belongs into a file, not the path of one: \
                 give it as {instead}, or write it to a file and name that"
            ),
        ));
    }
    fs::read_to_string(path)
        .map(Zeroizing::new)
        .map_err(|error| {
            let what = match is_plainly_a_path(path) {
                true => format!("'{path}'"),
                false => format!("the file it names (if it holds no path, give it as {instead})"),
            };
            Error::config(
                "unreadable_file",
                format!("{field}: cannot read {what}: {error}"),
            )
        })
}

/// Whether the text is PEM, or at least no path that anybody has.
fn holds_contents(text: &str) -> bool {
    text.contains("-----") || text.contains(['\n', '\r']) || text.len() > MAX_PATH_BYTES
}

/// Whether a path may be shown. A key without its first line is a long text of
/// base64, which paths could be too, but for its mixture of capitals and small
/// letters; what mixes them is rather not shown.
fn is_plainly_a_path(text: &str) -> bool {
    let of_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=-_".contains(byte);
    let is_mixed = |run: &[u8]| {
        run.len() >= 12
            && run.iter().any(u8::is_ascii_uppercase)
            && run.iter().any(u8::is_ascii_lowercase)
    };
    let short = text.len() <= 200 && text.split(MAIN_SEPARATOR).all(|name| name.len() <= 40);
    short && !text.as_bytes().split(|byte| !of_base64(byte)).any(is_mixed)
}

/// A name of the configuration as errors show it. One that is longer than names
/// are may be a value in the wrong place, a key perhaps.
pub(super) fn shown(name: &str) -> String {
    match name.len() {
        ..=40 if !name.contains("-----") => format!("'{name}'"),
        length => format!("with a name of {length} bytes"),
    }
}
