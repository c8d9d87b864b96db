//! Authenticator data and the key in it, on registration.

use crate::forge::*;
use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
use ciborium::Value;
use loginid_emulator::webauthn::{PublicKey, Refusal, RegisteredKey, verify_registration};

const X: usize = 3;
const Y: usize = 4;

#[test]
fn a_right_one_is_taken() {
    let answer = Answer::registration();
    let key = answer.register().unwrap();
    assert_eq!(key.credential_id, b"credential");
    assert_eq!(key.public_key, answer.registered().public_key);
    assert_eq!(key.sign_count, 7);
    assert_eq!(&key.aaguid, b"aaguid of a test");
    assert!(!key.backup_eligible);
}

#[test]
fn another_relying_party_is_refused() {
    for rp_id in [
        "login.example.com",
        "evil.example",
        "com",
        "EXAMPLE.COM",
        "",
    ] {
        let refusal = refused_registration(|answer| answer.rp_id = rp_id);
        assert_eq!(refusal, Refusal::RpId, "{rp_id}");
    }
}

#[test]
fn the_user_must_be_present() {
    let refusal = refused_registration(|answer| answer.flags &= !PRESENT);
    assert_eq!(refusal, Refusal::UserNotPresent);
}

#[test]
fn the_user_must_be_verified_when_that_is_required() {
    let mut answer = Answer::registration();
    answer.flags &= !VERIFIED;
    assert_eq!(answer.register().unwrap_err(), Refusal::UserNotVerified);

    let mut expected = expected();
    expected.require_user_verification = false;
    let object = answer.attestation_object();
    verify_registration(&expected, &answer.client_data, &object).unwrap();
}

#[test]
fn backed_up_without_being_eligible_is_refused() {
    let refusal = refused_registration(|answer| answer.flags |= BACKED_UP);
    assert_eq!(refusal, Refusal::BackupState);

    let mut answer = Answer::registration();
    answer.flags |= BACKED_UP | BACKUP_ELIGIBLE;
    assert!(answer.register().unwrap().backup_eligible);
}

#[test]
fn there_must_be_a_credential() {
    let refusal = refused_registration(|answer| answer.flags &= !CREDENTIAL);
    assert_eq!(refusal, Refusal::CredentialMissing);
}

#[test]
fn a_credential_id_has_1_to_1023_bytes() {
    for length in [0, 1024, 65535] {
        let refusal = refused_registration(|answer| answer.credential_id = vec![1; length]);
        let expected = match length {
            // The length is checked before the content.
            65535 => Refusal::Cbor {
                what: "attestation object",
                why: "too long".into(),
            },
            _ => Refusal::CredentialIdLength(length),
        };
        assert_eq!(refusal, expected, "{length}");
    }
    for length in [1, 1023] {
        let mut answer = Answer::registration();
        answer.credential_id = vec![1; length];
        assert_eq!(answer.register().unwrap().credential_id.len(), length);
    }
}

#[test]
fn cut_off_anywhere_it_is_refused() {
    let answer = Answer::registration();
    let whole = answer.authenticator_data();
    let key = whole.len() - encode(answer.cose.clone()).len();
    for length in 0..whole.len() {
        let data = whole[..length].to_vec();
        let statement = packed(answer.sign(&data));
        let object = answer.object_over(data, statement);
        let refusal = verify_registration(&expected(), &answer.client_data, &object).unwrap_err();
        let expected = match length {
            _ if length < key => Refusal::AuthenticatorData("fewer bytes than its flags say"),
            _ => Refusal::Cbor {
                what: "credential key",
                why: "malformed CBOR".into(),
            },
        };
        assert_eq!(refusal, expected, "{length}");
    }
}

#[test]
fn more_bytes_are_refused() {
    let more = Refusal::AuthenticatorData("more bytes than its flags say");
    assert_eq!(refused_registration(|answer| answer.tail = vec![0]), more);
    // An extension map without its flag, and one byte after an extension map with its flag.
    assert_eq!(
        refused_registration(|answer| answer.tail = vec![0xa0]),
        more
    );
    let refusal = refused_registration(|answer| {
        answer.flags |= EXTENSIONS;
        answer.tail = vec![0xa0, 0];
    });
    assert_eq!(refusal, more);
}

