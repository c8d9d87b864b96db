//! Reading whole numbers, from JSON and from the environment alike.

/// A whole number, `u64::MAX` for a larger one; or why the text is not one, as a
/// continuation of "must be a whole number".
pub(crate) fn whole_number(text: &str) -> Result<u64, &'static str> {
    let number = text.trim();
    let digits = number.strip_prefix('+').unwrap_or(number);
    let is_number = number.parse::<f64>().is_ok();
    if number != text {
        Err(" without blanks around it")
    } else if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(digits.parse().unwrap_or(u64::MAX))
    } else if is_number && number.starts_with('-') {
        Err(", not negative")
    } else if is_number {
        Err(", without fraction or exponent")
    } else {
        Err("")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_is_given_for_a_text_that_is_not_a_whole_number() {
        for (text, expected) in [
            ("0", Ok(0)),
            ("0015", Ok(15)),
            ("+5", Ok(5)),
            ("18446744073709551615", Ok(u64::MAX)),
            ("99999999999999999999999", Ok(u64::MAX)),
            (" 5", Err(" without blanks around it")),
            ("5\n", Err(" without blanks around it")),
            (" ", Err(" without blanks around it")),
            ("-1", Err(", not negative")),
            ("-1.5", Err(", not negative")),
            ("1.0", Err(", without fraction or exponent")),
            ("1e3", Err(", without fraction or exponent")),
            ("", Err("")),
            ("+", Err("")),
            ("many", Err("")),
            ("1 000", Err("")),
            ("1_000", Err("")),
            ("0x10", Err("")),
            ("5ms", Err("")),
        ] {
            assert_eq!(whole_number(text), expected, "{text:?}");
        }
    }
}
