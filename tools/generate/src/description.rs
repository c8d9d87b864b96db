//! `spec/operations.toml`: every call of the library, described once.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap as Table;
use serde::{Deserialize, Serialize};

use crate::text::paragraphs;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Description {
    values: BTreeMap<String, Values>,
    #[serde(rename = "operation")]
    pub operations: Vec<Operation>,
    #[serde(rename = "type")]
    pub types: Vec<Type>,
}

/// The type of a result.
#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Type {
    pub name: String,
    pub summary: String,
    /// In the order of the description.
    pub members: Table<String, Member>,
    /// Members that must not be logged.
    #[serde(default)]
    pub secret: Vec<String>,
}

#[derive(Clone, Deserialize, Serialize)]
#[serde(untagged)]
pub enum Member {
    /// "string", "bool", "number", "json" or the name of a type.
    One(String),
    /// A list of a type.
    List([String; 1]),
}

impl Member {
    pub fn type_name(&self) -> &str {
        match self {
            Member::One(name) | Member::List([name]) => name,
        }
    }
}

/// The values of which an argument has one, or the arguments of which one is given, and the
/// code of the error otherwise.
#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Values {
    of: Vec<String>,
    code: String,
}

#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Operation {
    pub name: String,
    service: String,
    since: String,
    pub group: String,
    summary: String,
    #[serde(default)]
    details: String,
    request: Option<String>,
    #[serde(default)]
    local: bool,
    #[serde(default)]
    fetches_key: bool,
    authorization: Option<Authorization>,
    #[serde(default)]
    management: bool,
    #[serde(default)]
    safe: bool,
    #[serde(default)]
    one_time_code: bool,
    #[serde(default)]
    answer: Answer,
    #[serde(default = "yes")]
    names_application: bool,
    jwt_required_if: Option<String>,
    #[serde(default)]
    by_hand: bool,
    #[serde(default)]
    one_of: Vec<String>,
    exactly_one: Option<Values>,
    pub arguments: Vec<Argument>,
    returns: Option<String>,
    result: String,
    #[serde(default)]
    errors: Vec<String>,
    #[serde(default)]
    sdk: BTreeMap<String, Names>,
    #[serde(default)]
    pub sdk_aside: Vec<String>,
    pub tested_by: String,
}

#[derive(Clone, Deserialize, Serialize)]
#[serde(untagged)]
pub enum Authorization {
    Scope { scope: String },
    Other(String),
}

#[derive(Clone, Deserialize, Serialize)]
#[serde(untagged)]
pub enum Answer {
    Identified { id: String, missing: String },
    Kind(String),
}

impl Default for Answer {
    fn default() -> Answer {
        Answer::Kind("object".to_owned())
    }
}

/// One name, or several.
#[derive(Clone, Deserialize, Serialize)]
#[serde(untagged)]
pub enum Names {
    One(String),
    Several(Vec<String>),
}

impl Names {
    fn all(&self) -> &[String] {
        match self {
            Names::One(name) => std::slice::from_ref(name),
            Names::Several(names) => names,
        }
    }
}

#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Argument {
    pub name: String,
    #[serde(rename = "type", default = "text")]
    kind: String,
    #[serde(default)]
    optional: bool,
    #[serde(default)]
    secret: bool,
    #[serde(default)]
    subject: bool,
    default: Option<String>,
    pub example: Option<String>,
    values: Option<String>,
    #[serde(default)]
    members: Vec<String>,
    segment: Option<String>,
    body: Option<Names>,
}

fn yes() -> bool {
    true
}

fn text() -> String {
    "text".to_owned()
}

const KINDS: [&str; 6] = ["text", "bool", "json", "options", "ms", "cancel"];
const SERVICES: [&str; 1] = ["v1"];
const ANSWERS: [&str; 6] = [
    "object",
    "login",
    "authentication",
    "possible_authentication",
    "confirmation",
    "nothing",
];

impl Description {
    /// Reads the description. A mistake in it ends the program with what is wrong.
    pub fn read(text: &str) -> Description {
        let description: Description = toml::from_str(text).unwrap_or_else(|error| {
            panic!("spec/operations.toml: {error}");
        });
        let is_type = |name: &str| description.types.iter().any(|one| one.name == name);
        for operation in &description.operations {
            operation.check(&description.values);
            let mut returns = operation.returns.iter();
            assert!(
                returns.all(|name| is_type(name)),
                "{}: no such type",
                operation.name
            );
        }
        let simple = ["string", "bool", "number", "json"];
        for one in &description.types {
            assert!(
                one.secret.iter().all(|name| one.members.contains_key(name)),
                "{}: secret names members",
                one.name
            );
            for (name, member) in &one.members {
                let kind = member.type_name();
                assert!(
                    simple.contains(&kind) || is_type(kind),
                    "{}.{name}: {kind}",
                    one.name
                );
            }
        }
        description
    }

