//! Refusing shapes of calls that some language cannot be generated for, and requests that would
//! say something twice.

use super::{Argument, Description, Operation};
use crate::mistake::{refuse, require};

const METHODS: [&str; 4] = ["GET", "POST", "PUT", "DELETE"];
const SDKS: [&str; 4] = ["python", "node", "java", "go"];

/// Words that are keywords of a language or names in the generated code.
const RESERVED: [&str; 40] = [
    "as", "break", "case", "class", "client", "const", "continue", "def", "default", "delete",
    "do", "else", "end", "enum", "false", "fn", "for", "from", "func", "global", "if", "import",
    "in", "is", "match", "mod", "new", "operator", "out", "package", "private", "public", "ref",
    "register", "return", "self", "this", "true", "type", "use",
];

/// Functions of the library and methods of a binding's clients that are written by hand.
const BY_HAND: [&str; 43] = [
    "call",
    "cancel_free",
    "cancel_new",
    "cancel_trigger",
    "close",
    "free",
    "free_string",
    "from_config",
    "from_env",
    "generate_key_pair",
    "get",
    "initialize",
    "json_bool",
    "json_count",
    "json_double",
    "json_free",
    "json_get",
    "json_int64",
    "json_name",
    "json_parse",
    "json_quote",
    "json_string",
    "json_type",
    "new",
    "new_from_env",
    "new_management",
    "new_with_config",
    "send",
    "set_log_callback",
    "set_logger",
    "status",
    "status_name",
    "user",
    "v2_free",
    "v2_new",
    "v2_new_from_env",
    "v2_new_with_config",
    "v2_set_log_callback",
    "v2_with_options",
    "value",
    "version",
    "with_config",
    "with_options",
];

impl Description {
    /// What is described twice would be generated twice.
    pub(super) fn check_names_are_unique(&self) {
        let operations = self.operations.iter().map(|one| &one.name);
        let types = self.types.iter().map(|one| &one.name);
        for (what, repeated) in [
            ("operation", repeated(operations)),
            ("type", repeated(types)),
        ] {
            if let Some(name) = repeated {
                refuse(format!("{what} {name} is described twice"));
            }
        }
    }
}

impl Operation {
    pub(super) fn check_shape(&self) {
        let name = &self.name;
        require!(
            is_snake_case(name),
            "{name}: the name is in lower case with underscores"
        );
        require!(
            !RESERVED.contains(&name.as_str()) && !BY_HAND.contains(&name.as_str()),
            "{name}: the name is a keyword of a language, or a function that is written by hand"
        );
        require!(
            is_snake_case(&self.group),
            "{name}: group {} is in lower case with underscores",
            self.group
        );
        let arguments = &self.arguments;
        if let Some(twice) = repeated(arguments.iter().map(|one| &one.name)) {
            refuse(format!("{name}: two arguments have the name {twice}"));
        }
        // In Python the arguments keep their order, and one with a default cannot be before.
        let first_optional = arguments.iter().position(|one| one.optional);
        let required = arguments
            .iter()
            .skip(first_optional.unwrap_or(arguments.len()));
        if let Some(after) = required.into_iter().find(|one| !one.optional) {
            refuse(format!(
                "{name}, {}: required arguments come before optional ones",
                after.name
            ));
        }
        let summary = self.summary();
        require!(
            summary.starts_with(|first: char| first.is_ascii_uppercase()) && summary.ends_with('.'),
            "{name}: the summary is a sentence"
        );
        let result = self.result();
        require!(
            result.starts_with(|first: char| first.is_ascii()),
            "{name}: result describes what a success is"
        );
        let is_official = |sdk: &String| SDKS.contains(&sdk.as_str());
        require!(
            self.sdk.keys().chain(&self.sdk_aside).all(is_official),
            "{name}: sdk and sdk_aside are of {}",
            SDKS.join(", ")
        );
        for argument in arguments {
            argument.check_shape(name);
        }
        self.check_request();
    }

