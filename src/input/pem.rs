//! Reading PEM (RFC 7468) as files, environment variables, JSON and clipboards change
//! it: with a byte-order mark, CR LF or CR, a literal `\n`, all on one line, indented, in
//! quotes, with text around it in any encoding.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use memchr::memchr3;
use memchr::memmem::find;
use zeroize::Zeroizing;

/// One `-----BEGIN label-----` block, its contents decoded.
#[derive(Debug)]
pub(crate) struct Block {
    pub(crate) label: String,
    /// The block's header lines say that it is encrypted (`Proc-Type`).
    pub(crate) encrypted: bool,
    pub(crate) der: Zeroizing<Vec<u8>>,
}

/// What is wrong with a block. It never quotes the text, except for a valid label.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Damage {
    /// What follows `-----BEGIN ` is not a label.
    NoLabel,
    /// A line `-----END …-----` without a block: the block's first line is missing or
    /// damaged.
    NoBegin,
    NoEnd(String),
    NotBase64(String),
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Damage::NoLabel => f.write_str("has a damaged '-----BEGIN …-----' line"),
            Damage::NoBegin => f.write_str(
                "has a line '-----END …-----', but its line '-----BEGIN …-----' is missing \
                 or damaged",
            ),
            Damage::NoEnd(label) => write!(
                f,
                "('{label}') is cut off: its line '-----END {label}-----' is missing"
            ),
            Damage::NotBase64(label) => write!(f, "('{label}') is damaged: it is not base64"),
        }
    }
}

const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"-----END ";
const DASHES: &[u8] = b"-----";

/// The blocks of a text, in order. A damaged one does not hide those after it.
pub(crate) fn blocks(text: &[u8]) -> Vec<Result<Block, Damage>> {
    let mut blocks = Vec::new();
    let mut rest = text;
    loop {
        let next = split_at(rest, BEGIN);
        let between = next.map_or(rest, |(between, _)| between);
        // Skipped as text, this block would be lost silently. After a damaged block it is
        // the end of that one.
        if !matches!(blocks.last(), Some(Err(_))) && find(between, END).is_some() {
            blocks.push(Err(Damage::NoBegin));
        }
        let Some((_, after_begin)) = next else {
            return blocks;
        };
        let (block, after) = next_block(after_begin);
        blocks.push(block);
        rest = after;
    }
}

/// The block that begins with this label, and what follows it.
fn next_block(after_begin: &[u8]) -> (Result<Block, Damage>, &[u8]) {
    let Some((label, body)) = split_at(after_begin, DASHES) else {
        // The rest of the text is a line that is cut off.
        return (Err(Damage::NoLabel), &[]);
    };
    // Errors quote the label: in a damaged text it could be the key itself.
    let Some(label) = std::str::from_utf8(label)
        .ok()
        .filter(|text| is_label(text))
    else {
        return (Err(Damage::NoLabel), after_begin);
    };
    let end = format!("-----END {label}-----");
    let mut length = 0;
    loop {
        let rest = body.get(length..).unwrap_or_default();
        let Some(dashes) = find(rest, DASHES) else {
            return (Err(Damage::NoEnd(label.to_owned())), &[]);
        };
        length += dashes;
        let (contents, rest) = body.split_at(length);
        if rest.starts_with(BEGIN) {
            return (Err(Damage::NoEnd(label.to_owned())), rest);
        }
        if let Some(after) = rest.strip_prefix(end.as_bytes()) {
            return (decode(label, contents), after);
        }
        length += 1;
    }
}

fn is_label(label: &str) -> bool {
    let usual = |byte: u8| byte == b' ' || byte.is_ascii_uppercase() || byte.is_ascii_digit();
    label.len() <= 32 && label.bytes().all(usual)
}

fn decode(label: &str, contents: &[u8]) -> Result<Block, Damage> {
    // In one piece of memory: growing would leave copies of a key.
    let mut digits = Zeroizing::new(Vec::with_capacity(contents.len()));
    let mut encrypted = false;
    let mut rest = contents;
    let mut after_backslash = false;
    loop {
        let length = memchr3(b'\n', b'\r', b'\\', rest);
        let (line, after) = rest.split_at(length.unwrap_or(rest.len()));
        let line = match line.split_first() {
            // The second character of a literal `\n` or `\r`.
            Some((b'n' | b'r', line)) if after_backslash => line,
            Some(_) if after_backslash => {
                digits.push(b'\\');
                line
            }
            _ => line,
        };
        // Header lines ("Proc-Type: 4,ENCRYPTED") have a colon, base64 has none.
        if line.contains(&b':') {
            encrypted |= find(line, b"ENCRYPTED").is_some();
        } else {
            push_without_blanks(&mut digits, line);
        }
        let Some((end, after)) = after.split_first() else {
            break;
        };
        after_backslash = *end == b'\\';
        rest = after;
    }
    let room = base64::decoded_len_estimate(digits.len());
    let mut der = Zeroizing::new(Vec::with_capacity(room));
    STANDARD
        .decode_vec(&*digits, &mut der)
        .map_err(|_| Damage::NotBase64(label.to_owned()))?;
    Ok(Block {
        label: label.to_owned(),
        encrypted,
        der,
    })
}