    pub fn values(&self, argument: &Argument) -> Option<&Values> {
        argument.values.as_ref().map(|name| &self.values[name])
    }

    /// The names of the arguments of these kinds, each once, in alphabetical order.
    pub fn argument_names(&self, kinds: &[&str]) -> Vec<String> {
        let arguments = self.operations.iter().flat_map(|one| &one.arguments);
        let named = arguments.filter(|one| kinds.contains(&one.kind()));
        let names: BTreeSet<_> = named.map(|one| one.name.clone()).collect();
        names.into_iter().collect()
    }

    /// Ends the program if a file names an operation that there is not.
    pub fn check_names<'a>(&self, names: impl Iterator<Item = &'a String>, file: &str) {
        for name in names {
            let known = self.operations.iter().any(|one| one.name == *name);
            assert!(known, "{file}: no operation {name}");
        }
    }

    /// The services, each once.
    pub fn services(&self) -> BTreeSet<&str> {
        self.operations.iter().map(Operation::service).collect()
    }

    /// The groups, in the order of their first operations.
    pub fn groups(&self) -> Vec<&str> {
        let mut groups = Vec::new();
        for operation in &self.operations {
            if !groups.contains(&operation.group.as_str()) {
                groups.push(&operation.group);
            }
        }
        groups
    }
}

impl Operation {
    fn check(&self, values: &BTreeMap<String, Values>) {
        let name = &self.name;
        let service = self.service.as_str();
        assert!(SERVICES.contains(&service), "{name}: service {service}");
        let numbers = self.since.split('.').map(str::parse::<u32>);
        assert!(
            numbers.clone().count() == 3 && numbers.flatten().count() == 3,
            "{name}: since is a version of three numbers"
        );
        assert!(
            self.local != self.request.is_some(),
            "{name}: give a request, or local = true"
        );
        assert!(
            self.local || !self.fetches_key,
            "{name}: fetches_key is of local operations"
        );
        if let Answer::Kind(kind) = &self.answer {
            assert!(ANSWERS.contains(&kind.as_str()), "{name}: answer {kind}");
        }
        let has = |wanted: &String| self.arguments.iter().any(|one| one.name == *wanted);
        assert!(
            self.one_of.iter().all(has) && self.jwt_required_if.iter().all(has),
            "{name}: one_of and jwt_required_if name arguments"
        );
        if let Some(group) = &self.exactly_one {
            let is_optional = |wanted: &String| {
                let mut arguments = self.arguments.iter();
                arguments.any(|one| one.name == *wanted && one.optional)
            };
            assert!(
                group.of.len() == 2
                    && group.of[0] != group.of[1]
                    && group.of.iter().all(is_optional),
                "{name}: exactly_one names two optional arguments"
            );
            assert!(
                self.by_hand,
                "{name}: exactly_one is not supported yet, unless the operation is by_hand"
            );
        }
        assert!(
            !self.has_jwt() || self.arguments.iter().any(|one| one.subject),
            "{name}: the token in the answer is of a user: an argument with subject = true names it"
        );
        for argument in &self.arguments {
            let what = format!("{name}, {}", argument.name);
            let kind = argument.kind.as_str();
            assert!(KINDS.contains(&kind), "{what}: type {kind}");
            assert!(
                (kind == "options") != argument.members.is_empty(),
                "{what}: options have members, nothing else has"
            );
            let known = |name: &String| values.contains_key(name);
            assert!(argument.values.iter().all(known), "{what}: unknown values");
            let is_placed = argument.body.is_some() || argument.segment.is_some();
            let is_of_the_call = self.by_hand && ["ms", "cancel"].contains(&kind);
            assert!(
                is_placed != (self.local || is_of_the_call),
                "{what}: give its place in the request, if it has one"
            );
            if !self.by_hand {
                self.check_place(argument, &what);
            }
        }
        if !self.by_hand {
            let path = self.request().map_or("", |(_, path)| path);
            let ends = path.split('{').skip(1);
            let in_path = ends.map(|end| end.split('}').next().unwrap_or_default());
            assert!(
                in_path.eq(self.arguments.iter().filter_map(Argument::segment)),
                "{name}: the arguments in the path have its order"
            );
            assert!(
                self.one_of.is_empty() || self.one_of == ["user_id", "username"],
                "{name}: another one_of than user_id and username is not supported yet"
            );
        }
    }