    fn check_request(&self) {
        let name = &self.name;
        let Some(request) = &self.request else { return };
        let parts = request.split_once(' ');
        let is_request =
            parts.is_some_and(|(method, path)| METHODS.contains(&method) && path.starts_with('/'));
        require!(
            is_request,
            "{name}: request {request:?} is one of {}, a blank and a path",
            METHODS.join(", ")
        );
        let places = self.arguments.iter().flat_map(Argument::body);
        let places: Vec<_> = places.chain(self.constants.keys()).collect();
        require!(
            !request.starts_with("GET ") || places.is_empty() && !self.names_application(),
            "{name}: a GET has no body: no place in it, and names_application = false"
        );
        // In the Rust method the object is a variable with its name, and so is the argument.
        for argument in &self.arguments {
            let object = format!("/{}/", argument.name);
            require!(
                self.by_hand || !places.iter().any(|place| place.starts_with(&object)),
                "{name}, {}: an object of its name in the body is not supported yet",
                argument.name
            );
        }
        for (at, place) in places.iter().enumerate() {
            let others = places.iter().enumerate().filter(|(other, _)| *other != at);
            let inside = format!("{place}/");
            for (_, other) in others {
                require!(
                    other != place && !other.starts_with(&inside),
                    "{name}: {place} and {other} are one place in the body"
                );
            }
            require!(
                !self.names_application || *place != "/client_id",
                "{name}: the body has the client_id already, see names_application"
            );
            require!(!place.contains('~'), "{name}: {place} is not supported yet");
        }
    }
}

impl Argument {
    fn check_shape(&self, operation: &str) {
        let what = format!("{operation}, {}", self.name);
        let is_text = self.kind == "text";
        require!(
            is_snake_case(&self.name) && !RESERVED.contains(&self.name.as_str()),
            "{what}: the name is in lower case with underscores, and no keyword of a language"
        );
        require!(
            self.optional || self.default.is_none(),
            "{what}: only an optional argument has a default"
        );
        require!(
            !self.optional || is_text || ["options", "cancel"].contains(&self.kind.as_str()),
            "{what}: an optional {} is not supported yet",
            self.kind
        );
        require!(
            self.values.is_none() || is_text && !self.optional,
            "{what}: only a required text has values; another one is not supported yet"
        );
        require!(
            self.segment.is_none() || is_text && !self.optional && self.body.is_none(),
            "{what}: a segment of the path is a required text, which is not in the body"
        );
    }
}

fn is_snake_case(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name
            .chars()
            .all(|one| matches!(one, 'a'..='z' | '0'..='9' | '_'))
        && name.split('_').all(|word| !word.is_empty())
}

fn repeated<'a>(mut names: impl Iterator<Item = &'a String>) -> Option<&'a String> {
    let mut seen = std::collections::BTreeSet::new();
    names.find(|name| !seen.insert(*name))
}

#[cfg(test)]
mod tests {
    use super::super::Description;
    use super::{BY_HAND, RESERVED};
    use crate::mistake::caught;

    /// What is said against an operation with these members, after the operations before it.
    fn refusal(before: &str, request: &str, more: &str, arguments: &str) -> String {
        let text = format!(
            "values.v = {{ of = [\"a\"], code = \"\" }}\ntype = []\n\
             form.f = {{ code = \"\", members = {{}} }}\n{before}[[operation]]\n\
             name = \"ask\"\ngroup = \"users\"\nservice = \"v1\"\nsince = \"0.1.0\"\n\
             result = \"`{{}}`.\"\nanswer = \"nothing\"\ntested_by = \"\"\nrequest = {request:?}\n{more}\n\
             arguments = [{arguments}]\n"
        );
        caught(|| Description::read(&text))
            .err()
            .unwrap_or_default()
    }

    const SUMMARY: &str = "summary = \"Calls.\"";
    const A: &str = r#"{ name = "a", body = "/a" }"#;

