//! Refusing types of results that are not described, or that have no end.

use super::{Description, Operation, Type};
use crate::mistake::{refuse, require};

const SIMPLE: [&str; 4] = ["string", "bool", "number", "json"];

impl Description {
    pub(super) fn check_types(&self) {
        for one in &self.types {
            let name = &one.name;
            require!(
                name.starts_with(|first: char| first.is_ascii_uppercase())
                    && name.chars().all(|one| one.is_ascii_alphanumeric()),
                "type {name}: the name begins with a capital, and has no underscores"
            );
            require!(!one.members.is_empty(), "type {name}: it has no members");
            for (what, names) in [
                ("secret", &one.secret),
                ("may_be_absent", &one.may_be_absent),
            ] {
                for member in names {
                    let known = one.members.contains_key(member);
                    require!(
                        known,
                        "type {name}: {what} names {member}, which is no member"
                    );
                }
            }
            for (member, kind) in &one.members {
                let kind = kind.type_name();
                require!(
                    SIMPLE.contains(&kind) || self.find_type(kind).is_some(),
                    "type {name}: {member} has the type {kind}, which is not described"
                );
            }
        }
        for one in &self.types {
            self.check_end(one, &mut Vec::new());
        }
    }

    fn find_type(&self, name: &str) -> Option<&Type> {
        self.types.iter().find(|one| one.name == name)
    }

    /// Documentation and shapes list the members of members, so a type is not in itself.
    fn check_end<'a>(&'a self, one: &'a Type, inside: &mut Vec<&'a str>) {
        inside.push(&one.name);
        for kind in one
            .members
            .values()
            .filter_map(|kind| self.find_type(kind.type_name()))
        {
            if inside.contains(&kind.name.as_str()) {
                refuse(format!(
                    "type {}: it contains itself ({}, {}); give one of the members the type \"json\"",
                    kind.name,
                    inside.join(", "),
                    kind.name
                ));
            }
            self.check_end(kind, inside);
        }
        inside.pop();
    }

    /// The type of an operation's result, and the operations that its documentation names.
    pub(super) fn check_references(&self, operation: &Operation) {
        let name = &operation.name;
        if let Some(returned) = operation.returns() {
            let found = self.find_type(returned).unwrap_or_else(|| {
                refuse(format!(
                    "{name}: returns {returned}, which is no described type"
                ))
            });
            require!(
                found.service() == operation.service(),
                "{name}: returns {returned}: the names of the types of v2 begin with V2, others \
                 do not"
            );
        }
        let texts = [&operation.summary, &operation.details, &operation.result];
        for after in texts.iter().flat_map(|text| text.split("`lid_").skip(1)) {
            let named = after.split('`').next().unwrap_or_default();
            require!(
                self.operations.iter().any(|one| one.name == named),
                "{name}: its documentation names lid_{named}, which is no operation"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Description;
    use crate::mistake::caught;

    fn refusal(types: &str) -> String {
        let text = format!("values = {{}}\noperation = []\n{types}");
        caught(|| Description::read(&text))
            .err()
            .unwrap_or_default()
    }

    fn described(name: &str, members: &str) -> String {
        format!("[[type]]\nname = {name:?}\nsummary = \"\"\nmembers = {{ {members} }}\n")
    }

    #[test]
    fn a_type_does_not_contain_itself() {
        let leaf = described("Leaf", "a = \"string\"");
        let twice = described("Twice", "a = \"Leaf\", b = [\"Leaf\"]");
        assert_eq!(refusal(&format!("{leaf}{twice}")), "");
        let itself = refusal(&described("A", "a = [\"A\"]"));
        assert!(
            itself.starts_with("type A: it contains itself (A, A)"),
            "{itself}"
        );
        let [a, b] = [described("A", "b = \"B\""), described("B", "a = \"A\"")];
        let around = refusal(&format!("{a}{b}"));
        assert!(
            around.starts_with("type A: it contains itself (A, B, A)"),
            "{around}"
        );
    }

    #[test]
    fn names_of_types_and_members_are_checked() {
        for (name, members, more, expected) in [
            ("user", "a = \"string\"", "", "begins with a capital"),
            ("New_user", "a = \"string\"", "", "begins with a capital"),
            ("User", "", "", "no members"),
            (
                "User",
                "a = \"Usr\"",
                "",
                "the type Usr, which is not described",
            ),
            (
                "User",
                "a = \"string\"",
                "secret = [\"b\"]",
                "secret names b",
            ),
            (
                "User",
                "a = \"string\"",
                "may_be_absent = [\"b\"]",
                "may_be_absent names b",
            ),
        ] {
            let wrong = refusal(&format!("{}{more}\n", described(name, members)));
            assert!(wrong.contains(expected), "{name}: {wrong}");
        }
    }
}