    /// Refuses what the generated method would do otherwise than it is described.
    fn check_place(&self, argument: &Argument, what: &str) {
        let is_text = argument.kind == "text";
        let is_plain = is_text && !argument.optional && argument.default.is_none();
        let in_body = argument.body();
        assert!(
            !argument.secret || is_plain && !argument.subject && !in_body.is_empty(),
            "{what}: a secret is a required text in the body; another one is not supported yet"
        );
        let is_one_of = self.one_of.contains(&argument.name);
        let place = if is_one_of {
            format!("/{}", argument.name)
        } else {
            "/username".to_owned()
        };
        assert!(
            argument.subject || !is_one_of,
            "{what}: the token is bound to it: give subject = true"
        );
        assert!(
            !argument.subject || argument.segment.is_some() || in_body == [place],
            "{what}: a user is not supported in another place of the body yet"
        );
        for pointer in in_body {
            let names: Vec<_> = pointer.split('/').skip(1).collect();
            assert!(
                names.len() == 1
                    || names.len() == 2
                        && argument.default.is_none()
                        && (is_text || argument.kind == "bool"),
                "{what}: {pointer} is not supported yet"
            );
        }
    }

    pub fn service(&self) -> &str {
        &self.service
    }

    /// The version of the library that has it first.
    pub fn since(&self) -> &str {
        &self.since
    }

    pub fn authorization(&self) -> Option<&Authorization> {
        self.authorization.as_ref()
    }

    pub fn answer(&self) -> &Answer {
        &self.answer
    }

    pub fn is_management(&self) -> bool {
        self.management
    }

    pub fn is_safe(&self) -> bool {
        self.safe
    }

    pub fn carries_one_time_code(&self) -> bool {
        self.one_time_code
    }

    pub fn names_application(&self) -> bool {
        self.names_application
    }

    pub fn jwt_required_if(&self) -> Option<&str> {
        self.jwt_required_if.as_deref()
    }

    /// What it does and its result, in paragraphs.
    pub fn documentation(&self) -> String {
        let summary = paragraphs(&self.summary);
        let details = self.details();
        let result = paragraphs(&format!("Result: {}", self.result));
        let mut all = vec![
            [&summary[..], &details[..1.min(details.len())]]
                .concat()
                .join(" "),
        ];
        all.extend(details.into_iter().skip(1));
        all.extend(result);
        all.join("\n\n")
    }

    /// The same with all that the calls of C have in common.
    pub fn c_documentation(&self) -> String {
        let mut about = paragraphs(&self.summary);
        about.extend(self.details());
        about.extend(self.rules().into_iter().map(str::to_owned));
        let result = format!("Result: {}", paragraphs(&self.result).join(" "));
        let mut all = vec![about.join(" "), result];
        if !self.local {
            let mut errors = "Errors: those of every call to the service (see above)".to_owned();
            if self.has_jwt() {
                errors += ", and those of `lid_verify_token` for the `jwt`";
            }
            all.push(errors + ".");
        }
        if self.fetches_key {
            all.push(
                "Errors: those that the result names, and those of every call to the service \
                 (see above) if its key must be fetched."
                    .to_owned(),
            );
        }
        all.push("Free `*out` with `lid_free_string`.".to_owned());
        all.join("\n\n")
    }

    /// Which of the arguments of `exactly_one` to give.
    pub fn choice(&self) -> Option<String> {
        let names = &self.exactly_one.as_ref()?.of;
        Some(format!(
            "Give exactly one of `{}` and `{}`, and NULL for the other.",
            names[0], names[1]
        ))
    }

