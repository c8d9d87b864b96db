//! Refusing descriptions that say too little, or what the generated code would not do.

use std::collections::BTreeMap;

use super::{ANSWERS, Answer, Argument, KINDS, Operation, SERVICES, Values};

impl Operation {
    pub(super) fn check(&self, values: &BTreeMap<String, Values>) {
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
            assert!(
                (kind == "json") == argument.form.is_some(),
                "{what}: a JSON object has a form, nothing else has"
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
        let path = self.request().map_or("", |(_, path)| path);
        let ends = path.split('{').skip(1);
        let in_path = ends.map(|end| end.split('}').next().unwrap_or_default());
        assert!(
            in_path.eq(self.arguments.iter().filter_map(Argument::segment)),
            "{name}: the arguments in the path have its order"
        );
        assert!(
            self.by_hand || self.one_of.is_empty() || self.one_of == ["user_id", "username"],
            "{name}: another one_of than user_id and username is not supported yet"
        );
        for pointer in self.constants.keys() {
            let mut places = self.arguments.iter().flat_map(Argument::body);
            assert!(
                !self.local && places.all(|place| place != pointer),
                "{name}: {pointer} is a member of the body that no argument has"
            );
            assert!(
                pointer.starts_with('/') && pointer.matches('/').count() == 1,
                "{name}: {pointer} is not supported yet"
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
}

#[cfg(test)]
mod tests {
    use super::super::Description;

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
            "type = []\nvalues = {{}}\nform.a = {{ code = \"\", members = {{}} }}\n[[operation]]\nname = \"call\"\ngroup = \"users\"\n\
             summary = \"Calls.\"\nresult = \"\"\ntested_by = \"\"\n{members}"
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
                "service = {service:?}\nsince = {since:?}\nrequest = \"POST /users\"\n\
                 arguments = [{{ name = \"a\", body = \"/a\" }}]\n"
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
        let head = "service = \"v1\"\nsince = \"0.1.0\"\narguments = [{ name = \"a\" }]\n\
            fetches_key = true\n";
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
            r#"{ name = "a", secret = true, type = "json", form = "a", body = "/a" }"#,
            r#"{ name = "a", secret = true, optional = true, body = "/a" }"#,
            r#"{ name = "a", subject = true, body = "/user/name" }"#,
            r#"{ name = "a", subject = true, body = "/name" }"#,
            r#"{ name = "a", body = "/a/b/c" }"#,
            r#"{ name = "a", type = "json", form = "a", body = "/a/b" }"#,
        ] {
            let refused = refusal("/users/{code}", "", arguments);
            assert!(refused.contains("supported"), "{arguments}: {refused}");
        }
    }

    #[test]
    fn a_json_object_has_a_form_that_is_described() {
        let refused = |form: &str| {
            let argument = format!(r#"{{ name = "a", type = "json", {form} body = "/a" }}"#);
            refusal("/login", "", &argument)
        };
        assert_eq!(refused(r#"form = "a","#), "");
        assert_eq!(refused(r#"form = "b","#), "call: no form b");
        assert!(refused("").contains("form"));
        let of_a_text = refusal("/login", "", r#"{ name = "a", form = "a", body = "/a" }"#);
        assert!(of_a_text.contains("form"), "{of_a_text}");
    }

    #[test]
    fn arguments_of_a_method_by_hand_have_the_order_of_the_path_too() {
        let arguments = r#"{ name = "b", segment = "b" }, { name = "a", segment = "a" }"#;
        assert_eq!(refusal("/{b}/{a}", "by_hand = true", arguments), "");
        let swapped = refusal("/{a}/{b}", "by_hand = true", arguments);
        assert!(swapped.contains("order"), "{swapped}");
    }

    #[test]
    fn a_constant_is_a_member_of_the_body_that_no_argument_has() {
        let refused = |pointer: &str| {
            let constants = format!("constants = {{ {pointer:?} = \"text\" }}");
            refusal("/tx", &constants, r#"{ name = "a", body = "/a" }"#)
        };
        assert_eq!(refused("/tx_type"), "");
        assert!(refused("/a").contains("no argument has"));
        for pointer in ["tx_type", "/tx/type"] {
            let wrong = refused(pointer);
            assert!(wrong.contains("supported"), "{pointer}: {wrong}");
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