/// Text copied from web pages has spaces beyond ASCII.
fn push_without_blanks(digits: &mut Vec<u8>, line: &[u8]) {
    let line = line.trim_ascii();
    // The fast path for nearly every line: a system's roots have thousands.
    if line.iter().all(u8::is_ascii_graphic) {
        return digits.extend_from_slice(line);
    }
    for chunk in line.utf8_chunks() {
        for character in chunk.valid().chars().filter(|it| !it.is_whitespace()) {
            digits.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
        digits.extend_from_slice(chunk.invalid());
    }
}

/// The text as UTF-8, with a `?` for invalid bytes. It is never longer than the text, so
/// that it does not grow and leave a copy of a key behind.
pub(crate) fn as_utf8(text: &[u8]) -> String {
    let mut utf8 = String::with_capacity(text.len());
    for chunk in text.utf8_chunks() {
        utf8.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            utf8.push('?');
        }
    }
    utf8
}

/// The text before and after the first `pattern`.
fn split_at<'a>(text: &'a [u8], pattern: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = find(text, pattern)?;
    Some((text.get(..at)?, text.get(at + pattern.len()..)?))
}

/// Why a text cannot be used as PEM.
#[derive(Debug, PartialEq)]
pub(crate) enum Unreadable {
    /// It has no block; it seems to have this form instead.
    NotPem(Form),
    /// The block with this number, from 1, is damaged.
    Damaged(usize, Damage),
}

/// Forms that a file may have instead of PEM.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Form {
    Unknown,
    Empty,
    /// ASN.1 in its binary encoding.
    Der,
    Pkcs12,
    Json,
    OpenSshPublicKey,
    Utf16,
}

/// The blocks of a text, all of them undamaged.
pub(crate) fn read(text: &[u8]) -> Result<Vec<Block>, Unreadable> {
    let blocks = blocks(text);
    if blocks.is_empty() {
        return Err(Unreadable::NotPem(form(text)));
    }
    let numbered = blocks.into_iter().zip(1..);
    numbered
        .map(|(block, place)| block.map_err(|damage| Unreadable::Damaged(place, damage)))
        .collect()
}

/// As [`read`]; the error is a clause about "it".
pub(crate) fn read_or_explain(text: &[u8], content: Content) -> Result<Vec<Block>, String> {
    read(text).map_err(|problem| {
        let why = problem.explain(content);
        match problem {
            Unreadable::NotPem(_) => format!("it is not PEM: {why}"),
            Unreadable::Damaged(..) => why,
        }
    })
}

fn form(text: &[u8]) -> Form {
    let trimmed = text
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(text)
        .trim_ascii();
    match trimmed {
        [] => Form::Empty,
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Form::Utf16,
        [b'{', ..] => Form::Json,
        _ if is_pkcs12(text) => Form::Pkcs12,
        _ if is_der(text) => Form::Der,
        _ if [&b"ssh-"[..], b"ecdsa-sha2-"]
            .iter()
            .any(|it| trimmed.starts_with(it)) =>
        {
            Form::OpenSshPublicKey
        }
        _ => Form::Unknown,
    }
}

/// Whether all of it is one SEQUENCE, as every key and certificate is.
fn is_der(bytes: &[u8]) -> bool {
    let Some(contents) = contents_of_sequence(bytes) else {
        return false;
    };
    // The tag of an INTEGER or a SEQUENCE: text that begins with a 0 has another byte here.
    matches!(contents.first(), Some(0x02 | 0x30))
}

/// `PFX ::= SEQUENCE { version INTEGER 3, … }` (RFC 7292)
fn is_pkcs12(bytes: &[u8]) -> bool {
    contents_of_sequence(bytes).is_some_and(|contents| contents.starts_with(&[0x02, 0x01, 0x03]))
}

fn contents_of_sequence(bytes: &[u8]) -> Option<&[u8]> {
    let (length, rest) = match bytes {
        [0x30, length @ ..=0x7f, rest @ ..] => (usize::from(*length), rest),
        [0x30, count @ 0x81..=0x84, rest @ ..] => {
            let (length, rest) = rest.split_at_checked(usize::from(count & 0x7f))?;
            let length = length
                .iter()
                .fold(0, |sum, byte| sum << 8 | usize::from(*byte));
            (length, rest)
        }
        _ => return None,
    };
    (rest.len() == length).then_some(rest)
}