    /// What it has in common with other calls.
    pub fn rules(&self) -> Vec<&'static str> {
        let mut rules = Vec::new();
        if !self.one_of.is_empty() {
            rules.push(
                "The user is given by `user_id`, `username` or both; one of them is required.",
            );
        }
        if self.management {
            rules.push(
                "Management call: without a private key it fails with \
                 `LID_ERROR_PRIVATE_KEY` and sends nothing.",
            );
        }
        if self.safe {
            rules.push("Repeated after a timeout or a 5xx, since it changes nothing.");
        }
        if self.one_time_code {
            rules.push("Not repeated after a 429: the service may have counted the code as tried.");
        }
        rules
    }

    /// Whether its answer has a token that is verified.
    pub fn has_jwt(&self) -> bool {
        !matches!(&self.answer, Answer::Kind(kind) if kind == "object" || kind == "nothing")
            && !matches!(&self.answer, Answer::Identified { .. })
    }

    /// Method and path.
    pub fn request(&self) -> Option<(&str, &str)> {
        self.request.as_deref()?.split_once(' ')
    }

    pub fn is_by_hand(&self) -> bool {
        self.by_hand
    }

    /// The name of the type of its result, if it has one.
    pub fn returns(&self) -> Option<&str> {
        self.returns.as_deref()
    }

    pub fn summary(&self) -> String {
        paragraphs(&self.summary).join(" ")
    }

    /// More about it. The first paragraph begins with the arguments to choose from.
    pub fn details(&self) -> Vec<String> {
        let choice = self.choice().unwrap_or_default();
        paragraphs(&format!("{choice}\n{}", self.details))
    }

    /// The shape of the result, for people.
    pub fn result(&self) -> String {
        paragraphs(&self.result).join(" ")
    }

    /// Codes of the service that it is known to answer with.
    pub fn errors(&self) -> &[String] {
        &self.errors
    }

    /// Its names in an official SDK.
    pub fn sdk(&self, language: &str) -> &[String] {
        self.sdk.get(language).map_or(&[], Names::all)
    }

    pub fn is_local(&self) -> bool {
        self.local
    }

    /// Whether it requests the service's key, if that is not known.
    pub fn fetches_key(&self) -> bool {
        self.fetches_key
    }

    pub fn one_of(&self) -> &[String] {
        &self.one_of
    }

    pub fn exactly_one(&self) -> Option<&Values> {
        self.exactly_one.as_ref()
    }
}

impl Values {
    pub fn of(&self) -> &[String] {
        &self.of
    }

    pub fn code(&self) -> &str {
        &self.code
    }
}

impl Argument {
    /// In C a text that holds JSON says so.
    pub fn c_name(&self) -> String {
        match self.kind.as_str() {
            "json" | "options" => format!("{}_json", self.name),
            _ => self.name.clone(),
        }
    }

    /// Its name in a language in which times are in seconds.
    pub fn name_without_unit(&self) -> &str {
        self.name.strip_suffix("_ms").unwrap_or(&self.name)
    }

    pub fn kind(&self) -> &str {
        &self.kind
    }

    pub fn is_optional(&self) -> bool {
        self.optional
    }

    pub fn is_secret(&self) -> bool {
        self.secret
    }

    pub fn is_subject(&self) -> bool {
        self.subject
    }

    pub fn default(&self) -> Option<&str> {
        self.default.as_deref()
    }

    pub fn members(&self) -> &[String] {
        &self.members
    }

    pub fn segment(&self) -> Option<&str> {
        self.segment.as_deref()
    }