#[test]
fn extensions_are_a_map() {
    let with = |tail: Vec<u8>| {
        let mut answer = Answer::registration();
        answer.flags |= EXTENSIONS;
        answer.tail = tail;
        answer.register()
    };
    with(encode(vec![("credProtect".into(), 2.into())])).unwrap();

    let inner = Value::Map(vec![(1.into(), 1.into()), (1.into(), 2.into())]);
    for (tail, why) in [
        (vec![], "malformed CBOR"),
        (vec![0x80], "not a map"),
        (
            encode(vec![("a".into(), 1.into()), ("a".into(), 2.into())]),
            "duplicate key \"a\"",
        ),
        (
            encode(vec![("a".into(), Value::Array(vec![inner.clone()]))]),
            "duplicate key 1",
        ),
        (
            encode(vec![("a".into(), Value::Tag(6, Box::new(inner)))]),
            "duplicate key 1",
        ),
    ] {
        let (what, why) = ("extensions", why.into());
        assert_eq!(with(tail).unwrap_err(), Refusal::Cbor { what, why });
    }
}

#[test]
fn other_algorithms_are_refused() {
    // ES384, PS256, RS1, ES256K, ECDH-ES+A128KW, which also has P-256 keys, and no number of COSE's.
    for algorithm in [-35, -37, -65535, -47, -29, i64::MIN, 0, 7] {
        let refusal = refused_registration(|answer| answer.cose[1].1 = algorithm.into());
        assert_eq!(refusal, Refusal::Algorithm(algorithm.into()));
    }
}

#[test]
fn a_key_of_each_algorithm_is_taken() {
    for key in [Key::es256(), Key::eddsa(), Key::rs256()] {
        let answer = Answer::registration_of(key);
        let registered = answer.register().unwrap();
        assert_eq!(registered.public_key, answer.registered().public_key);
        let json = serde_json::to_string(&registered).unwrap();
        assert_eq!(
            serde_json::from_str::<RegisteredKey>(&json).unwrap(),
            registered
        );
    }
}

/// The parameters of one algorithm with the number of another.
#[test]
fn a_key_of_another_algorithm_than_it_says_is_refused() {
    let refusal = |key: &Key, algorithm: i32| {
        let mut answer = Answer::registration_of(key.clone());
        answer.cose[1].1 = algorithm.into();
        answer.register().unwrap_err()
    };
    let (es256, eddsa, rs256) = (Key::es256(), Key::eddsa(), Key::rs256());
    for (key, algorithm, why) in [
        (&eddsa, -7, "the key type is not EC2"),
        (&rs256, -7, "the key type is not EC2"),
        (&es256, -8, "the key type is not OKP"),
        (&rs256, -8, "the key type is not OKP"),
        (&es256, -257, "the key type is not RSA"),
        (&eddsa, -257, "the key type is not RSA"),
    ] {
        assert_eq!(refusal(key, algorithm), Refusal::Key(why));
    }
}

#[test]
fn keys_of_ed25519_and_rsa_have_their_form() {
    let (eddsa, rs256) = (Key::eddsa(), Key::rs256());
    let refusal = |key: &Key, index: usize, value: Value| {
        let mut answer = Answer::registration_of(key.clone());
        // Nothing can sign with such a key: with `none` the key is the only error.
        (answer.format, answer.statement) = ("none", Some(vec![]));
        answer.cose[index].1 = value;
        answer.register().unwrap_err()
    };
    let curve = "the curve is not Ed25519";
    // X25519 and Ed448.
    for other in [4, 7] {
        assert_eq!(refusal(&eddsa, 2, other.into()), Refusal::Key(curve));
    }
    for length in [0, 31, 33, 57, 64] {
        let why = "not a key of Ed25519";
        assert_eq!(
            refusal(&eddsa, 3, vec![1; length].into()),
            Refusal::Key(why)
        );
    }
    let modulus = "not an odd modulus of 2048 to 8192 bits";
    let even = [vec![0xff; 255], vec![0xfe]].concat();
    let zero = [vec![0], vec![0xff; 256]].concat();
    for wrong in [
        vec![],
        vec![0xff; 128],
        vec![0xff; 255],
        // 2047 bits.
        [vec![0x7f], vec![0xff; 255]].concat(),
        vec![0xff; 1025],
        even,
        zero,
    ] {
        assert_eq!(refusal(&rs256, 2, wrong.into()), Refusal::Key(modulus));
    }
    let exponent = "the exponent is not 65537";
    for wrong in [vec![], vec![1], vec![3], vec![0, 1, 0, 1], vec![1, 0, 0]] {
        assert_eq!(refusal(&rs256, 3, wrong.into()), Refusal::Key(exponent));
    }
    for key in [eddsa, rs256] {
        let mut answer = Answer::registration_of(key);
        answer.cose.push(((-3).into(), vec![1].into()));
        let (what, why) = ("credential key", "unknown key -3".into());
        assert_eq!(answer.register().unwrap_err(), Refusal::Cbor { what, why });
    }
}

