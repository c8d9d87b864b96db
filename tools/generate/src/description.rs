//! `spec/operations.toml`: every call of the library, described once.

mod check;
mod documentation;
mod shape;
mod types;

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap as Table;
use serde::{Deserialize, Serialize};

use crate::mistake::{self, refuse, require};
use crate::text::paragraphs;

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Description {
    values: BTreeMap<String, Values>,
    #[serde(default, rename = "form")]
    pub forms: Table<String, Form>,
    #[serde(rename = "operation")]
    pub operations: Vec<Operation>,
    #[serde(rename = "type")]
    pub types: Vec<Type>,
}

/// What the file of a language says of each service.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ByService<T> {
    v1: T,
    v2: T,
}

impl<T> ByService<T> {
    pub fn of(&self, service: &str) -> &T {
        match service {
            "v1" => &self.v1,
            _ => &self.v2,
        }
    }
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
    /// Members that some answers come without.
    #[serde(default)]
    pub may_be_absent: Vec<String>,
}

impl Type {
    /// The service whose calls have it.
    fn service(&self) -> &'static str {
        if self.name.starts_with(V2) {
            "v2"
        } else {
            "v1"
        }
    }

    pub fn may_lack(&self, member: &str) -> bool {
        self.may_be_absent.iter().any(|name| name == member)
    }
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

/// What a web page answers for an authenticator.
#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    pub code: String,
    /// Members of `response` that are passed on by the same names if they are there.
    #[serde(default)]
    pub optional: Vec<String>,
    /// In the order of the description.
    pub members: Table<String, Source>,
}

/// Where a member of a form is.
#[derive(Clone, Deserialize, Serialize)]
#[serde(untagged)]
pub enum Source {
    /// A pointer into the object of `PublicKeyCredential.toJSON()`.
    ToJson(String),
    /// The page adds it, as the service sent it. The code of its absence.
    Added { missing: String },
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
    constants: Table<String, String>,
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
    /// The members of its result that must not be logged.
    #[serde(skip)]
    secret_members: Vec<String>,
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
    Scope {
        scope: String,
    },
    /// A token of the user, or a grant with this scope.
    User {
        user: String,
    },
    Other(String),
}

#[derive(Clone, Deserialize, Serialize)]
#[serde(untagged)]
pub enum Answer {
    Identified { id: String, missing: String },
    List { list: String },
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
    #[serde(default)]
    authorizes: bool,
    default: Option<String>,
    pub example: Option<String>,
    values: Option<String>,
    #[serde(default)]
    members: Vec<String>,
    form: Option<String>,
    /// The form of this name.
    #[serde(skip)]
    described_form: Option<Form>,
    segment: Option<Segment>,
    body: Option<Names>,
}

/// The place of an argument in the path.
#[derive(Clone, Deserialize, Serialize)]
#[serde(untagged)]
pub enum Segment {
    At(String),
    /// With the code of the error for `.` and `..`, which no segment can be.
    Coded {
        at: String,
        code: String,
    },
}

fn yes() -> bool {
    true
}

fn text() -> String {
    "text".to_owned()
}

/// What the names of the current service's types begin with.
const V2: &str = "V2";
const KINDS: [&str; 6] = ["text", "bool", "json", "options", "ms", "cancel"];
pub const SERVICES: [&str; 2] = ["v1", "v2"];

/// The services whose required booleans are false if they are left out.
#[derive(Deserialize)]
#[serde(transparent)]
pub struct Flags(Vec<String>);

impl Flags {
    /// Refuses what is no service.
    pub fn check(&self, file: &str) {
        for name in &self.0 {
            require!(
                SERVICES.contains(&name.as_str()),
                "{file}: false_if_left_out names {name}, which is no service"
            );
        }
    }

    /// The default of the booleans of an operation, if they have one.
    pub fn default(&self, operation: &Operation) -> Option<&'static str> {
        let mut services = self.0.iter();
        services
            .any(|one| one == operation.service())
            .then_some("false")
    }
}
const ANSWERS: [&str; 7] = [
    "object",
    "login",
    "authentication",
    "possible_authentication",
    "confirmation",
    "nothing",
    "no_content",
];

impl Description {
    /// Reads the description. A mistake in it ends the generation with what is wrong.
    pub fn read(text: &str) -> Description {
        let mut description: Description = mistake::parsed("spec/operations.toml", text);
        for operation in &mut description.operations {
            operation.find_forms(&description.forms);
        }
        description.check_names_are_unique();
        description.check_types();
        for operation in &description.operations {
            operation.check(&description.values);
            operation.check_shape();
            description.check_references(operation);
        }
        for operation in &mut description.operations {
            let mut types = description.types.iter();
            let returned = types.find(|one| Some(&one.name) == operation.returns.as_ref());
            operation.secret_members = returned.map_or(Vec::new(), |one| one.secret.clone());
        }
        description
    }

    pub fn values(&self, argument: &Argument) -> Option<&Values> {
        argument.values().map(|name| &self.values[name])
    }