    /// The pointers to its places in the body.
    pub fn body(&self) -> &[String] {
        self.body.as_ref().map_or(&[], Names::all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said against an operation with this path, these further members and arguments.
    fn refusal(path: &str, members: &str, arguments: &str) -> String {
        refusal_of(&format!(
            "service = \"v1\"\nsince = \"0.1.0\"\nrequest = \"POST {path}\"\n\
             {members}\narguments = [{arguments}]\n"
        ))
    }

    /// What is said against an operation with these members.
    fn refusal_of(members: &str) -> String {
        let text = format!(
            "type = []\nvalues = {{}}\n[[operation]]\nname = \"call\"\ngroup = \"users\"\n\
             summary = \"\"\nresult = \"\"\ntested_by = \"\"\n{members}"
        );
        let read = std::panic::catch_unwind(|| Description::read(&text));
        let refused = read.err().map(|panic| panic.downcast::<String>());
        refused.map_or(String::new(), |text| *text.expect("a text"))
    }

    #[test]
    fn service_and_version_are_checked() {
        for (service, since, expected) in [
            ("v1", "0.1.0", ""),
            ("v2", "0.1.0", "call: service v2"),
            ("v1", "0.1", "call: since is a version of three numbers"),
            ("v1", "0.1.x", "call: since is a version of three numbers"),
        ] {
            let members = format!(
                "service = {service:?}\nsince = {since:?}\nrequest = \"POST /users\"\narguments = []\n"
            );
            assert_eq!(refusal_of(&members), expected);
        }
    }

    #[test]
    fn arguments_of_requests_have_a_place_also_by_hand() {
        let refused = |argument: &str| refusal("/wait", "by_hand = true", argument);
        assert_eq!(refused(r#"{ name = "code", body = "/code" }"#), "");
        assert_eq!(refused(r#"{ name = "timeout_ms", type = "ms" }"#), "");
        for argument in [
            r#"{ name = "code" }"#,
            r#"{ name = "timeout_ms", type = "ms", body = "/timeout_ms" }"#,
        ] {
            let wrong = refused(argument);
            assert!(wrong.contains("place"), "{argument}: {wrong}");
        }
    }

    #[test]
    fn a_token_in_an_answer_is_of_a_user_that_an_argument_names() {
        let refused = |subject: bool| {
            let argument =
                format!("{{ name = \"username\", subject = {subject}, body = \"/username\" }}");
            refusal("/login", "answer = \"login\"", &argument)
        };
        assert_eq!(refused(true), "");
        assert!(refused(false).contains("subject"));
    }

    #[test]
    fn secret_members_are_members() {
        let read = |secret: &str| {
            let text = format!(
                "operation = []\nvalues = {{}}\n[[type]]\nname = \"Token\"\nsummary = \"\"\n\
                 members = {{ token = \"string\" }}\nsecret = [{secret:?}]\n"
            );
            std::panic::catch_unwind(|| Description::read(&text)).is_ok()
        };
        assert!(read("token"));
        assert!(!read("jwt"));
    }

    #[test]
    fn only_a_local_operation_fetches_a_key_besides() {
        let head = "service = \"v1\"\nsince = \"0.1.0\"\narguments = []\nfetches_key = true\n";
        assert_eq!(refusal_of(&format!("{head}local = true\n")), "");
        let refused = refusal_of(&format!("{head}request = \"GET /users\"\n"));
        assert!(refused.contains("fetches_key"), "{refused}");
    }

    #[test]
    fn what_the_generated_method_would_not_do_is_refused() {
        let user = r#"{ name = "user_id", subject = true, segment = "user_id" }"#;
        let code = r#"{ name = "code", segment = "code" }"#;
        let path = "/users/{user_id}/codes/{code}";
        assert_eq!(refusal(path, "", &format!("{user}, {code}")), "");
        let swapped = refusal(path, "", &format!("{code}, {user}"));
        assert!(swapped.contains("order"), "{swapped}");
        for arguments in [
            r#"{ name = "code", secret = true, segment = "code" }"#,
            r#"{ name = "a", secret = true, type = "json", body = "/a" }"#,
            r#"{ name = "a", secret = true, optional = true, body = "/a" }"#,
            r#"{ name = "a", subject = true, body = "/user/name" }"#,
            r#"{ name = "a", subject = true, body = "/name" }"#,
            r#"{ name = "a", body = "/a/b/c" }"#,
            r#"{ name = "a", type = "json", body = "/a/b" }"#,
        ] {
            let refused = refusal("/users/{code}", "", arguments);
            assert!(refused.contains("supported"), "{arguments}: {refused}");
        }
    }

    #[test]
    fn one_of_two_optional_arguments_is_given_to_a_method_by_hand() {
        let refused = |names: &str, by_hand: bool, optional: bool| {
            let group = format!("exactly_one = {{ of = [{names}], code = \"NoCode\" }}");
            let argument =
                |name| format!("{{ name = {name:?}, optional = {optional}, body = \"/{name}\" }}");
            let arguments = [argument("a"), argument("b")].join(", ");
            refusal("/tx", &format!("by_hand = {by_hand}\n{group}"), &arguments)
        };
        assert_eq!(refused(r#""a", "b""#, true, true), "");
        for names in [r#""a""#, r#""a", "a""#, r#""a", "c""#] {
            let wrong = refused(names, true, true);
            assert!(wrong.contains("two optional arguments"), "{names}: {wrong}");
        }
        let required = refused(r#""a", "b""#, true, false);
        assert!(required.contains("two optional arguments"), "{required}");
        let generated = refused(r#""a", "b""#, false, true);
        assert!(generated.contains("supported"), "{generated}");
    }

    #[test]
    fn a_user_is_given_by_id_or_name_in_this_order() {
        let both = r#"{ name = "user_id", optional = true, subject = true, body = "/user_id" },
            { name = "username", optional = true, subject = true, body = "/username" }"#;
        let refused = |names: &str| refusal("/users", &format!("one_of = [{names}]"), both);
        assert_eq!(refused(r#""user_id", "username""#), "");
        let other_order = refused(r#""username", "user_id""#);
        assert!(other_order.contains("one_of"), "{other_order}");
    }
}
