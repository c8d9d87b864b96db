//! Reading PEM the way it travels: in environment variables, with literal `\n`,
//! CRLF, quotes around it, or no final newline.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

/// One `-----BEGIN label-----` block, its contents decoded.
pub(crate) struct Block {
    pub(crate) label: String,
    /// The block's header lines said that it is encrypted (`Proc-Type`).
    pub(crate) encrypted: bool,
    pub(crate) der: Zeroizing<Vec<u8>>,
}

/// Why the text holds no readable PEM block. Never quotes the text.
pub(crate) enum Unreadable {
    NoBlock,
    NoEnd,
    NotBase64,
}

/// The blocks of a text, in order.
pub(crate) fn blocks(text: &str) -> Result<Vec<Block>, Unreadable> {
    const BEGIN: &str = "-----BEGIN ";
    let text = with_line_ends(text);
    let mut rest = text.as_str();
    let mut blocks = Vec::new();
    while let Some((_, begun)) = rest.split_once(BEGIN) {
        let (label, after_label) = begun.split_once("-----").ok_or(Unreadable::NoEnd)?;
        // Errors repeat the label: in a mangled text it could be the key itself.
        if !is_label(label) {
            return Err(Unreadable::NoBlock);
        }
        let (body, after_block) = after_label
            .split_once(&format!("-----END {label}-----"))
            .ok_or(Unreadable::NoEnd)?;
        blocks.push(block(label, body)?);
        rest = after_block;
    }
    if blocks.is_empty() {
        return Err(Unreadable::NoBlock);
    }
    Ok(blocks)
}

/// Turns a spelled-out `\n` into a line's end, and drops `\r`. Like all that is
/// done here, in one piece of memory: growing would leave copies of a key.
fn with_line_ends(text: &str) -> Zeroizing<String> {
    let mut ended = Zeroizing::new(String::with_capacity(text.len()));
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        ended.push_str(before);
        rest = if let Some(after) = after.strip_prefix('n') {
            ended.push('\n');
            after
        } else if let Some(after) = after.strip_prefix('r') {
            after
        } else {
            ended.push('\\');
            after
        };
    }
    ended.push_str(rest);
    ended
}

fn is_label(label: &str) -> bool {
    let usual = |byte: u8| byte == b' ' || byte.is_ascii_uppercase() || byte.is_ascii_digit();
    label.len() <= 32 && label.bytes().all(usual)
}

fn block(label: &str, body: &str) -> Result<Block, Unreadable> {
    let mut encrypted = false;
    // Header lines ("Proc-Type: 4,ENCRYPTED") are told from base64 by their colon.
    let lines = body.lines().filter(|line| {
        encrypted |= line.contains("ENCRYPTED");
        !line.contains(':')
    });
    let mut digits = Zeroizing::new(String::with_capacity(body.len()));
    for line in lines {
        digits.extend(line.chars().filter(|character| !character.is_whitespace()));
    }
    let room = base64::decoded_len_estimate(digits.len());
    let mut der = Zeroizing::new(Vec::with_capacity(room));
    STANDARD
        .decode_vec(digits.as_bytes(), &mut der)
        .map_err(|_| Unreadable::NotBase64)?;
    Ok(Block {
        label: label.to_owned(),
        encrypted,
        der,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = "AAECAwQFBgcICQoLDA0ODw==";

    fn labels(text: &str) -> Option<Vec<String>> {
        let blocks = blocks(text).ok()?;
        assert!(blocks.iter().all(|block| block.der.len() == 16));
        Some(blocks.into_iter().map(|block| block.label).collect())
    }

    #[test]
    fn a_block_is_read_however_it_travelled() {
        let text =
            format!("-----BEGIN EC PRIVATE KEY-----\n{BODY}\n-----END EC PRIVATE KEY-----\n");
        let wrapped = text.replace("BgcI", "Bgc\n I");
        for travelled in [
            text.clone(),
            wrapped,
            text.trim_end().to_owned(),
            text.replace('\n', "\r\n"),
            text.replace('\n', "\\n"),
            text.replace('\n', "\\r\\n"),
            text.replace('\n', " "),
            text.replace('\n', ""),
            format!("\"{text}\""),
            format!("  'comment\n{text}'"),
        ] {
            let labels = labels(&travelled);
            assert_eq!(
                labels,
                Some(vec!["EC PRIVATE KEY".to_owned()]),
                "{travelled:?}"
            );
        }
    }

    #[test]
    fn what_is_no_label_is_not_taken_for_one() {
        let key_as_label = format!("-----BEGIN {BODY} KEY-----\n-----END {BODY} KEY-----");
        for text in [
            key_as_label.as_str(),
            "-----BEGIN A\nB-----\n-----END A\nB-----",
            "-----BEGIN THIRTY THREE CHARACTERS OR MORE KEY-----\n\
             -----END THIRTY THREE CHARACTERS OR MORE KEY-----",
        ] {
            assert!(labels(text).is_none(), "{text}");
        }
    }
}
