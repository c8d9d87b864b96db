//! Refusing descriptions that say too little, or what the generated code would not do.

use std::collections::BTreeMap;

use super::{
    ANSWERS, Answer, Argument, Authorization, KINDS, Operation, SERVICES, Segment, Values,
};
use crate::mistake::require;

impl Operation {
    pub(super) fn check(&self, values: &BTreeMap<String, Values>) {
        let name = &self.name;
        let service = self.service.as_str();
        require!(
            SERVICES.contains(&service),
            "{name}: service {service} is none of {}",
            SERVICES.join(", ")
        );
        require!(
            service == "v1" || name.starts_with(self.prefix()),
            "{name}: the names of {service} begin with {}",
            self.prefix()
        );
        require!(
            service == "v1" || self.by_hand,
            "{name}: calls of {service} are by_hand"
        );
        let numbers = self.since.split('.').map(str::parse::<u32>);
        require!(
            numbers.clone().count() == 3 && numbers.flatten().count() == 3,
            "{name}: since is a version of three numbers"
        );
        require!(
            self.local != self.request.is_some(),
            "{name}: give a request, or local = true"
        );
        require!(
            self.local || !self.fetches_key,
            "{name}: fetches_key is of local operations"
        );
        if let Answer::Kind(kind) = &self.answer {
            require!(
                ANSWERS.contains(&kind.as_str()),
                "{name}: answer {kind} is none of {}",
                ANSWERS.join(", ")
            );
            require!(
                ["nothing", "no_content"].contains(&kind.as_str()) == self.returns.is_none(),
                "{name}: an answer has a type (returns), but for answer = \"nothing\" and \
                 \"no_content\""
            );
        }
        if let Some(Authorization::Other(word)) = &self.authorization {
            let known = match service {
                "v1" => ["transaction", "{ scope = \"…\" }"],
                _ => ["api_key", "{ user = \"…\" }"],
            };
            require!(
                word == known[0],
                "{name}: authorization {word:?} is neither {:?} nor {}",
                known[0],
                known[1]
            );
        }
        let is_optional = |wanted: &str| self.argument(wanted).is_some_and(|one| one.optional);
        for wanted in &self.one_of {
            require!(
                is_optional(wanted),
                "{name}: one_of names {wanted}, which is no optional argument"
            );
        }
        if let Some(wanted) = &self.jwt_required_if {
            let is_bool = self.argument(wanted).is_some_and(|one| one.kind == "bool");
            require!(
                is_bool && self.has_jwt(),
                "{name}: jwt_required_if names a bool of a call whose answer has a jwt"
            );
        }
        if let Some(group) = &self.exactly_one {
            require!(
                group.of.len() == 2
                    && group.of[0] != group.of[1]
                    && group.of.iter().all(|wanted| is_optional(wanted)),
                "{name}: exactly_one names two optional arguments"
            );
            require!(
                self.by_hand,
                "{name}: exactly_one is not supported yet, unless the operation is by_hand"
            );
        }
        require!(
            service != "v1" || !self.has_jwt() || self.arguments.iter().any(|one| one.subject),
            "{name}: the token in the answer is of a user: an argument with subject = true names it"
        );
        for argument in &self.arguments {
            let what = format!("{name}, {}", argument.name);
            let kind = argument.kind.as_str();
            require!(
                KINDS.contains(&kind),
                "{what}: type {kind} is none of {}",
                KINDS.join(", ")
            );
            require!(
                (kind == "options") != argument.members.is_empty(),
                "{what}: options have members, nothing else has"
            );
            require!(
                (kind == "json") == argument.form.is_some(),
                "{what}: a JSON object has a form, nothing else has"
            );
            let known = |name: &String| values.contains_key(name);
            let unknown = argument.values.iter().find(|name| !known(name));
            require!(
                unknown.is_none(),
                "{what}: there are no values {}",
                unknown.map_or("", |name| name)
            );
            let is_placed = argument.body.is_some() || argument.segment.is_some();
            let is_of_the_call =
                self.by_hand && (["ms", "cancel"].contains(&kind) || argument.authorizes);
            require!(
                is_placed != (self.local || is_of_the_call),
                "{what}: give its place in the request, if it has one"
            );
            require!(
                !argument.subject || argument.segment.is_none() || argument.name == "user_id",
                "{what}: another user than user_id is not supported in the path yet"
            );
            require!(
                !argument.subject || !matches!(argument.segment, Some(Segment::Coded { .. })),
                "{what}: the code of a user in the path is InvalidUserId: give segment a name only"
            );
            if !self.by_hand {
                self.check_place(argument, &what);
            }
        }
        let path = self.request().map_or("", |(_, path)| path);
        let ends = path.split('{').skip(1);
        let in_path = ends.map(|end| end.split('}').next().unwrap_or_default());
        require!(
            in_path.eq(self.arguments.iter().filter_map(Argument::segment)),
            "{name}: the arguments in the path have its order"
        );
        require!(
            self.by_hand || self.one_of.is_empty() || self.one_of == ["user_id", "username"],
            "{name}: another one_of than user_id and username is not supported yet"
        );
        for pointer in self.constants.keys() {
            let mut places = self.arguments.iter().flat_map(Argument::body);
            require!(
                !self.local && places.all(|place| place != pointer),
                "{name}: {pointer} is a member of the body that no argument has"
            );
            require!(
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
        require!(
            !argument.secret || is_plain && !argument.subject && !in_body.is_empty(),
            "{what}: a secret is a required text in the body; another one is not supported yet"
        );
        let is_one_of = self.one_of.contains(&argument.name);
        let place = if is_one_of {
            format!("/{}", argument.name)
        } else {
            "/username".to_owned()
        };
        require!(
            argument.subject || !is_one_of,
            "{what}: the token is bound to it: give subject = true"
        );
        require!(
            !argument.subject || argument.segment.is_some() || in_body == [place],
            "{what}: a user is not supported in another place of the body yet"
        );
        for pointer in in_body {
            let names: Vec<_> = pointer.split('/').skip(1).collect();
            require!(
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
    use crate::mistake::caught;

    const A: &str = r#"{ name = "a", body = "/a" }"#;

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
            "type = []\nvalues = {{}}\nform.a = {{ code = \"\", members = {{}} }}\n[[operation]]\nname = \"ask\"\ngroup = \"users\"\n\
             summary = \"Calls.\"\nresult = \"`{{}}`.\"\ntested_by = \"\"\n{members}"
        );
        let text = if members.contains("answer =") {
            text
        } else {
            format!("{text}answer = \"nothing\"\n")
        };
        caught(|| Description::read(&text))
            .err()
            .unwrap_or_default()
    }

    #[test]
    fn service_and_version_are_checked() {
        for (service, since, expected) in [
            ("v1", "0.1.0", ""),
            ("v2", "0.1.0", "ask: the names of v2 begin with v2_"),
            ("v3", "0.1.0", "ask: service v3 is none of v1, v2"),
            ("v1", "0.1", "ask: since is a version of three numbers"),
            ("v1", "0.1.x", "ask: since is a version of three numbers"),
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
            refusal(
                "/login",
                "answer = \"login\"\nreturns = \"Login\"",
                &argument,
            )
        };
        assert_eq!(
            refused(true),
            "ask: returns Login, which is no described type"
        );
        assert!(refused(false).contains("subject"));
    }

    #[test]
    fn an_answer_has_a_type_unless_it_is_nothing() {
        let refused = |members: &str| refusal("/calls", members, A);
        for members in [
            "answer = \"object\"",
            "answer = \"nothing\"\nreturns = \"Call\"",
        ] {
            let wrong = refused(members);
            assert!(wrong.contains("returns"), "{members}: {wrong}");
        }
        let unknown = refused("answer = \"object\"\nreturns = \"Call\"");
        assert_eq!(unknown, "ask: returns Call, which is no described type");
    }

    #[test]
    fn words_and_arguments_that_are_named_are_checked() {
        let arguments = r#"{ name = "username", subject = true, body = "/username" },
            { name = "activate", type = "bool", body = "/activate" }"#;
        let refused = |members: &str| refusal("/calls", members, arguments);
        assert_eq!(refused("authorization = \"transaction\""), "");
        assert_eq!(refused("authorization = { scope = \"a\" }"), "");
        assert!(refused("authorization = \"transactions\"").contains("\"transactions\""));
        assert!(refused("one_of = [\"username\"]").contains("names username"));
        for members in [
            "jwt_required_if = \"activate\"",
            "answer = \"login\"\nreturns = \"A\"\njwt_required_if = \"username\"",
            "answer = \"login\"\nreturns = \"A\"\njwt_required_if = \"activated\"",
        ] {
            let wrong = refused(members);
            assert!(wrong.contains("jwt_required_if"), "{members}: {wrong}");
        }
        let unknown = refused("details = \"As `lid_calls`.\"");
        assert!(
            unknown.contains("lid_calls, which is no operation"),
            "{unknown}"
        );
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
            r#"{ name = "code", subject = true, segment = "code" }"#,
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
        assert_eq!(refused(r#"form = "b","#), "ask: no form b");
        assert!(refused("").contains("form"));
        let of_a_text = refusal("/login", "", r#"{ name = "a", form = "a", body = "/a" }"#);
        assert!(of_a_text.contains("form"), "{of_a_text}");
    }

    #[test]
    fn a_segment_has_the_code_that_is_described() {
        let coded = r#"{ name = "user_id", segment = { at = "id", code = "InvalidUserId" } }"#;
        assert_eq!(refusal("/users/{id}", "", coded), "");
        let of_subject = coded.replace("segment", "subject = true, segment");
        let refused = refusal("/users/{id}", "", &of_subject);
        assert!(refused.contains("InvalidUserId"), "{refused}");
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
