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
    let refusal = refused_statement(packed_as(-257, vec![]));
    assert_eq!(refusal, Refusal::AttestationAlgorithm(-257));
    // Even if the signature is that of the key.
    for key in [Key::eddsa(), Key::rs256()] {
        let answer = Answer::registration_of(key);
        let data = answer.authenticator_data();
        let object = answer.object_over(data.clone(), packed(answer.sign(&data)));
        let result = verify_registration(&expected(), &answer.client_data, &object);
        assert_eq!(result.unwrap_err(), Refusal::AttestationAlgorithm(-7));
    }
}

#[test]
fn packed_is_signed_by_a_key_of_any_algorithm() {
    for make in [Key::eddsa, Key::rs256] {
        let (answer, other) = (
            Answer::registration_of(make()),
            Answer::registration_of(make()),
        );
        let data = answer.authenticator_data();
        let algorithm = answer.key.algorithm();
        let verify = |signature| {
            let object = answer.object_over(data.clone(), packed_as(algorithm, signature));
            verify_registration(&expected(), &answer.client_data, &object).map(drop)
        };
        assert_eq!(verify(answer.sign(&data)), Ok(()));
        for wrong in [other.sign(&data), answer.sign(b"other"), vec![]] {
            assert_eq!(verify(wrong), Err(Refusal::AttestationSignature));
        }
    }
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
