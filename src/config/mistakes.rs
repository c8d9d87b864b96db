//! All mistakes of the environment, for a person to correct at once. A client is refused at the
//! first.

use serde_json::Value;

use super::fields::Fields;
use super::settings::Settings;
use crate::error::{Error, Result};

/// The fields of a private key. Its errors do not name the one that it came from.
const KEYS: [&str; 2] = ["private_key", "private_key_file"];

/// The mistakes, in the order in which they are found. `required` is the value of a field that
/// must have one while its own is wrong.
pub(super) fn of_environment<T>(
    fields: &Fields,
    required: &str,
    build: impl Fn(Settings) -> Result<T>,
) -> Vec<Error> {
    let mut mistakes: Vec<Error> = fields.check_spelling().err().into_iter().collect();
    let mut aside: Vec<&'static str> = Vec::new();
    // Those among them without which there is no configuration.
    let mut filled = vec![fields.required()];
    // Each round sets the field aside that the mistake is about, so that the next one shows.
    loop {
        let mut settings = Settings::new();
        for field in &aside {
            let value = match filled.contains(field) {
                true => Value::from(required),
                // As if the variable were not set.
                false => Value::Null,
            };
            settings.set(field, value);
        }
        let read = Settings::from_variables(settings, fields);
        let Err(error) = read.and_then(&build) else {
            return mistakes;
        };
        let about = fields_of(fields, &error);
        let is_new = about.iter().any(|field| !aside.contains(field));
        // Setting it aside does not help.
        let is_needed = error.code() == "missing_field" && !about.is_empty();
        if is_needed && about.iter().any(|field| !filled.contains(field)) {
            filled.extend(&about);
        } else if !is_new {
            // It follows from what was set aside, unless it is about no field.
            if about.is_empty() {
                mistakes.push(error);
            }
            return mistakes;
        }
        let may_follow = matches!(
            error.code(),
            "contradictory_fields" | "private_key_required"
        );
        if is_new && (aside.is_empty() || !may_follow) {
            mistakes.push(error);
        }
        aside.extend(about);
    }
}

/// The fields that an error is about: its message begins with a field or a variable, and that of
/// a contradiction names both.
fn fields_of(fields: &Fields, error: &Error) -> Vec<&'static str> {
    let code = error.code();
    if code == "private_key_required" {
        return vec!["management"];
    }
    let is_word = |character: char| character.is_ascii_alphanumeric() || character == '_';
    let words = error.message().split(|character| !is_word(character));
    let count = match code {
        "contradictory_fields" => usize::MAX,
        _ => 1,
    };
    let mut about: Vec<_> = words
        .take(count)
        .filter_map(|word| named(fields, word))
        .collect();
    if code.ends_with("private_key") || code == "public_key_given" {
        about.extend(KEYS);
    }
    about
}

/// The field that a word names, by itself or as its variable.
fn named(fields: &Fields, word: &str) -> Option<&'static str> {
    let mut variables = fields.named_variables();
    let found = variables.find(|(variable, field, _)| variable == word || *field == word);
    found.map(|(_, field, _)| field)
}
