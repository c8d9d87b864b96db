//! `spec/go.toml`: what Go has otherwise than the rules say, and the names in Go.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::description::{self, Argument, Description, Member, Operation};
use crate::mistake::{self, refuse, require};
use crate::text;

const FILE: &str = "spec/go.toml";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exceptions {
    words: BTreeMap<String, String>,
    /// Of each service, the arguments that are one `Who` in Go, with its fields.
    who: BTreeMap<String, BTreeMap<String, String>>,
    pub types: BTreeMap<String, TypeExceptions>,
    pub operations: BTreeMap<String, OperationExceptions>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TypeExceptions {
    #[serde(default)]
    pub by_hand: bool,
    name: Option<String>,
    #[serde(default)]
    pub members: BTreeMap<String, String>,
    #[serde(default)]
    pub absent: Vec<String>,
    pub within: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperationExceptions {
    pub details: Option<String>,
    pub result: Option<String>,
    /// The type of its options.
    pub options: Option<String>,
    #[serde(default)]
    pub methods: Vec<Variant>,
}

/// One of the methods of an operation.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variant {
    pub name: String,
    pub summary: String,
    #[serde(default)]
    pub omits: Vec<String>,
    #[serde(default)]
    pub requires: Vec<String>,
}

impl Variant {
    pub fn omits(&self, argument: &Argument) -> bool {
        self.omits.contains(&argument.name)
    }
}

impl Exceptions {
    /// The exceptions, and what follows the rules: every operation has its methods.
    pub fn read(text: &str, description: &Description) -> Exceptions {
        let mut exceptions: Exceptions = mistake::parsed(FILE, text);
        for operation in &description.operations {
            let name = exceptions.name(operation.method());
            let of = exceptions.operations.entry(operation.name.clone());
            let of = of.or_default();
            if of.methods.is_empty() {
                of.methods.push(Variant {
                    name,
                    summary: operation.summary(),
                    omits: Vec::new(),
                    requires: Vec::new(),
                });
            }
        }
        for one in &description.types {
            exceptions.types.entry(one.name.clone()).or_default();
        }
        exceptions.check(description);
        exceptions
    }

    /// Refuses what is not described.
    fn check(&self, description: &Description) {
        description.check_names(self.operations.keys(), FILE);
        for operation in &description.operations {
            let exceptions = &self.operations[&operation.name];
            for variant in &exceptions.methods {
                for name in variant.omits.iter().chain(&variant.requires) {
                    let argument = operation.argument(name);
                    require!(
                        argument.is_some_and(Argument::is_optional),
                        "{FILE}: {} names {name}, which is no optional argument of {}",
                        variant.name,
                        operation.name
                    );
                }
            }
            let mut arguments = operation.arguments.iter();
            let has_options = arguments.any(|one| one.kind() == "options");
            require!(
                has_options == exceptions.options.is_some(),
                "{FILE}: {}: give the type of its options, if it has some",
                operation.name
            );
        }
        for (name, exceptions) in &self.types {
            let described = description.types.iter().find(|one| one.name == *name);
            let Some(described) = described else {
                refuse(format!("{FILE}: no type {name}"))
            };
            if let Some(wider) = &exceptions.within {
                let wider = description.types.iter().find(|one| one.name == *wider);
                let has =
                    |member: &String| wider.is_some_and(|one| one.members.contains_key(member));
                require!(
                    described.members.keys().all(has),
                    "{FILE}: {name} is not within {}",
                    exceptions.within.as_deref().unwrap_or_default()
                );
            }
            for member in exceptions.members.keys().chain(&exceptions.absent) {
                let known = described.members.contains_key(member);
                require!(known, "{FILE}: {name} has no member {member}");
            }
        }
        for (service, fields) in &self.who {
            let described = description.of_service(service);
            for name in fields.keys() {
                require!(
                    described.has_argument(name),
                    "{FILE}: no call of {service} has an argument {name}"
                );
            }
        }
    }

    /// The field of `Who` that an argument is, if the operation has all arguments that are one.
    pub fn who(&self, operation: &Operation, argument: &str) -> Option<&str> {
        let fields = self.who.get(operation.service())?;
        let is_optional =
            |name: &String| operation.argument(name).is_some_and(Argument::is_optional);
        let field = fields.get(argument)?;
        fields.keys().all(is_optional).then_some(field)
    }

    /// The name of the type that a described one is in Go.
    pub fn type_name<'a>(&'a self, name: &'a str) -> &'a str {
        let exceptions = self.types.get(name);
        let other = exceptions.and_then(|one| one.within.as_deref().or(one.name.as_deref()));
        description::short(other.unwrap_or(name))
    }

    pub fn type_of(&self, member: &Member) -> String {
        let list = match member {
            Member::One(_) => "",
            Member::List(_) => "[]",
        };
        let name = match member.type_name() {
            "json" => "json.RawMessage",
            "number" => "json.Number",
            name => self.type_name(name),
        };
        format!("{list}{name}")
    }

    /// `tx_id` and `txId` as `TxID`.
    pub fn name(&self, name: &str) -> String {
        let name = text::snake(name);
        name.split('_').map(|word| self.word(word)).collect()
    }

    /// `tx_id` as `txID`.
    pub fn local_name(&self, name: &str) -> String {
        let first = self.word(name.split('_').next().unwrap_or(name));
        // One letter, or an initialism.
        let capitals = first.chars().take_while(char::is_ascii_uppercase).count();
        let all = self.name(name);
        all[..capitals].to_lowercase() + &all[capitals..]
    }

    fn word(&self, word: &str) -> String {
        let exception = self.words.get(word).cloned();
        exception.unwrap_or_else(|| text::camel(word))
    }
}
