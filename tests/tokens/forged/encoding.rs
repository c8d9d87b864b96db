//! Other encodings of a good token. If header or claims are encoded differently, the
//! signature covers that encoding, so that only the decoder can refuse it.

use super::{ALGORITHM, MALFORMED, Table};
use crate::support::service::encode;

const EMPTY: &str = "LID_ERROR_INVALID_ARGUMENT empty_argument";

pub fn rows(table: &mut Table) {
    characters(table);
    trailing_bits(table);
    part_counts(table);
    wrappings(table);
}

/// Changes that may happen to a base64url text in transit.
fn respelled(part: &str) -> [(&'static str, String); 12] {
    let (start, end) = part.split_at(part.len() / 2 / 4 * 4);
    [
        ("padding '='", format!("{part}=")),
        ("padding '=='", format!("{part}==")),
        ("a '=' inside", format!("{start}={end}")),
        ("a space before", format!(" {part}")),
        ("a space inside", format!("{start} {end}")),
        ("a tab inside", format!("{start}\t{end}")),
        ("a line feed after", format!("{part}\n")),
        ("CR LF inside", format!("{start}\r\n{end}")),
        (
            "'+' and '/'",
            format!("{start}+/{}", end.get(2..).unwrap_or_default()),
        ),
        ("percent encoding", format!("{start}%41{end}")),
        ("one character more", format!("{part}A")),
        ("a letter beyond ASCII", format!("{start}é{end}")),
    ]
}

fn characters(table: &mut Table) {
    let header = encode(r#"{"alg":"ES256","typ":"JWT","kid":"k"}"#);
    let claims = encode(r#"{"aud":"app-1"}"#);
    for (name, spelling) in respelled(&header) {
        let token = table.service.sign_encoded(&spelling, &claims);
        table.row(format!("header with {name}"), token, MALFORMED);
    }
    for (name, spelling) in respelled(&claims) {
        let token = table.service.sign_encoded(&header, &spelling);
        table.row(format!("claims with {name}"), token, MALFORMED);
    }
    let good = table.good();
    let (signed, signature) = good.rsplit_once('.').expect("a signature");
    for (name, spelling) in respelled(signature) {
        table.row(
            format!("signature with {name}"),
            format!("{signed}.{spelling}"),
            MALFORMED,
        );
    }
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The same bytes for a lax decoder: the last character's unused bits set.
fn with_trailing_bits(part: &str) -> String {
    let (start, last) = part.split_at(part.len() - 1);
    let value = ALPHABET
        .iter()
        .position(|letter| *letter == last.as_bytes()[0]);
    let other = ALPHABET[value.expect("base64url") + 1];
    format!("{start}{}", char::from(other))
}

fn trailing_bits(table: &mut Table) {
    // Lengths one and two above a multiple of three leave unused bits.
    for filling in ["", " "] {
        let header = encode(format!(r#"{{"alg":"ES256","kid":"k"}}{filling}"#));
        let claims = encode(format!(r#"{{"aud":"app-1" }}{filling}"#));
        assert!(header.len() % 4 > 1 && claims.len() % 4 > 1, "unused bits");
        let token = table
            .service
            .sign_encoded(&with_trailing_bits(&header), &claims);
        table.row(
            format!("trailing bits in the header{filling}"),
            token,
            MALFORMED,
        );
        let token = table
            .service
            .sign_encoded(&header, &with_trailing_bits(&claims));
        table.row(
            format!("trailing bits in the claims{filling}"),
            token,
            MALFORMED,
        );
    }
    let good = table.good();
    let (signed, signature) = good.rsplit_once('.').expect("a signature");
    let token = format!("{signed}.{}", with_trailing_bits(signature));
    table.row("trailing bits in the signature", token, MALFORMED);
}

fn part_counts(table: &mut Table) {
    let good = table.good();
    let parts: Vec<&str> = good.split('.').collect();
    let [header, claims, signature] = parts[..] else {
        panic!("three parts");
    };
    table.row("nothing", String::new(), EMPTY);
    for (name, token) in [
        ("a dot", ".".to_owned()),
        ("two dots", "..".to_owned()),
        ("three dots", "...".to_owned()),
        ("one part", header.to_owned()),
        ("two parts", format!("{header}.{claims}")),
        ("two parts and a dot", format!("{header}.{claims}.")),
        ("no header", format!(".{claims}.{signature}")),
        ("no claims", format!("{header}..{signature}")),
        ("a dot before", format!(".{good}")),
        ("a dot after", format!("{good}.")),
        ("four parts", format!("{good}.{signature}")),
        (
            "five parts, as an encrypted token",
            format!("{good}.{claims}.{signature}"),
        ),
        ("the token twice", format!("{good}.{good}")),
        ("a comma for a dot", good.replacen('.', ",", 1)),
        ("an escaped dot", good.replacen('.', "%2E", 1)),
        ("a full-width dot", good.replacen('.', "．", 1)),
    ] {
        table.row(name, token, MALFORMED);
    }
    let exchanged = format!("{claims}.{header}.{signature}");
    table.row("header and claims exchanged", exchanged, ALGORITHM);
}

fn wrappings(table: &mut Table) {
    let good = table.good();
    let parts: Vec<&str> = good.split('.').collect();
    for (name, token) in [
        ("Bearer", format!("Bearer {good}")),
        ("quotes", format!("\"{good}\"")),
        ("a space before", format!(" {good}")),
        ("a line feed after", format!("{good}\n")),
        (
            "JWS JSON serialization",
            format!(
                r#"{{"protected":"{}","payload":"{}","signature":"{}"}}"#,
                parts[0], parts[1], parts[2]
            ),
        ),
        ("base64url once more", encode(&good)),
        ("a byte order mark", format!("\u{feff}{good}")),
        ("control characters", "\u{1}\u{2}.\u{3}.\u{4}".to_owned()),
    ] {
        table.row(format!("wrapped: {name}"), token, MALFORMED);
    }
}