    #[test]
    fn shapes_that_a_language_does_not_have_are_refused() {
        let refused = |arguments: &str| {
            let has_segment = arguments.contains("segment");
            let path = if has_segment { "/calls/{s}" } else { "/calls" };
            refusal("", &format!("POST {path}"), SUMMARY, arguments)
        };
        let s = r#"{ name = "s", segment = "s" }"#;
        assert_eq!(refused(&format!("{s}, {A}")), "");
        assert_eq!(refused(""), "", "without arguments");
        for (arguments, expected) in [
            (r#"{ name = "class", body = "/a" }"#, "keyword"),
            (r#"{ name = "codeType", body = "/a" }"#, "lower case"),
            (
                r#"{ name = "a", body = "/a" }, { name = "a", body = "/b" }"#,
                "the name a",
            ),
            (
                r#"{ name = "a", optional = true, body = "/a" }, { name = "b", body = "/b" }"#,
                "ask, b: required arguments come before",
            ),
            (
                r#"{ name = "a", default = "x", body = "/a" }"#,
                "has a default",
            ),
            (
                r#"{ name = "a", type = "bool", optional = true, body = "/a" }"#,
                "optional bool",
            ),
            (
                r#"{ name = "a", type = "json", form = "f", optional = true, body = "/a" }"#,
                "optional json",
            ),
            (
                r#"{ name = "a", values = "v", optional = true, body = "/a" }"#,
                "has values",
            ),
            (
                r#"{ name = "s", optional = true, segment = "s" }"#,
                "required text",
            ),
            (
                r#"{ name = "s", type = "bool", segment = "s" }"#,
                "required text",
            ),
            (
                r#"{ name = "s", segment = "s", body = "/s" }"#,
                "not in the body",
            ),
        ] {
            let wrong = refused(arguments);
            assert!(wrong.contains(expected), "{arguments}: {wrong:?}");
        }
    }

    #[test]
    fn a_place_in_the_body_has_one_value() {
        let refused = |one: &str, other: &str| {
            let arguments =
                format!("{{ name = \"a\", body = {one:?} }}, {{ name = \"b\", body = {other:?} }}");
            refusal("", "POST /calls", SUMMARY, &arguments)
        };
        assert_eq!(refused("/x", "/xy"), "");
        assert_eq!(refused("/x/y", "/x/z"), "");
        assert!(refused("/x", "/x").contains("one place"));
        assert!(refused("/x", "/x/y").contains("one place"));
        assert!(refused("/x/y", "/x").contains("one place"));
        assert!(refused("/a/x", "/y").contains("object of its name"));
        assert!(refused("/x", "/client_id").contains("names_application"));
        assert!(refused("/x", "/a~1b").contains("supported"));
    }

    #[test]
    fn a_request_has_a_method_and_a_path() {
        let refused = |request: &str| refusal("", request, SUMMARY, A);
        for request in ["/calls", "POST calls", "FETCH /calls"] {
            assert!(refused(request).contains("a blank and a path"), "{request}");
        }
        assert!(refused("GET /calls").contains("no body"));
    }

    #[test]
    fn what_is_written_for_people_is_checked() {
        let refused = |members: &str| refusal("", "POST /calls", members, A);
        for summary in ["", "Calls", "calls."] {
            let wrong = refused(&format!("summary = {summary:?}"));
            assert!(wrong.contains("sentence"), "{summary}: {wrong}");
        }
        assert!(refused("summary = \"Calls.\"\nsdk = { pyton = \"x\" }").contains("sdk"));
        assert!(refused("summary = \"Calls.\"\nsdk_aside = [\"perl\"]").contains("sdk"));
    }

    #[test]
    fn names_that_are_taken_are_refused() {
        let named = |name: &str| {
            let text = format!(
                "type = []\nvalues = {{}}\n[[operation]]\nname = {name:?}\ngroup = \"users\"\n\
                 service = \"v1\"\nsince = \"0.1.0\"\nresult = \"`{{}}`.\"\nanswer = \"nothing\"\n\
                 tested_by = \"\"\nrequest = \"POST /a\"\n{SUMMARY}\narguments = [{A}]\n"
            );
            caught(|| Description::read(&text))
                .err()
                .unwrap_or_default()
        };
        assert_eq!(named("new_user"), "");
        for name in BY_HAND.iter().chain(&RESERVED) {
            let wrong = named(name);
            assert!(
                wrong.contains("keyword of a language, or"),
                "{name}: {wrong}"
            );
        }
        for name in ["new__user", "user_"] {
            let wrong = named(name);
            assert!(wrong.contains("lower case"), "{name}: {wrong}");
        }
    }

    /// The functions of the header that are not described have no second one of their name.
    #[test]
    fn every_function_that_is_written_by_hand_is_known() {
        let listed = include_str!("../../../../include/loginid.symbols");
        let described = include_str!("../../../../spec/operations.toml");
        let functions = listed
            .lines()
            .filter(|line| line.contains('(') && !line.starts_with("typedef"))
            .filter_map(|line| line.split('(').next()?.rsplit("lid_").next());
        for function in functions {
            assert!(
                BY_HAND.contains(&function)
                    || described.contains(&format!("name = \"{function}\"")),
                "{function}"
            );
        }
    }

    #[test]
    fn a_name_is_described_once() {
        let first = format!(
            "[[operation]]\nname = \"ask\"\ngroup = \"users\"\nservice = \"v1\"\n\
             since = \"0.1.0\"\nresult = \"`{{}}`.\"\nanswer = \"nothing\"\ntested_by = \"\"\nrequest = \"POST /a\"\n\
             {SUMMARY}\narguments = [{A}]\n"
        );
        let twice = refusal(&first, "POST /calls", SUMMARY, A);
        assert_eq!(twice, "operation ask is described twice");
    }
}
