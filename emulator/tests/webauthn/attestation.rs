use crate::forge::*;
use ciborium::Value;
use loginid_emulator::webauthn::{Refusal, verify_registration};

fn refused_statement(statement: Members) -> Refusal {
    refused_registration(|answer| answer.statement = Some(statement))
}

#[test]
fn none_is_taken_with_an_empty_statement_only() {
    let mut answer = Answer::registration();
    answer.format = "none";
    answer.statement = Some(vec![]);
    answer.register().unwrap();

    // Even one that would be right for `packed`.
    answer.statement = None;
    assert_eq!(answer.register().unwrap_err(), Refusal::AttestationNotEmpty);
}

#[test]
fn other_formats_are_refused() {
    for format in [
        "fido-u2f",
        "tpm",
        "android-key",
        "android-safetynet",
        "apple",
        "compound",
        "Packed",
        "",
    ] {
        let refusal = refused_registration(|answer| answer.format = format);
        assert_eq!(refusal, Refusal::AttestationFormat(format.into()));
    }
}

#[test]
fn packed_with_a_wrong_signature_is_refused() {
    let (answer, other) = (Answer::registration(), Answer::registration());
    let data = answer.authenticator_data();
    let right = answer.sign(&data);
    let mut flipped = right.clone();
    *flipped.last_mut().unwrap() ^= 1;
    let cut = right[..right.len() - 1].to_vec();
    for signature in [
        other.sign(&data),
        answer.sign(b"other"),
        flipped,
        cut,
        vec![],
    ] {
        let object = answer.object_over(data.clone(), packed(signature));
        let result = verify_registration(&expected(), &answer.client_data, &object);
        assert_eq!(result.unwrap_err(), Refusal::AttestationSignature);
    }
    let object = answer.object_over(data, packed(right));
    verify_registration(&expected(), &answer.client_data, &object).unwrap();
}

#[test]
fn packed_signs_the_client_data_too() {
    let answer = Answer::registration();
    let object = answer.attestation_object();
    let mut client_data = answer.client_data.clone();
    client_data.push(b' ');
    let result = verify_registration(&expected(), &client_data, &object);
    assert_eq!(result.unwrap_err(), Refusal::AttestationSignature);
}

#[test]
fn packed_with_another_algorithm_is_refused() {
    let mut statement = packed(vec![]);
    statement[0].1 = (-257).into();
    let refusal = refused_statement(statement);
    assert_eq!(refusal, Refusal::AttestationAlgorithm(-257));
}

#[test]
fn certificates_are_refused() {
    // Whatever is in the chain, next to a signature that would be right without it.
    for chain in [
        Value::Array(vec![Value::Bytes(vec![0x30])]),
        Value::Array(vec![]),
    ] {
        let answer = Answer::registration();
        let data = answer.authenticator_data();
        let mut statement = packed(answer.sign(&data));
        statement.push(("x5c".into(), chain));
        let object = answer.object_over(data, statement);
        let result = verify_registration(&expected(), &answer.client_data, &object);
        assert_eq!(result.unwrap_err(), Refusal::AttestationCertificate);
    }
}

#[test]
fn packed_has_its_two_members() {
    let statement = |change: fn(&mut Members)| {
        let answer = Answer::registration();
        let data = answer.authenticator_data();
        let mut statement = packed(answer.sign(&data));
        change(&mut statement);
        let object = answer.object_over(data, statement);
        verify_registration(&expected(), &answer.client_data, &object).unwrap_err()
    };
    let refused = |why: &str| {
        let (what, why) = ("attestation statement", why.into());
        Refusal::Cbor { what, why }
    };
    let unknown = statement(|members| members.push(("ecdaaKeyId".into(), vec![1].into())));
    assert_eq!(unknown, refused("unknown key \"ecdaaKeyId\""));
    let without_algorithm = statement(|members| drop(members.remove(0)));
    assert_eq!(without_algorithm, refused("no \"alg\" that is an integer"));
    let without_signature = statement(|members| drop(members.remove(1)));
    assert_eq!(without_signature, refused("no \"sig\" that is bytes"));
}

#[test]
fn no_changed_bit_passes() {
    let answer = Answer::registration();
    let object = answer.attestation_object();
    for bit in 0..object.len() * 8 {
        let mut changed = object.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        let result = verify_registration(&expected(), &answer.client_data, &changed);
        assert!(result.is_err(), "bit {bit}");
    }
    for bit in 0..answer.client_data.len() * 8 {
        let mut changed = answer.client_data.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        assert!(
            verify_registration(&expected(), &changed, &object).is_err(),
            "bit {bit}"
        );
    }
}