/// What a text is expected to hold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Content {
    PrivateKey,
    PublicKey,
    Certificates,
}

impl Unreadable {
    /// What is wrong, as a clause about "it", and how to fix it.
    pub(crate) fn explain(&self, content: Content) -> String {
        let (label, from_der, from_pkcs12) = match content {
            Content::PrivateKey => (
                "PRIVATE KEY",
                "openssl pkey -inform DER -in key.der -out key.pem",
                "openssl pkcs12 -in key.p12 -nocerts -nodes -out key.pem",
            ),
            Content::PublicKey => (
                "PUBLIC KEY",
                "openssl pkey -pubin -inform DER -in key.der -pubout -out key.pem",
                "openssl pkcs12 -in key.p12 -nokeys -clcerts | openssl x509 -pubkey -noout",
            ),
            Content::Certificates => (
                "CERTIFICATE",
                "openssl x509 -inform DER -in certificate.der -out certificate.pem",
                "openssl pkcs12 -in certificates.p12 -nokeys -out certificates.pem",
            ),
        };
        match self {
            Unreadable::Damaged(place, damage) => format!("its PEM block {place} {damage}"),
            Unreadable::NotPem(form) => match form {
                Form::Unknown => format!("it has no line '-----BEGIN {label}-----'"),
                Form::Empty => "it is empty".to_owned(),
                Form::Der => format!("it is binary (DER); convert it with '{from_der}'"),
                Form::Pkcs12 => format!("it is PKCS#12; convert it with '{from_pkcs12}'"),
                Form::Json => "it is JSON, for example a JWK; convert it to PEM".to_owned(),
                Form::OpenSshPublicKey => "it is a public key of OpenSSH".to_owned(),
                Form::Utf16 => "it is text in UTF-16; save it as UTF-8".to_owned(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = "AAECAwQFBgcICQoLDA0ODw==";

    fn labels(text: &[u8]) -> Option<Vec<String>> {
        let blocks = read(text).ok()?;
        assert!(blocks.iter().all(|block| block.der.len() == 16));
        Some(blocks.into_iter().map(|block| block.label).collect())
    }

    fn pem(label: &str) -> String {
        format!("-----BEGIN {label}-----\n{BODY}\n-----END {label}-----\n")
    }

    #[test]
    fn a_block_is_read_from_text_that_was_copied_and_escaped() {
        let text = pem("EC PRIVATE KEY");
        let wrapped = text.replace("BgcI", "Bgc\n I");
        for copied in [
            text.clone(),
            wrapped.clone(),
            text.trim_end().to_owned(),
            text.replace('\n', "\r\n"),
            text.replace('\n', "\r"),
            text.replace('\n', "\\n"),
            text.replace('\n', "\\r\\n"),
            text.replace('\n', "\\\\n"),
            wrapped.replace('\n', "\\n"),
            text.replace('\n', " "),
            text.replace('\n', ""),
            text.replace('\n', "\n\t  "),
            text.replace('\n', "\n\u{a0}"),
            text.replace('\n', "\\\n"),
            format!("\u{feff}{text}"),
            format!("\"{text}\""),
            format!("'{}'", text.replace('\n', "\\n")),
            format!("  'comment\n{text}'"),
        ] {
            let labels = labels(copied.as_bytes());
            assert_eq!(
                labels,
                Some(vec!["EC PRIVATE KEY".to_owned()]),
                "{copied:?}"
            );
        }
        let latin1 = [b"Schl\xfcssel\n", text.as_bytes(), b"\xe9t\xe9\0"].concat();
        assert_eq!(labels(&latin1).unwrap(), ["EC PRIVATE KEY"]);
        let utf8 = as_utf8(&latin1);
        assert_eq!(utf8.capacity(), latin1.len());
        assert_eq!(utf8, format!("Schl?ssel\n{text}?t?\0"));
    }

    #[test]
    fn every_block_is_read_in_its_order() {
        let text = [pem("A"), "text\n".to_owned(), pem("B"), pem("A"), pem("C")].concat();
        assert_eq!(labels(text.as_bytes()).unwrap(), ["A", "B", "A", "C"]);
        let one_line = text.replace('\n', "");
        assert_eq!(labels(one_line.as_bytes()).unwrap(), ["A", "B", "A", "C"]);
    }

    #[test]
    fn a_damaged_block_is_named_and_the_others_are_read() {
        let cut = pem("B").replace("-----END B-----\n", "");
        for (damaged, damage) in [
            (cut.clone(), Damage::NoEnd("B".to_owned())),
            (
                pem("B").replace("END B", "END C"),
                Damage::NoEnd("B".to_owned()),
            ),
            (
                pem("B").replace("AAEC", "A*EC"),
                Damage::NotBase64("B".to_owned()),
            ),
            (
                pem("B").replace("AAEC", "A\\xEC"),
                Damage::NotBase64("B".to_owned()),
            ),
            (
                pem("B").replace("==", "="),
                Damage::NotBase64("B".to_owned()),
            ),
            (pem("B").replace("BEGIN B", "BEGIN b"), Damage::NoLabel),
            (pem("B").replace("BEGIN B-----", "BEGIN B"), Damage::NoLabel),
            (pem("B").replace("-----BEGIN", "----BEGIN"), Damage::NoBegin),
            (pem("B").replace("BEGIN B", " BEGIN B"), Damage::NoBegin),
            (pem("B").replace("-----BEGIN B-----\n", ""), Damage::NoBegin),
        ] {
            let text = [pem("A"), damaged.clone(), pem("C")].concat();
            let all = blocks(text.as_bytes());
            let [Ok(first), Err(second), Ok(third)] = all.as_slice() else {
                panic!("{damaged}: {all:?}");
            };
            assert_eq!((first.label.as_str(), third.label.as_str()), ("A", "C"));
            assert_eq!(*second, damage, "{damaged}");
            let error = read(text.as_bytes()).unwrap_err();
            assert_eq!(error, Unreadable::Damaged(2, damage), "{damaged}");
        }
        let begun_nowhere = pem("B").replace("BEGIN", "");
        for (last, damage) in [
            (cut, Damage::NoEnd("B".to_owned())),
            (begun_nowhere.clone(), Damage::NoBegin),
        ] {
            let text = [pem("A"), last].concat();
            let error = read(text.as_bytes()).unwrap_err();
            assert_eq!(error, Unreadable::Damaged(2, damage));
        }
        let error = read(begun_nowhere.as_bytes()).unwrap_err();
        assert_eq!(error, Unreadable::Damaged(1, Damage::NoBegin));
    }

    #[test]
    fn an_invalid_label_is_refused() {
        let key_as_label = format!("-----BEGIN {BODY} KEY-----\n-----END {BODY} KEY-----");
        for text in [
            key_as_label.as_str(),
            "-----BEGIN A\nB-----\n-----END A\nB-----",
            "-----BEGIN THIRTY THREE CHARACTERS OR MORE KEY-----\n\
             -----END THIRTY THREE CHARACTERS OR MORE KEY-----",
        ] {
            let error = read(text.as_bytes()).unwrap_err();
            assert_eq!(error, Unreadable::Damaged(1, Damage::NoLabel), "{text}");
        }
    }

    #[test]
    fn header_lines_are_not_contents() {
        let headers = "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n";
        let text = pem("A").replace("AAEC", &format!("{headers}AAEC"));
        for text in [
            text.clone(),
            text.replace('\n', "\\n"),
            text.replace('\n', "\r"),
        ] {
            let blocks = read(text.as_bytes()).unwrap();
            assert!(blocks[0].encrypted && blocks[0].der.len() == 16, "{text}");
        }
        assert!(read(text.replace('\n', "").as_bytes()).unwrap()[0].encrypted);
    }

    #[test]
    fn other_forms_are_recognised() {
        let short = [&[0x30, 0x05, 0x02, 0x01, 0x00][..], &[0x04, 0x00]].concat();
        let long = [&[0x30, 0x81, 0x84, 0x30][..], &[0; 0x83]].concat();
        let pkcs12 = [&[0x30, 0x82, 0x01, 0x00, 0x02, 0x01, 0x03][..], &[0; 0xfd]].concat();
        for (text, expected) in [
            (&b""[..], Form::Empty),
            (b"\xef\xbb\xbf \r\n", Form::Empty),
            (&short, Form::Der),
            (&long, Form::Der),
            (&pkcs12, Form::Pkcs12),
            (&pkcs12[..200], Form::Unknown),
            (b"{\"kty\":\"EC\"}", Form::Json),
            (b"ecdsa-sha2-nistp256 AAAA me", Form::OpenSshPublicKey),
            (b"ssh-ed25519 AAAA me", Form::OpenSshPublicKey),
            (b"\xff\xfe-\0-\0", Form::Utf16),
            (
                b"0000000000000000000000000000000000000000000000000",
                Form::Unknown,
            ),
            (BODY.as_bytes(), Form::Unknown),
        ] {
            let error = read(text).unwrap_err();
            assert_eq!(error, Unreadable::NotPem(expected), "{text:?}");
        }
    }
}
