//! The values of JSON numbers.

/// The integer that a JSON number is, however it is written: `1`, `1.0` and `1e0` are the same.
/// `None` if it is not an integer or too large.
pub(crate) fn to_i64(number: &str) -> Option<i64> {
    let (negative, number) = match number.strip_prefix('-') {
        Some(number) => (true, number),
        None => (false, number),
    };
    let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = || whole.bytes().chain(fraction.bytes());
    // Without the zeros around them, of which there may be very many.
    let zeros = digits().rev().take_while(|digit| *digit == b'0').count();
    let length = whole.len() + fraction.len() - zeros;
    let mut value: i128 = 0;
    for digit in digits().take(length) {
        value = value.checked_mul(10)?.checked_add((digit - b'0').into())?;
    }
    if value != 0 {
        let shift = i128::from(to_exponent(exponent));
        let shift = shift + zeros as i128 - fraction.len() as i128;
        value = value.checked_mul(10_i128.checked_pow(u32::try_from(shift).ok()?)?)?;
    }
    i64::try_from(if negative { -value } else { value }).ok()
}

/// An exponent. One that does not fit has a mantissa that is nowhere near as long.
fn to_exponent(digits: &str) -> i64 {
    digits.parse().unwrap_or(if digits.starts_with('-') {
        i64::MIN
    } else {
        i64::MAX
    })
}

/// The nearest floating-point number, `None` if the number is larger than all of them.
pub(crate) fn to_f64(number: &str) -> Option<f64> {
    number.parse().ok().filter(|value: &f64| value.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_read_exactly_in_every_spelling() {
        for (number, expected) in [
            ("0", Some(0)),
            ("-0", Some(0)),
            ("-0.0e5", Some(0)),
            ("0e99999999999999999999999999", Some(0)),
            ("0.000e-99999999999999999999999999", Some(0)),
            ("7", Some(7)),
            ("-7", Some(-7)),
            ("1.0", Some(1)),
            ("1e3", Some(1000)),
            ("1E+3", Some(1000)),
            ("1.5e1", Some(15)),
            ("10e-1", Some(1)),
            ("100.00e-2", Some(1)),
            ("0.001e3", Some(1)),
            ("0.001e2", None),
            ("1.5", None),
            ("1e-1", None),
            ("1e-99999999999999999999999999", None),
            ("9007199254740993", Some(9_007_199_254_740_993)),
            ("9007199254740993.0", Some(9_007_199_254_740_993)),
            ("9223372036854775807", Some(i64::MAX)),
            ("9223372036854775808", None),
            ("-9223372036854775808", Some(i64::MIN)),
            ("-9223372036854775809", None),
            ("-9.223372036854775808e18", Some(i64::MIN)),
            ("9.223372036854775807E18", Some(i64::MAX)),
            ("1e18", Some(1_000_000_000_000_000_000)),
            ("1e19", None),
            ("1e400", None),
            ("1e99999999999999999999999999", None),
        ] {
            assert_eq!(to_i64(number), expected, "{number}");
        }
        let zeros = "0".repeat(5000);
        assert_eq!(to_i64(&format!("1{zeros}e-5000")), Some(1));
        assert_eq!(to_i64(&format!("0.{zeros}1e5001")), Some(1));
        assert_eq!(to_i64(&format!("1.{zeros}")), Some(1));
        assert_eq!(to_i64(&format!("1.{zeros}1")), None);
        assert_eq!(to_i64(&"9".repeat(5000)), None);
    }

    #[test]
    fn floating_point_numbers_are_the_nearest_and_finite() {
        for (number, expected) in [
            ("1.5", Some(1.5)),
            ("-0", Some(-0.0)),
            ("1E+2", Some(100.0)),
            ("9007199254740993", Some(9_007_199_254_740_992.0)),
            ("0.1", Some(0.1)),
            ("1.7976931348623157e308", Some(f64::MAX)),
            ("1.7976931348623159e308", None),
            ("-1e400", None),
            ("1e400", None),
            ("1e-400", Some(0.0)),
            ("5e-324", Some(5e-324)),
        ] {
            assert_eq!(to_f64(number), expected, "{number}");
        }
        assert!(to_f64("-0.0").is_some_and(f64::is_sign_negative));
    }
}
