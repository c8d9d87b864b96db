//! The two forms of a signature: r‖s, as in a token, and `ECDSA-Sig-Value` (RFC 3279), which
//! aws-lc makes and verifies without converting it.

use p256::pkcs8::der::asn1::UintRef;
use p256::pkcs8::der::{self, Decode, Encode, Reader, SliceReader};

/// The length of r‖s.
pub(super) const SIGNATURE_BYTES: usize = 64;
/// Two numbers of up to 33 bytes. Each has a tag and a length, and so have both together.
pub(super) const MAX_DER_BYTES: usize = 2 + 2 * (2 + 33);

/// Writes r‖s as `ECDSA-Sig-Value`. None if its length is wrong.
pub(super) fn to_der<'a>(fixed: &[u8], output: &'a mut [u8; MAX_DER_BYTES]) -> Option<&'a [u8]> {
    let (r, s) = <&[u8; SIGNATURE_BYTES]>::try_from(fixed).ok()?.split_at(32);
    let numbers = [UintRef::new(r).ok()?, UintRef::new(s).ok()?];
    numbers.encode_to_slice(output).ok()
}

/// Reads an `ECDSA-Sig-Value`.
pub(super) fn to_fixed(signature: &[u8]) -> Option<[u8; SIGNATURE_BYTES]> {
    let mut reader = SliceReader::new(signature).ok()?;
    let numbers: der::Result<_> =
        reader.sequence(|reader| Ok([UintRef::decode(reader)?, UintRef::decode(reader)?]));
    reader.finish().ok()?;
    let mut fixed = [0; SIGNATURE_BYTES];
    for (half, number) in fixed.chunks_exact_mut(32).zip(numbers.ok()?) {
        let number = number.as_bytes();
        let zeros = half.len().checked_sub(number.len())?;
        half.get_mut(zeros..)?.copy_from_slice(number);
    }
    Some(fixed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_has_both_forms_whatever_its_leading_bytes() {
        for first in [0, 1, 0x7f, 0x80, 0xff] {
            for second in [0, 1, 0x80] {
                let mut fixed = [0x5a; 64];
                fixed[..2].copy_from_slice(&[first, second]);
                fixed[32..34].copy_from_slice(&[second, first]);
                let mut buffer = [0; MAX_DER_BYTES];
                let der = to_der(&fixed, &mut buffer).unwrap();
                let numbers: Vec<_> = [&fixed[..32], &fixed[32..]].map(integer).concat();
                assert_eq!(der, [&[0x30, numbers.len() as u8][..], &numbers].concat());
                assert_eq!(to_fixed(der), Some(fixed));
            }
        }
    }

    /// INTEGER, without leading zeros unless the number would be negative.
    fn integer(number: &[u8]) -> Vec<u8> {
        let zeros = number.iter().take_while(|byte| **byte == 0).count();
        let mut digits = number[zeros..].to_vec();
        if digits[0] >= 0x80 {
            digits.insert(0, 0);
        }
        [&[2, digits.len() as u8][..], &digits].concat()
    }

    #[test]
    fn anything_else_has_no_other_form() {
        let mut buffer = [0; MAX_DER_BYTES];
        for length in [0, 63, 65] {
            assert_eq!(to_der(&vec![1; length], &mut buffer), None);
        }
        let der = to_der(&[0x5a; 64], &mut buffer).unwrap();
        assert_eq!(to_fixed(&der[..der.len() - 1]), None);
        assert_eq!(to_fixed(&[der, &[0]].concat()), None);
        let longer = [&[2, 33], &[0x5a; 33][..]].concat();
        let longer = [&[0x30, 38], &longer[..], &[2, 1, 1]].concat();
        assert_eq!(to_fixed(&longer), None);
    }
}
