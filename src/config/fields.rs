//! The fields a configuration may have: their types and their variables.

use super::environment;
use crate::codes::Code;
use crate::error::{Error, Result};
use crate::input::spelling::nearest;
use crate::json;

/// The prefix of our variables.
const PREFIX: &str = "LOGINID_";

/// The type of a field.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Kind {
    Text,
    /// Text with PEM blocks; the text around them may have any encoding.
    Pem,
    Boolean,
    Integer,
    /// An object whose values are strings.
    Texts,
    Object,
}

impl Kind {
    /// A variable has a single value.
    fn has_variable(self) -> bool {
        !matches!(self, Kind::Texts | Kind::Object)
    }
}

pub(super) type Field = (&'static str, Kind);

/// The fields of a client of one service.
pub(crate) struct Fields {
    /// Fields that the other service has not, or whose variable is its own.
    own: &'static [Field],
    /// The prefix of the variables of these fields.
    prefix: &'static str,
    /// The field without which there is no configuration.
    required: &'static str,
}

/// The fields of both services.
const SHARED: [Field; 17] = [
    ("allow_http", Kind::Boolean),
    ("connect_timeout_ms", Kind::Integer),
    ("request_timeout_ms", Kind::Integer),
    ("max_retries", Kind::Integer),
    ("ca_file", Kind::Text),
    ("ca_pem", Kind::Pem),
    ("client_cert_pem", Kind::Pem),
    ("client_key_pem", Kind::Pem),
    ("proxy", Kind::Text),
    ("leeway_s", Kind::Integer),
    ("max_token_age_s", Kind::Integer),
    ("key_cache_ttl_s", Kind::Integer),
    ("fetch_keys", Kind::Boolean),
    ("verified_tokens", Kind::Integer),
    ("user_agent", Kind::Text),
    ("headers", Kind::Texts),
    ("max_response_bytes", Kind::Integer),
];

pub(crate) static V1: Fields = Fields {
    own: &[
        ("client_id", Kind::Text),
        ("private_key", Kind::Pem),
        ("private_key_file", Kind::Text),
        ("management", Kind::Boolean),
        ("base_url", Kind::Text),
        ("wait_timeout_ms", Kind::Integer),
        ("issuer", Kind::Text),
        ("require_exp", Kind::Boolean),
        ("public_keys", Kind::Texts),
    ],
    prefix: PREFIX,
    required: "client_id",
};

pub(crate) static V2: Fields = Fields {
    own: &[
        ("base_url", Kind::Text),
        ("api_key", Kind::Text),
        ("api_key_file", Kind::Text),
        ("application_id", Kind::Text),
        ("issuer", Kind::Text),
        ("jwks", Kind::Object),
    ],
    prefix: "LOGINID_V2_",
    required: "base_url",
};

impl Fields {
    pub(super) fn all(&self) -> impl Iterator<Item = &'static Field> {
        self.own.iter().chain(&SHARED)
    }

    /// Whether a field is one that the other service has not, or whose variable is its own.
    fn is_own(&self, name: &str) -> bool {
        self.own.iter().any(|(own, _)| *own == name)
    }

    /// The variable of a field, if it has one.
    pub(crate) fn variable_of(&self, name: &str) -> Option<String> {
        let mut variables = self.variables();
        variables.find_map(|(variable, field, _)| (field == name).then_some(variable))
    }

    /// The variables of the fields, each with whether only this service reads it.
    pub(crate) fn named_variables(&self) -> impl Iterator<Item = (String, &'static str, bool)> {
        self.variables()
            .map(|(variable, field, _)| (variable, field, self.is_own(field)))
    }

    /// The variable of each field that has one.
    pub(super) fn variables(&self) -> impl Iterator<Item = (String, &'static str, Kind)> {
        let own = self.own.iter().map(|field| (self.prefix, field));
        let fields = own.chain(SHARED.iter().map(|field| (PREFIX, field)));
        fields
            .filter(|(_, (_, kind))| kind.has_variable())
            .map(|(prefix, (name, kind))| (variable(prefix, name), *name, *kind))
    }

    /// The field without which there is no configuration.
    pub(super) fn required(&self) -> &'static str {
        self.required
    }

    /// The variable of that field.
    pub(super) fn required_variable(&self) -> String {
        variable(self.prefix, self.required)
    }

    /// Refuses a variable whose name is nearly that of a field.
    pub(super) fn check_spelling(&self) -> Result<()> {
        let known: Vec<_> = self.variables().collect();
        check_spelling(known.iter().map(|(variable, ..)| variable.as_str()), self)
    }

    /// The variable that was meant by one with the other prefix: some begin with `LOGINID_V2_`
    /// and some with `LOGINID_`. If the right one is set too, the other belongs to the program.
    fn misplaced(&self, name: &str) -> Option<String> {
        if self.prefix == PREFIX {
            return None;
        }
        let (field, prefix, fields) = match name.strip_prefix(self.prefix) {
            Some(field) => (field, PREFIX, SHARED.as_slice()),
            None => (name.strip_prefix(PREFIX)?, self.prefix, self.own),
        };
        let is_meant = |(name, kind): &Field| kind.has_variable() && variable("", name) == field;
        let meant = variable(prefix, field);
        // LOGINID_BASE_URL is a variable of the other service, and right.
        let is_others = V1.variables().any(|(variable, ..)| variable == name);
        let is_misplaced =
            fields.iter().any(is_meant) && !is_others && environment::variable(&meant).is_none();
        is_misplaced.then_some(meant)
    }
}

