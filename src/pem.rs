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
    let without_returns = Zeroizing::new(text.replace("\\r", ""));
    let text = Zeroizing::new(without_returns.replace("\\n", "\n"));
    let mut rest = text.as_str();
    let mut blocks = Vec::new();
    while let Some(begin) = rest.find(BEGIN) {
        rest = &rest[begin + BEGIN.len()..];
        let (label, after_label) = rest.split_once("-----").ok_or(Unreadable::NoEnd)?;
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

fn block(label: &str, body: &str) -> Result<Block, Unreadable> {
    let mut encrypted = false;
    // Header lines ("Proc-Type: 4,ENCRYPTED") are told from base64 by their colon.
    let lines = body.lines().filter(|line| {
        encrypted |= line.contains("ENCRYPTED");
        !line.contains(':')
    });
    let mut base64 = Zeroizing::new(String::with_capacity(body.len()));
    for line in lines {
        base64.extend(line.chars().filter(|character| !character.is_whitespace()));
    }
    let der = STANDARD
        .decode(base64.as_bytes())
        .map_err(|_| Unreadable::NotBase64)?;
    Ok(Block {
        label: label.to_owned(),
        encrypted,
        der: Zeroizing::new(der),
    })
}
