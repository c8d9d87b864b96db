//! The types of results.

use serde::Serialize;

use super::{Go, WIDTH, uncapitalized};
use crate::description::Type;
use crate::text;

/// A struct.
#[derive(Serialize)]
pub struct Structure {
    documentation: String,
    name: String,
    has_raw: bool,
    fields: Vec<String>,
}

impl Go<'_> {
    pub fn structure(&self, one: &Type) -> Option<Structure> {
        let exceptions = &self.exceptions.types[&one.name];
        if exceptions.by_hand || exceptions.within.is_some() {
            return None;
        }
        let type_name = self.exceptions.type_name(&one.name);
        let fields = one.members.iter().map(|(name, member)| {
            let pointer = if exceptions.absent.contains(name) {
                "*"
            } else {
                ""
            };
            (
                self.field_name(one, name),
                format!("{pointer}{}", self.exceptions.type_of(member)),
                format!("`json:\"{name}\"`"),
            )
        });
        let fields: Vec<_> = fields.collect();
        let names = fields.iter().map(|(name, ..)| name.len()).max();
        let names = names.unwrap_or(0);
        let types = fields.iter().map(|(_, kind, _)| kind.len()).max();
        let types = types.unwrap_or(0);
        let fields = fields
            .iter()
            .map(|(name, kind, tag)| format!("{name:names$} {kind:types$} {tag}"));
        // Members in backticks are fields.
        let pieces = one.summary.split('`').enumerate();
        let pieces = pieces.map(|(at, piece)| {
            if at % 2 == 1 && one.members.contains_key(piece) {
                self.field_name(one, piece)
            } else {
                piece.to_owned()
            }
        });
        let summary = uncapitalized(&pieces.collect::<String>());
        let mut operations = self.description.operations.iter();
        let documentation = format!("{type_name} is {summary}{}", self.lacking(one));
        Some(Structure {
            documentation: text::comment(&documentation, "//", WIDTH),
            name: type_name.to_owned(),
            has_raw: operations.any(|operation| {
                let returned = operation.returns();
                returned.is_some_and(|name| self.exceptions.type_name(name) == type_name)
            }),
            fields: fields.collect(),
        })
    }

    /// The fields that some answers leave empty: those of the types within it, too.
    fn lacking(&self, one: &Type) -> String {
        let type_name = self.exceptions.type_name(&one.name);
        let types = self.description.types.iter();
        let types = types.filter(|other| self.exceptions.type_name(&other.name) == type_name);
        let types: Vec<_> = types.collect();
        let fields = one.members.keys().filter(|member| {
            let lacks = |other: &&Type| {
                other.may_lack(member) || !other.members.contains_key(member.as_str())
            };
            types.iter().any(lacks)
        });
        let fields: Vec<_> = fields.map(|member| self.field_name(one, member)).collect();
        match fields.split_last() {
            None => String::new(),
            Some((last, [])) => format!(" An answer may lack {last}."),
            Some((last, before)) => {
                format!(" An answer may lack {} and {last}.", before.join(", "))
            }
        }
    }

    fn field_name(&self, one: &Type, member: &str) -> String {
        let named = self.exceptions.types[&one.name].members.get(member);
        let named = named.cloned();
        named.unwrap_or_else(|| self.exceptions.name(member))
    }
}
