//! Invalid signatures, and signatures over other data.

use serde_json::json;

use super::{GOOD, MALFORMED, SIGNATURE, Table};
use crate::support::service::{Signer, decode, encode, with};

/// The order of the curve P-256.
const N: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];

fn number(last: u8) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes[31] = last;
    bytes
}

/// N and numbers next to it.
fn order(last: u8) -> [u8; 32] {
    let mut bytes = N;
    bytes[31] = last;
    bytes
}

/// Far above N, although its last byte is below N's.
fn above_order() -> [u8; 32] {
    let mut bytes = order(0);
    bytes[7] = 1;
    bytes
}

/// The good token's first two parts, and its signature.
fn parts(table: &Table) -> (String, Vec<u8>) {
    let token = table.good();
    let (signed, signature) = token.rsplit_once('.').expect("a signature");
    (signed.to_owned(), decode(signature))
}

pub fn rows(table: &mut Table) {
    numbers_at_the_edge(table);
    wrong_lengths(table);
    of_something_else(table);
}

fn numbers_at_the_edge(table: &mut Table) {
    let (signed, good) = parts(table);
    // Values that no signature may have are refused without a key; the rest needs the key.
    let edges = [
        ("0", number(0), MALFORMED),
        ("1", number(1), SIGNATURE),
        ("n-1", order(0x50), SIGNATURE),
        ("n", N, MALFORMED),
        ("n+1", order(0x52), MALFORMED),
        ("n+2^192-81", above_order(), MALFORMED),
        ("2^256-1", [0xff; 32], MALFORMED),
    ];
    for (r_name, r, verdict) in edges {
        for (s_name, s, of_s) in edges {
            let token = format!("{signed}.{}", encode([r, s].concat()));
            let both = if verdict == MALFORMED { verdict } else { of_s };
            table.row(format!("r {r_name}, s {s_name}"), token, both);
        }
        let token = format!("{signed}.{}", encode([&r[..], &good[32..]].concat()));
        table.row(format!("r {r_name}, the good s"), token, verdict);
        let token = format!("{signed}.{}", encode([&good[..32], &r[..]].concat()));
        table.row(format!("the good r, s {r_name}"), token, verdict);
    }
}

fn wrong_lengths(table: &mut Table) {
    let (signed, good) = parts(table);
    for length in [0, 1, 31, 32, 63, 65, 66, 96, 128] {
        let signature: Vec<u8> = good.iter().copied().cycle().take(length).collect();
        let token = format!("{signed}.{}", encode(signature));
        table.row(format!("a signature of {length} bytes"), token, MALFORMED);
    }
    let token = format!("{signed}.{}", encode(der(&good)));
    table.row("a DER signature", token, MALFORMED);
    let leading_zero = [&[0], &good[..32], &[0], &good[32..]].concat();
    let token = format!("{signed}.{}", encode(leading_zero));
    table.row("r and s with a leading zero each", token, MALFORMED);
}

/// SEQUENCE { INTEGER r, INTEGER s }, as OpenSSL and TLS write it.
fn der(signature: &[u8]) -> Vec<u8> {
    let mut integers = Vec::new();
    for number in signature.chunks(32) {
        let start = number.iter().position(|byte| *byte != 0).unwrap_or(31);
        let mut bytes = number[start..].to_vec();
        if bytes[0] & 0x80 != 0 {
            bytes.insert(0, 0);
        }
        integers.extend([0x02, bytes.len() as u8]);
        integers.extend(bytes);
    }
    [vec![0x30, integers.len() as u8], integers].concat()
}

fn of_something_else(table: &mut Table) {
    let (signed, good) = parts(table);
    let swapped = [&good[32..], &good[..32]].concat();
    table.row(
        "r and s swapped",
        format!("{signed}.{}", encode(swapped)),
        SIGNATURE,
    );
    let little: Vec<u8> = good
        .chunks(32)
        .flat_map(|half| half.iter().rev().copied())
        .collect();
    table.row(
        "r and s little-endian",
        format!("{signed}.{}", encode(little)),
        SIGNATURE,
    );
    for (name, at, bit) in [("first", 0, 0x80), ("middle", 32, 0x01), ("last", 63, 0x01)] {
        let mut flipped = good.clone();
        flipped[at] ^= bit;
        table.row(
            format!("its {name} bit flipped"),
            format!("{signed}.{}", encode(flipped)),
            SIGNATURE,
        );
    }
    let (header, claims) = signed.split_once('.').expect("two parts");
    for (name, message) in [
        ("the claims only", claims.to_owned()),
        ("the header only", header.to_owned()),
        ("both without the dot", format!("{header}{claims}")),
        ("nothing", String::new()),
    ] {
        let signature = table.service.signature(message.as_bytes());
        table.row(
            format!("signed: {name}"),
            format!("{signed}.{}", encode(signature)),
            SIGNATURE,
        );
    }
    let other = table
        .service
        .token(&with(&table.claims, json!({"udata": "mallory"})));
    let (_, of_other) = other.rsplit_once('.').expect("a signature");
    table.row(
        "another token's signature",
        format!("{signed}.{of_other}"),
        SIGNATURE,
    );
    let forger = Signer::new("k").token(&table.claims);
    table.row("another key under the same kid", forger, SIGNATURE);
}

/// n − s.
fn negated(s: &[u8]) -> Vec<u8> {
    let mut borrow = 0;
    let mut difference = vec![0; 32];
    for at in (0..32).rev() {
        let byte = i16::from(N[at]) - i16::from(s[at]) - borrow;
        borrow = i16::from(byte < 0);
        difference[at] = byte.rem_euclid(256) as u8;
    }
    difference
}

pub fn legal(table: &mut Table) {
    // ES256 has no canonical s: (r, n − s) is valid too, so the text of a token must
    // not be used as its identity.
    let (signed, good) = parts(table);
    let twin = [&good[..32], &negated(&good[32..])].concat();
    table.row(
        "the mirrored signature",
        format!("{signed}.{}", encode(twin)),
        GOOD,
    );
}
