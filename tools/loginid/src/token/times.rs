//! The times of a token in words.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Map, Value};

/// The claims that are times.
const TIMES: [&str; 4] = ["iat", "nbf", "exp", "auth_time"];

/// The last second of the year 9999, where the format ends.
const LAST: u64 = 253_402_300_799;

/// Each time among the claims, as a date and as its distance from now.
pub fn in_words(claims: &Value) -> Map<String, Value> {
    let now = SystemTime::now();
    let named = TIMES.into_iter().filter_map(|name| {
        let seconds = claims.get(name)?.as_f64()?;
        let is_date = (0.0..=LAST as f64).contains(&seconds);
        let time = is_date.then(|| UNIX_EPOCH + Duration::from_secs(seconds as u64))?;
        let words = format!(
            "{} ({})",
            httpdate::fmt_http_date(time),
            distance(time, now)
        );
        Some((name.to_owned(), Value::String(words)))
    });
    named.collect()
}

fn distance(time: SystemTime, now: SystemTime) -> String {
    match time.duration_since(now) {
        Ok(ahead) => format!("in {}", length(ahead)),
        Err(behind) => format!("{} ago", length(behind.duration())),
    }
}

fn length(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (count, unit) = match seconds {
        0..120 => (seconds, "second"),
        120..7_200 => (seconds / 60, "minute"),
        7_200..172_800 => (seconds / 3_600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_its_distance_in_the_largest_unit_that_is_exact_enough() {
        let now = UNIX_EPOCH + Duration::from_secs(1_000_000_000);
        let at = |offset: i64| {
            let seconds = 1_000_000_000_u64.checked_add_signed(offset).unwrap();
            distance(UNIX_EPOCH + Duration::from_secs(seconds), now)
        };
        for (offset, words) in [
            (1, "in 1 second"),
            (0, "in 0 seconds"),
            (-119, "119 seconds ago"),
            (600, "in 10 minutes"),
            (-7_200, "2 hours ago"),
            (864_000, "in 10 days"),
        ] {
            assert_eq!(at(offset), words);
        }
    }

    #[test]
    fn what_is_no_time_is_left_out() {
        let claims = serde_json::json!({"exp": "soon", "iat": -1, "nbf": 1e300, "auth_time": 0});
        let words = in_words(&claims);
        assert_eq!(words.len(), 1);
        let epoch = words["auth_time"].as_str().unwrap();
        assert!(
            epoch.starts_with("Thu, 01 Jan 1970 00:00:00 GMT ("),
            "{epoch}"
        );
    }
}