#[test]
fn other_kinds_of_keys_are_refused() {
    let refusal = refused_registration(|answer| answer.cose[0].1 = 1.into());
    assert_eq!(refusal, Refusal::Key("the key type is not EC2"));
    let refusal = refused_registration(|answer| answer.cose[2].1 = 2.into());
    assert_eq!(refusal, Refusal::Key("the curve is not P-256"));
}

#[test]
fn coordinates_have_32_bytes() {
    for (index, length) in [(X, 31), (X, 33), (Y, 31), (Y, 33), (X, 0), (Y, 0)] {
        let refusal = refused_registration(|answer| {
            let mut bytes = answer.cose[index].1.clone().into_bytes().unwrap();
            bytes.resize(length, 0);
            answer.cose[index].1 = bytes.into();
        });
        assert_eq!(refusal, Refusal::Key("a coordinate is not 32 bytes long"));
    }
    // 31 and 33 together make 64, and a sign instead of y means a compressed point.
    let refusal = refused_registration(|answer| {
        answer.cose[X].1 = vec![1; 31].into();
        answer.cose[Y].1 = vec![1; 33].into();
    });
    assert_eq!(refusal, Refusal::Key("a coordinate is not 32 bytes long"));
    let refusal = refused_registration(|answer| answer.cose[Y].1 = true.into());
    let (what, why) = ("credential key", "no -3 that is bytes".into());
    assert_eq!(refusal, Refusal::Cbor { what, why });
}

#[test]
fn points_off_the_curve_are_refused() {
    let off = |x: Option<u8>, y: Option<u8>| {
        refused_registration(|answer| {
            // Nothing can sign with such a key: with `none` the key is the only error.
            (answer.format, answer.statement) = ("none", Some(vec![]));
            for (index, byte) in [(X, x), (Y, y)] {
                let mut bytes = answer.cose[index].1.clone().into_bytes().unwrap();
                match byte {
                    Some(byte) => bytes.fill(byte),
                    None => bytes[31] ^= 1,
                }
                answer.cose[index].1 = bytes.into();
            }
        })
    };
    for (x, y) in [(None, None), (Some(0), Some(0)), (Some(0xff), Some(0xff))] {
        assert_eq!(off(x, y), Refusal::Key("not a point on P-256"));
    }
}

#[test]
fn a_key_has_its_five_parameters_once() {
    let refusal = refused_registration(|answer| answer.cose.push((3.into(), (-8).into())));
    let (what, why) = ("credential key", "duplicate key 3".into());
    assert_eq!(refusal, Refusal::Cbor { what, why });

    let refusal = refused_registration(|answer| answer.cose.push((4.into(), 1.into())));
    let (what, why) = ("credential key", "unknown key 4".into());
    assert_eq!(refusal, Refusal::Cbor { what, why });

    for (index, name) in [1, 3, -1, -2, -3].into_iter().enumerate() {
        let refusal = refused_registration(|answer| {
            answer.cose.remove(index);
        });
        assert!(
            matches!(&refusal, Refusal::Cbor { what: "credential key", why }
                if why.starts_with(&format!("no {name} that is "))),
            "{refusal}"
        );
    }
}

#[test]
fn a_registered_key_survives_json_and_a_bad_one_does_not() {
    let key = Answer::registration().register().unwrap();
    let json = serde_json::to_string(&key).unwrap();
    assert_eq!(serde_json::from_str::<RegisteredKey>(&json).unwrap(), key);

    let cose = key.public_key.as_ref();
    let more = [cose, &[0]].concat();
    for bad in [vec![], cose[..cose.len() - 1].to_vec(), more, vec![4; 65]] {
        assert!(PublicKey::try_from(bad.clone()).is_err());
        let mut json = serde_json::to_value(&key).unwrap();
        json["public_key"] = BASE64_URL_SAFE_NO_PAD.encode(bad).into();
        assert!(serde_json::from_value::<RegisteredKey>(json).is_err());
    }
}
