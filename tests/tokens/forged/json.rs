//! Texts that are not exactly one JSON object, in either part.

use serde_json::json;

use super::{GOOD, MALFORMED, Table};
use crate::support::service::with;

pub fn rows(table: &mut Table) {
    not_an_object(table);
    duplicates(table);
    too_deep(table);
    too_long(table);
}

fn not_an_object(table: &mut Table) {
    let texts: [(&str, &[u8]); 20] = [
        ("empty", b""),
        ("white space", b" "),
        ("null", b"null"),
        ("a number", b"1"),
        ("a string", b"\"{}\""),
        ("an array", b"[]"),
        ("an array of an object", b"[{}]"),
        ("cut off", b"{\"aud\":\"app-1\""),
        ("something after it", b"{} x"),
        ("two objects", b"{}{}"),
        ("a trailing comma", b"{\"aud\":\"app-1\",}"),
        ("a comment", b"{\"aud\":\"app-1\"/**/}"),
        ("single quotes", b"{'aud':'app-1'}"),
        ("NaN", b"{\"exp\":NaN}"),
        ("a raw line feed in a string", b"{\"aud\":\"a\nb\"}"),
        ("a byte order mark", b"\xef\xbb\xbf{}"),
        ("UTF-16", b"{\0\"\0a\0\"\0:\x001\0}\0"),
        ("an invalid UTF-8 byte", b"{\"aud\":\"\xff\"}"),
        ("an overlong slash", b"{\"aud\":\"\xc0\xaf\"}"),
        ("a lone surrogate", b"{\"aud\":\"\\ud800\"}"),
    ];
    for (name, text) in texts {
        table.claims_text(format!("claims: {name}"), text, MALFORMED);
        let token = table.service.sign_text(text, table.claims.to_string());
        table.row(format!("header: {name}"), token, MALFORMED);
    }
}

/// The caller's parser may read the other one of two.
fn duplicates(table: &mut Table) {
    for header in [
        r#"{"alg":"none","alg":"ES256","kid":"k"}"#,
        r#"{"alg":"ES256","alg":"ES256","kid":"k"}"#,
        r#"{"\u0061lg":"none","alg":"ES256","kid":"k"}"#,
        r#"{"alg":"ES256","kid":"k","\u006b\u0069\u0064":"other"}"#,
        r#"{"alg":"ES256","kid":"k","x":{"y":1,"y":2}}"#,
    ] {
        let token = table.service.sign_text(header, table.claims.to_string());
        table.row(format!("duplicate in header {header}"), token, MALFORMED);
    }
    for claims in [
        r#"{"aud":"app-2","aud":"app-1"}"#,
        r#"{"aud":"app-1","\u0061ud":"app-2"}"#,
        r#"{"aud":"app-1","\u0061\u0075\u0064":"app-1"}"#,
        r#"{"aud":"app-1","exp":1,"exp":9999999999}"#,
        r#"{"aud":"app-1","udata":"alice","udat\u0061":"bob"}"#,
        r#"{"aud":"app-1","x":{"y":1,"y":1}}"#,
        r#"{"aud":"app-1","x":[0,{"y":1,"\u0079":1}]}"#,
        r#"{"aud":"app-1","":1,"":2}"#,
    ] {
        table.claims_text(
            format!("duplicate in claims {claims}"),
            claims.as_bytes(),
            MALFORMED,
        );
    }
}

/// This many containers in one another.
fn nested(open: &str, close: &str, depth: usize) -> String {
    let (open, close) = (open.repeat(depth), close.repeat(depth));
    format!("{open}{close}").replace(":}", ":1}")
}

/// The good claims with containers so deep, themselves included.
fn deep_claims(table: &Table, open: &str, close: &str, depth: usize) -> String {
    table.claims_with(&[("x", &nested(open, close, depth - 1))])
}

fn too_deep(table: &mut Table) {
    for depth in [33, 34, 64, 129, 5000] {
        let arrays = deep_claims(table, "[", "]", depth);
        table.claims_text(
            format!("claims: {depth} arrays deep"),
            arrays.as_bytes(),
            MALFORMED,
        );
    }
    for depth in [33, 200] {
        let objects = deep_claims(table, r#"{"x":"#, "}", depth);
        table.claims_text(
            format!("claims: {depth} objects deep"),
            objects.as_bytes(),
            MALFORMED,
        );
        let arrays = nested("[", "]", depth - 1);
        let header = format!(r#"{{"alg":"ES256","kid":"k","x":{arrays}}}"#);
        let token = table.service.sign_text(header, table.claims.to_string());
        table.row(format!("header: {depth} arrays deep"), token, MALFORMED);
    }
}

const MAX: usize = 16 * 1024;

/// The good token, lengthened by a member that is not read.
fn lengthened(table: &Table, filling: usize) -> String {
    let claims = with(&table.claims, json!({"filling": "x".repeat(filling)}));
    table.service.token(&claims)
}

/// The longest such token that is allowed, and the shortest that is not. They
/// differ by two at most: no base64url text has a length of 1 modulo 4.
fn around_the_limit(table: &Table) -> (String, String) {
    // Three characters of text are four of base64url.
    let start = (MAX - lengthened(table, 0).len()) / 4 * 3 - 3;
    let tokens: Vec<String> = (start..start + 12).map(|n| lengthened(table, n)).collect();
    let (within, beyond): (Vec<_>, Vec<_>) =
        tokens.into_iter().partition(|token| token.len() <= MAX);
    let longest = within.into_iter().next_back().expect("one within");
    let shortest = beyond.into_iter().next().expect("one beyond");
    assert!(shortest.len() - longest.len() <= 2);
    (longest, shortest)
}

fn too_long(table: &mut Table) {
    let (_, token) = around_the_limit(table);
    table.row(format!("{} bytes", token.len()), token, MALFORMED);
    for filling in [32 * 1024, 1 << 20] {
        let token = lengthened(table, filling);
        table.row(format!("{} bytes", token.len()), token, MALFORMED);
    }
}

pub fn legal(table: &mut Table) {
    let (token, _) = around_the_limit(table);
    table.row(format!("{} bytes", token.len()), token, GOOD);
    for (name, text) in [
        ("arrays", deep_claims(table, "[", "]", 32)),
        ("objects", deep_claims(table, r#"{"x":"#, "}", 32)),
    ] {
        table.claims_text(format!("32 {name} deep"), text.as_bytes(), GOOD);
    }
    let spaced = table.claims_with(&[]).replace("\":", "\" :\r");
    let spaced = format!(" \n\t{spaced} ");
    table.claims_text("white space around its JSON", spaced.as_bytes(), GOOD);
    let escaped = table.claims.to_string();
    let escaped = escaped.replacen("\"aud\"", r#""\u0061\u0075\u0064""#, 1);
    let escaped = escaped.replacen("\"app-1\"", r#""\u0061pp-1""#, 1);
    table.claims_text("escapes in its JSON", escaped.as_bytes(), GOOD);
    let odd = table.claims_with(&[("", "null"), ("é😀", r#""\u0000""#)]);
    table.claims_text("odd members", odd.as_bytes(), GOOD);
}
