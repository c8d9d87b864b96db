//! Fields that name a file. They are mixed up with the fields that hold what is
//! in the file, so what they hold may be a key and is shown with care.

use std::fs::File;
use std::io::{self, Read};
use std::path::MAIN_SEPARATOR;

use zeroize::Zeroizing;

use crate::codes::Code;
use crate::error::{Error, Result};
use crate::wipe::reserve_bytes;

/// Longer ones cannot be opened on Linux (`PATH_MAX`).
const MAX_PATH_BYTES: usize = 4_095;

/// No file of PEM is larger. One without an end, as `/dev/zero`, is not read on.
const MAX_FILE_BYTES: usize = 16 << 20;

/// Reads the file that `field` names; `instead` is the field for its contents.
pub(super) fn read(field: &str, instead: &str, path: &str) -> Result<Zeroizing<Vec<u8>>> {
    if holds_contents(path) {
        return Err(Error::new(
            Code::InvalidField,
            format!(
                "{field} holds what belongs into a file, not the path of one: \
                 give it as {instead}, or write it to a file and name that"
            ),
        ));
    }
    contents(path).map_err(|error| {
        let what = if is_plainly_a_path(path) {
            format!("'{path}'")
        } else {
            format!("the file it names (if it holds no path, give it as {instead})")
        };
        Error::new(
            Code::UnreadableFile,
            format!("{field}: cannot read {what}: {error}"),
        )
    })
}

/// All of a file, without a copy left in freed memory when room runs out.
fn contents(path: &str) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut file = File::open(path)?;
    let mut contents = Zeroizing::new(Vec::new());
    loop {
        let length = contents.len();
        reserve_bytes(&mut contents, 4_096);
        let room = contents.capacity();
        contents.resize(room, 0);
        let amount = read_some(&mut file, contents.get_mut(length..).unwrap_or_default())?;
        contents.truncate(length + amount);
        if amount == 0 {
            return Ok(contents);
        }
        if contents.len() > MAX_FILE_BYTES {
            return Err(io::Error::other("it is larger than 16 MiB"));
        }
    }
}

fn read_some(file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match file.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
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
