use crate::forge::*;
use loginid_emulator::webauthn::{Refusal, verify_assertion};

#[test]
fn a_right_one_is_taken() {
    assert_eq!(Answer::assertion().login(), Ok(8));
}

#[test]
fn each_algorithm_signs_and_a_wrong_signature_is_refused() {
    for make in [Key::es256, Key::eddsa, Key::rs256] {
        let (answer, other) = (Answer::assertion_of(make()), Answer::assertion_of(make()));
        assert_eq!(answer.login(), Ok(8));
        let data = answer.authenticator_data();
        let verify = |key, signature: &[u8]| {
            verify_assertion(&expected(), key, &answer.client_data, &data, signature)
        };
        let (key, right) = (answer.registered(), answer.sign(&data));
        assert_eq!(verify(&key, &right), Ok(8));
        let mut flipped = right.clone();
        flipped[right.len() / 2] ^= 1;
        let cut = &right[..right.len() - 1];
        for wrong in [
            &other.sign(&data),
            &answer.sign(b"other"),
            &flipped,
            cut,
            &[],
        ] {
            assert_eq!(verify(&key, wrong), Err(Refusal::Signature));
        }
        assert_eq!(verify(&other.registered(), &right), Err(Refusal::Signature));
    }
}

#[test]
fn a_signature_of_another_algorithm_is_refused() {
    let (es256, eddsa, rs256) = (
        Answer::assertion(),
        Answer::assertion_of(Key::eddsa()),
        Answer::assertion_of(Key::rs256()),
    );
    let answers = [&es256, &eddsa, &rs256];
    for (answer, signer) in answers
        .iter()
        .flat_map(|one| answers.map(|other| (one, other)))
    {
        if answer.key.algorithm() == signer.key.algorithm() {
            continue;
        }
        let data = answer.authenticator_data();
        let (key, signature) = (answer.registered(), signer.sign(&data));
        let result = verify_assertion(&expected(), &key, &answer.client_data, &data, &signature);
        assert_eq!(result, Err(Refusal::Signature));
    }
}

#[test]
fn another_relying_party_is_refused() {
    let refusal = refused_assertion(|answer| answer.rp_id = "login.example.com");
    assert_eq!(refusal, Refusal::RpId);
}

#[test]
fn the_user_must_be_present() {
    let refusal = refused_assertion(|answer| answer.flags &= !PRESENT);
    assert_eq!(refusal, Refusal::UserNotPresent);
}

#[test]
fn the_user_must_be_verified_when_that_is_required() {
    let mut answer = Answer::assertion();
    answer.flags &= !VERIFIED;
    assert_eq!(answer.login().unwrap_err(), Refusal::UserNotVerified);

    let mut expected = expected();
    expected.require_user_verification = false;
    let data = answer.authenticator_data();
    let (key, signature) = (answer.registered(), answer.sign(&data));
    verify_assertion(&expected, &key, &answer.client_data, &data, &signature).unwrap();
}

#[test]
fn the_sign_count_goes_up_or_stays_zero() {
    let mut answer = Answer::assertion();
    let mut key = answer.registered();
    for (stored, received, taken) in [
        (0, 0, true),
        (0, 1, true),
        (7, 8, true),
        (7, u32::MAX, true),
        (7, 7, false),
        (7, 6, false),
        (7, 0, false),
        (u32::MAX, u32::MAX, false),
        (u32::MAX, 0, false),
    ] {
        (key.sign_count, answer.sign_count) = (stored, received);
        let data = answer.authenticator_data();
        let signature = answer.sign(&data);
        let result = verify_assertion(&expected(), &key, &answer.client_data, &data, &signature);
        let refused = Err(Refusal::SignCount { stored, received });
        assert_eq!(result, if taken { Ok(received) } else { refused });
    }
}

#[test]
fn wrong_signatures_are_refused() {
    let (answer, other) = (Answer::assertion(), Answer::assertion());
    let data = answer.authenticator_data();
    let right = answer.sign(&data);
    let longer = [&right[..], &[0]].concat();
    let cut = right[..right.len() - 1].to_vec();
    for signature in [
        other.sign(&data),
        answer.sign(b""),
        longer,
        cut,
        vec![],
        vec![0; 64],
        // The sequence of r = 0 and s = 0.
        vec![0x30, 6, 2, 1, 0, 2, 1, 0],
    ] {
        let key = answer.registered();
        let result = verify_assertion(&expected(), &key, &answer.client_data, &data, &signature);
        assert_eq!(result, Err(Refusal::Signature), "{signature:x?}");
    }
}

#[test]
fn cut_off_anywhere_or_extended_it_is_refused() {
    let answer = Answer::assertion();
    let whole = answer.authenticator_data();
    let login = |data: &[u8]| {
        let (key, signature) = (answer.registered(), answer.sign(data));
        verify_assertion(&expected(), &key, &answer.client_data, data, &signature)
    };
    for length in 0..whole.len() {
        let too_short = Refusal::AuthenticatorData("fewer bytes than its flags say");
        assert_eq!(login(&whole[..length]), Err(too_short));
    }
    for tail in [&[0][..], &[0xa0], &whole] {
        let more = Refusal::AuthenticatorData("more bytes than its flags say");
        assert_eq!(login(&[&whole, tail].concat()), Err(more));
    }
}

#[test]
fn extensions_are_taken_when_announced() {
    let mut answer = Answer::assertion();
    answer.flags |= EXTENSIONS;
    answer.tail = encode(vec![("uvm".into(), true.into())]);
    assert_eq!(answer.login(), Ok(8));
}

#[test]
fn a_credential_has_no_place_in_it() {
    let refusal = refused_assertion(|answer| answer.flags |= CREDENTIAL);
    assert_eq!(refusal, Refusal::CredentialUnexpected);
}

#[test]
fn backup_eligibility_never_changes() {
    let refusal = refused_assertion(|answer| answer.flags |= BACKED_UP);
    assert_eq!(refusal, Refusal::BackupState);

    let mut answer = Answer::assertion();
    let mut key = answer.registered();
    for (before, flag, taken) in [
        (true, BACKUP_ELIGIBLE, true),
        (true, BACKUP_ELIGIBLE | BACKED_UP, true),
        (true, 0, false),
        (false, BACKUP_ELIGIBLE, false),
    ] {
        key.backup_eligible = before;
        answer.flags = PRESENT | VERIFIED | flag;
        let data = answer.authenticator_data();
        let signature = answer.sign(&data);
        let result = verify_assertion(&expected(), &key, &answer.client_data, &data, &signature);
        let refused = Err(Refusal::BackupEligibilityChanged);
        assert_eq!(result, if taken { Ok(8) } else { refused });
    }
}

#[test]
fn no_changed_bit_passes() {
    let answer = Answer::assertion();
    let data = answer.authenticator_data();
    let parts = [answer.client_data.clone(), data.clone(), answer.sign(&data)];
    let key = answer.registered();
    let login =
        |parts: &[Vec<u8>; 3]| verify_assertion(&expected(), &key, &parts[0], &parts[1], &parts[2]);
    assert_eq!(login(&parts), Ok(8));
    for (index, part) in parts.iter().enumerate() {
        for bit in 0..part.len() * 8 {
            let mut changed = parts.clone();
            changed[index][bit / 8] ^= 1 << (bit % 8);
            assert!(login(&changed).is_err(), "part {index}, bit {bit}");
        }
    }
}