    /// The lists of values that arguments of a service have, by their names.
    pub fn values_of(&self, service: &str) -> impl Iterator<Item = (&str, &Values)> {
        let arguments = self
            .operations
            .iter()
            .filter(move |one| one.service == service);
        let names = arguments.flat_map(|one| one.arguments.iter().filter_map(Argument::values));
        let names: BTreeSet<_> = names.collect();
        names.into_iter().map(|name| (name, &self.values[name]))
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
            require!(known, "{file}: no operation {name}");
        }
    }

    /// Ends the program if a file names a group that there is not, or lacks one.
    pub fn check_groups<T>(&self, groups: &BTreeMap<String, T>, file: &str) {
        let described = self.groups();
        for group in &described {
            require!(
                groups.contains_key(*group),
                "{file}: groups does not say what {group} is about"
            );
        }
        for name in groups.keys() {
            require!(
                described.contains(&name.as_str()),
                "{file}: no group {name}"
            );
        }
    }

    /// Whether an operation has an argument of this name.
    pub fn has_argument(&self, name: &str) -> bool {
        let mut operations = self.operations.iter();
        operations.any(|one| one.argument(name).is_some())
    }

    /// The same with the operations and the types of one service only.
    pub fn of_service(&self, service: &str) -> Description {
        let mut description = self.clone();
        description.operations.retain(|one| one.service == service);
        description.types.retain(|one| one.service() == service);
        description
    }

    /// The services, each once.
    pub fn services(&self) -> BTreeSet<&str> {
        self.operations.iter().map(Operation::service).collect()
    }

    /// The groups, in the order of their first operations.
    pub fn groups(&self) -> Vec<&str> {
        groups(self.operations.iter())
    }

    /// The groups of a service.
    pub fn groups_of(&self, service: &str) -> Vec<&str> {
        groups(self.operations.iter().filter(|one| one.service == service))
    }
}

/// The name of a type in the namespace of its service.
pub fn short(name: &str) -> &str {
    name.strip_prefix(V2).unwrap_or(name)
}

fn groups<'a>(operations: impl Iterator<Item = &'a Operation>) -> Vec<&'a str> {
    let mut groups = Vec::new();
    for operation in operations {
        if !groups.contains(&operation.group.as_str()) {
            groups.push(&operation.group);
        }
    }
    groups
}

impl Operation {
    fn find_forms(&mut self, forms: &Table<String, Form>) {
        for argument in &mut self.arguments {
            let Some(name) = &argument.form else { continue };
            let form = forms.get(name);
            let form = form.unwrap_or_else(|| refuse(format!("{}: no form {name}", self.name)));
            argument.described_form = Some(form.clone());
        }
    }

    /// The argument of this name.
    pub fn argument(&self, name: &str) -> Option<&Argument> {
        self.arguments.iter().find(|one| one.name == name)
    }

    pub fn service(&self) -> &str {
        &self.service
    }

    /// Its name in Rust, where the client is the service's.
    pub fn method(&self) -> &str {
        let prefix = self.prefix();
        self.name.strip_prefix(prefix).unwrap_or(&self.name)
    }

    /// What the names of its service begin with.
    fn prefix(&self) -> &'static str {
        match self.service.as_str() {
            "v1" => "",
            _ => "v2_",
        }
    }

    /// The C type of its client.
    pub fn handle(&self) -> String {
        format!("lid_{}client", self.prefix())
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

    /// Whether the body has the `client_id`, which v2 has not.
    pub fn names_application(&self) -> bool {
        self.names_application && self.service == "v1"
    }

    pub fn jwt_required_if(&self) -> Option<&str> {
        self.jwt_required_if.as_deref()
    }

    /// Whether its answer has a token that is verified.
    pub fn has_jwt(&self) -> bool {
        match &self.answer {
            Answer::Kind(kind) => !["object", "nothing", "no_content"].contains(&kind.as_str()),
            Answer::Identified { .. } | Answer::List { .. } => false,
        }
    }

    /// Method and path.
    pub fn request(&self) -> Option<(&str, &str)> {
        self.request.as_deref()?.split_once(' ')
    }

    /// The members of the body that are always the same, and their texts.
    pub fn constants(&self) -> impl Iterator<Item = (&str, &str)> {
        let all = self.constants.iter();
        all.map(|(pointer, value)| (&pointer[1..], value.as_str()))
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

    /// More about it. The first paragraph begins with the arguments to choose from, and what a
    /// web page answers.
    pub fn details(&self) -> Vec<String> {
        let mut begin: Vec<_> = self.choice().into_iter().collect();
        begin.extend(self.arguments.iter().filter_map(Argument::answer_of_page));
        paragraphs(&format!("{}\n{}", begin.join(" "), self.details))
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

    /// The name of the list of its values.
    pub fn values(&self) -> Option<&str> {
        self.values.as_deref()
    }

    pub fn members(&self) -> &[String] {
        &self.members
    }

    /// The name of the form that a web page answers in.
    pub fn form_name(&self) -> Option<&str> {
        self.form.as_deref()
    }

    pub fn form(&self) -> Option<&Form> {
        self.described_form.as_ref()
    }

    /// The name of its place in the path.
    pub fn segment(&self) -> Option<&str> {
        match self.segment.as_ref()? {
            Segment::At(at) | Segment::Coded { at, .. } => Some(at),
        }
    }

    /// The code of the error if it cannot be a segment of the path.
    pub fn segment_code(&self) -> &str {
        match &self.segment {
            Some(Segment::Coded { code, .. }) => code,
            _ if self.subject => "InvalidUserId",
            _ => "InvalidPathSegment",
        }
    }

    /// The pointers to its places in the body.
    pub fn body(&self) -> &[String] {
        self.body.as_ref().map_or(&[], Names::all)
    }
}