fn variable(prefix: &str, field: &str) -> String {
    let mut name = [prefix, field].concat();
    name.make_ascii_uppercase();
    name
}

/// Refuses a variable whose name is nearly that of a field: it is a typo and would have no
/// effect. Other variables with our prefix belong to the program.
fn check_spelling<'a>(known: impl Iterator<Item = &'a str> + Clone, fields: &Fields) -> Result<()> {
    for name in environment::names() {
        let Some(name) = name.to_str().filter(|name| name.starts_with(PREFIX)) else {
            continue;
        };
        if known.clone().any(|known| known == name) || environment::variable(name).is_none() {
            continue;
        }
        let near = nearest(name, known.clone()).map(str::to_owned);
        if let Some(meant) = near.or_else(|| fields.misplaced(name)) {
            return Err(Error::new(
                Code::UnknownField,
                format!(
                    "there is no variable {}: did you mean {meant}?",
                    json::shown_name(name)
                ),
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Variables that are not fields, of this project and its emulator.
    const OTHERS: [&str; 6] = [
        "LOGINID_EMULATOR_URL",
        "LOGINID_LIBRARY",
        "LOGINID_PUBLIC_KEY",
        "LOGINID_PUBLIC_KEY_FILE",
        "LOGINID_TEST_INPUT",
        "LOGINID_TORTURE",
    ];

    #[test]
    fn a_variable_with_the_prefix_of_others_is_misplaced() {
        for (name, meant) in [
            ("LOGINID_V2_FETCH_KEYS", Some("LOGINID_FETCH_KEYS")),
            ("LOGINID_V2_CA_FILE", Some("LOGINID_CA_FILE")),
            ("LOGINID_API_KEY", Some("LOGINID_V2_API_KEY")),
            ("LOGINID_APPLICATION_ID", Some("LOGINID_V2_APPLICATION_ID")),
            // Variables of v1, which may be set beside those of the current service.
            ("LOGINID_BASE_URL", None),
            ("LOGINID_ISSUER", None),
            ("LOGINID_CLIENT_ID", None),
            // Fields without a variable, and variables of the program.
            ("LOGINID_V2_HEADERS", None),
            ("LOGINID_JWKS", None),
            ("LOGINID_V2_REGION", None),
        ] {
            assert_eq!(V2.misplaced(name).as_deref(), meant, "{name}");
            assert_eq!(V1.misplaced(name), None, "{name}");
        }
    }

    #[test]
    fn no_known_variable_is_taken_for_a_typo_of_another() {
        let names = |fields: &'static Fields| fields.variables().map(|(variable, ..)| variable);
        for (own, other) in [(&V1, &V2), (&V2, &V1)] {
            let known: Vec<_> = names(own).collect();
            let others = OTHERS.iter().map(|name| (*name).to_owned());
            for name in others
                .chain(names(other))
                .filter(|name| !known.contains(name))
            {
                let meant = nearest(&name, known.iter().map(String::as_str));
                assert_eq!(meant, None, "{name}");
            }
        }
    }
}
