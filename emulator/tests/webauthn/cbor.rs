//! The attestation object as CBOR. The maps inside it are decoded by the same code.

use crate::forge::*;
use ciborium::Value;
use loginid_emulator::webauthn::{Refusal, verify_registration};

fn refused(object: &[u8]) -> String {
    let client_data = Answer::registration().client_data;
    match verify_registration(&expected(), &client_data, object).unwrap_err() {
        Refusal::Cbor {
            what: "attestation object",
            why,
        } => why,
        other => panic!("{other}"),
    }
}

#[test]
fn duplicate_keys_are_refused() {
    for (key, value) in [
        ("fmt", Value::from("none")),
        ("attStmt", Value::Map(vec![])),
        ("authData", Value::Bytes(vec![])),
    ] {
        let mut answer = Answer::registration();
        answer.more = vec![(key.into(), value)];
        let why = refused(&answer.attestation_object());
        assert_eq!(why, format!("duplicate key {key:?}"));
    }
    // In the statement, where the first or the last would be right.
    let mut answer = Answer::registration();
    let right = packed(answer.sign(&answer.authenticator_data()));
    let twice = right.iter().chain(&right).cloned().collect();
    answer.statement = Some(twice);
    assert_eq!(
        refused(&answer.attestation_object()),
        "duplicate key \"alg\""
    );
}

#[test]
fn unknown_and_missing_members_are_refused() {
    let mut answer = Answer::registration();
    answer.more = vec![("epAtt".into(), true.into())];
    let why = refused(&answer.attestation_object());
    assert_eq!(why, "unknown key \"epAtt\"");

    let data = Value::Bytes(answer.authenticator_data());
    let statement = || ("attStmt".into(), Value::Map(vec![]));
    let format = || ("fmt".into(), "none".into());
    let without_data = encode(vec![format(), statement()]);
    assert_eq!(refused(&without_data), "no \"authData\" that is bytes");
    let without_format = encode(vec![statement(), ("authData".into(), data.clone())]);
    assert_eq!(refused(&without_format), "no \"fmt\" that is text");
    let without_statement = encode(vec![format(), ("authData".into(), data)]);
    assert_eq!(refused(&without_statement), "no \"attStmt\" that is a map");
}

#[test]
fn trailing_bytes_are_refused() {
    let mut object = Answer::registration().attestation_object();
    object.push(0);
    assert_eq!(refused(&object), "trailing bytes");
}

#[test]
fn cut_off_anywhere_it_is_refused() {
    let object = Answer::registration().attestation_object();
    for length in 0..object.len() {
        assert_eq!(refused(&object[..length]), "malformed CBOR", "{length}");
    }
}

#[test]
fn other_than_canonical_cbor_is_refused() {
    let object = Answer::registration().attestation_object();
    let key_format = &object[1..5];
    assert_eq!(key_format, b"\x63fmt");
    for other in [
        // A map of indefinite length, a length in more bytes than it needs, a text in chunks.
        [&[0xbf], &object[1..], &[0xff]].concat(),
        [&[0xb8, 3], &object[1..]].concat(),
        [&[0xa3, 0x78, 3], &object[2..]].concat(),
        [
            &[0xa3, 0x7f, 0x61, b'f', 0x62, b'm', b't', 0xff],
            &object[5..],
        ]
        .concat(),
    ] {
        assert_eq!(refused(&other), "CBOR that is not in canonical form");
    }
}

#[test]
fn other_values_are_refused() {
    for value in [&[0x80][..], &[0xf6], &[0x00], &[0x60], b"\x43fmt"] {
        assert_eq!(refused(value), "not a map");
    }
    assert_eq!(refused(&[0xff]), "malformed CBOR");
}

/// Input that could exhaust the stack, memory or time is refused early.
#[test]
fn hostile_sizes_are_refused() {
    for nesting in [0x81, 0xc1, 0xa1, 0x9f, 0xbf, 0xd8] {
        assert_eq!(
            refused(&[nesting; 16 * 1024]),
            "malformed CBOR",
            "{nesting:#x}"
        );
    }
    for claimed in [0x5b, 0x7b, 0x9b, 0xbb] {
        let huge = [
            &[claimed][..],
            &[0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        ]
        .concat();
        assert_eq!(refused(&huge), "malformed CBOR", "{claimed:#x}");
    }
    assert_eq!(refused(&vec![0; 16 * 1024 + 1]), "too long");
}
