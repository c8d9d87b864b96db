//! What a web page answers for an authenticator: the object of `PublicKeyCredential.toJSON()`
//! (WebAuthn Level 3), of which the service takes some members by names of its own.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::value::RawValue;

use crate::codes::Code;
use crate::error::{Error, Result};
use crate::json::{self, Members};

/// The longest `clientDataJSON` that is decoded. Browsers send less than 1 KiB.
const MAX_CLIENT_DATA: usize = 64 * 1024;

/// The members that the service takes, and where `toJSON()` has each of them.
pub(crate) struct Form {
    pub(crate) members: &'static [(&'static str, Source)],
    /// Members of `response` that the service takes by the same names if they are there.
    pub(crate) optional: &'static [&'static str],
    /// The code of the error if they cannot be read.
    pub(crate) code: Code,
}

/// A place in the object of `toJSON()`.
pub(crate) enum Source {
    /// The credential's id.
    Id,
    /// A member of `response`.
    Response(&'static str),
    /// The challenge in `response.clientDataJSON`.
    Challenge,
    /// A member that the page adds, by the same name, and the code of the error without it.
    Added(Code),
}

/// Why an object of `toJSON()` cannot be used. No message has a value of it.
enum Problem {
    NotAdded(&'static str, Code),
    Wrong(String),
}

type Checked<T> = std::result::Result<T, Problem>;

impl Form {
    /// The service's members, read from those of `toJSON()`. `None` if the argument has no
    /// `response`: it has the service's members already.
    pub(crate) fn read(
        &self,
        members: &Members<'_>,
        argument: &str,
    ) -> Result<Option<Vec<(&'static str, String)>>> {
        let Some(response) = find(members, "response") else {
            return Ok(None);
        };
        let read = self
            .check(members)
            .and_then(|()| self.texts(members, response));
        read.map(Some).map_err(|problem| match problem {
            Problem::NotAdded(name, code) => Error::new(
                code,
                format!(
                    "{argument} needs '{name}' beside the members of toJSON(), as the service \
                     sent it with the options"
                ),
            ),
            Problem::Wrong(why) => self.refusal(argument, &why),
        })
    }

    /// The optional members, as they were written. `read` has accepted the object.
    pub(crate) fn optional<'a>(&self, members: &Members<'a>) -> Vec<(&'static str, &'a RawValue)> {
        let response = find(members, "response").map(|response| json::members(response.get()));
        let Some(Ok(response)) = response else {
            return Vec::new();
        };
        let names = self.optional.iter();
        let found = names.filter_map(|name| Some((*name, find(&response, name)?)));
        found.filter(|(_, value)| value.get() != "null").collect()
    }

    /// The members of an object that has the service's members and no others.
    pub(crate) fn exact(
        &self,
        members: &Members<'_>,
        argument: &str,
    ) -> Result<Vec<(&'static str, String)>> {
        let names = self.names();
        let is_unknown = |name: &str| !names.contains(&name);
        if let Some((name, _)) = members.iter().find(|(name, _)| is_unknown(name)) {
            let name = json::shown_name(name);
            return Err(self.refusal(argument, &format!("has an unknown member {name}")));
        }
        let text = |name: &&'static str| {
            let text = json::text_member(members, name);
            let missing = || self.refusal(argument, &format!("needs a string '{name}'"));
            Ok((*name, text.ok_or_else(missing)?))
        };
        names.iter().map(text).collect()
    }

    /// The error for an object in neither form.
    pub(crate) fn refusal(&self, argument: &str, why: &str) -> Error {
        let names = self.names().join(", ");
        Error::new(
            self.code,
            format!(
                "{argument} {why}; give what PublicKeyCredential.toJSON() returned, or an object \
                 with {names} and no 'response'"
            ),
        )
    }

    /// The names of the service's members.
    pub(crate) fn names(&self) -> Vec<&'static str> {
        self.members.iter().map(|(name, _)| *name).collect()
    }

    /// Refuses an object without what the page adds, one that has members of both forms, and
    /// one whose members contradict each other.
    fn check(&self, members: &Members<'_>) -> Checked<()> {
        for (name, source) in self.members {
            let value = find(members, name).map(RawValue::get);
            match source {
                Source::Added(code) if matches!(value, None | Some("null" | "\"\"")) => {
                    return Err(Problem::NotAdded(name, *code));
                }
                Source::Added(_) => {}
                _ if value.is_some() => {
                    return Err(Problem::Wrong(format!("has both 'response' and '{name}'")));
                }
                _ => {}
            }
        }
        let text = |name| json::text_member(members, name);
        let has = |name| find(members, name).is_some();
        if has("type") && text("type").as_deref() != Some("public-key") {
            return Err(Problem::Wrong("has a 'type' other than public-key".into()));
        }
        if has("rawId") && text("rawId") != text("id") {
            return Err(Problem::Wrong("has an 'id' that is not its 'rawId'".into()));
        }
        Ok(())
    }

    fn texts(
        &self,
        members: &Members<'_>,
        response: &RawValue,
    ) -> Checked<Vec<(&'static str, String)>> {
        let response = json::members(response.get()).map_err(|_| {
            Problem::Wrong("has a 'response' that is not an object, or has a member twice".into())
        })?;
        let texts = self.members.iter().map(|(name, source)| {
            let text = match source {
                Source::Id => required(members, "", "id")?,
                Source::Added(_) => required(members, "", name)?,
                Source::Response(name) => required(&response, "response.", name)?,
                Source::Challenge => {
                    let client_data = required(&response, "response.", "clientDataJSON")?;
                    challenge(&client_data).map_err(|why| {
                        Problem::Wrong(format!("has a 'response.clientDataJSON' that {why}"))
                    })?
                }
            };
            Ok((*name, text))
        });
        texts.collect()
    }
}

fn find<'a>(members: &Members<'a>, name: &str) -> Option<&'a RawValue> {
    let mut members = members.iter();
    let (_, value) = members.find(|(member, _)| member == name)?;
    Some(value)
}

fn required(members: &Members<'_>, object: &str, name: &str) -> Checked<String> {
    json::text_member(members, name)
        .filter(|text| !text.is_empty())
        .ok_or_else(|| Problem::Wrong(format!("needs a text '{object}{name}'")))
}

/// The challenge in client data (base64url of JSON), or what is wrong with them.
fn challenge(client_data: &str) -> std::result::Result<String, &'static str> {
    if client_data.len() > MAX_CLIENT_DATA {
        return Err("is longer than 64 KiB");
    }
    let json = URL_SAFE_NO_PAD
        .decode(client_data)
        .map_err(|_| "is not base64url without padding")?;
    let json = String::from_utf8(json).map_err(|_| "is not UTF-8")?;
    let [challenge] = json::select_members(&json, ["challenge"])
        .map_err(|_| "is not one JSON object with one challenge")?;
    challenge
        .and_then(|literal| json::string_prefix(literal.get()))
        .filter(|challenge| !challenge.is_empty())
        .ok_or("has no text 'challenge'")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    static FORM: Form = Form {
        members: &[
            ("uuid", Source::Added(Code::CredentialUuidRequired)),
            ("challenge", Source::Challenge),
            ("key", Source::Id),
            ("client_data", Source::Response("clientDataJSON")),
            ("signed", Source::Response("signature")),
        ],
        optional: &["userHandle", "transports"],
        code: Code::InvalidAssertionPayload,
    };

    #[test]
    fn optional_members_are_passed_on_as_they_are() {
        let optional = |object: &Value| {
            let text = object.to_string();
            let members = json::members(&text).expect("an object");
            let found = FORM.optional(&members).into_iter();
            found
                .map(|(name, value)| format!("{name}={value}"))
                .collect::<Vec<_>>()
        };
        assert_eq!(optional(&good()), [""; 0]);
        let object = with("/response/transports", Some(json!(["usb", "nfc"])));
        assert_eq!(optional(&object), [r#"transports=["usb","nfc"]"#]);
        assert_eq!(optional(&json!({"transports": []})), [""; 0]);
    }

    fn encoded(client_data: impl AsRef<[u8]>) -> String {
        URL_SAFE_NO_PAD.encode(client_data)
    }

    fn good() -> Value {
        let client_data =
            r#"{"type":"webauthn.get","challenge":"Y2g","origin":"https://a.example"}"#;
        json!({
            "id": "aWQ", "rawId": "aWQ", "type": "public-key",
            "response": {
                "clientDataJSON": encoded(client_data),
                "authenticatorData": "ZGF0YQ", "signature": "c2ln", "userHandle": null,
            },
            "authenticatorAttachment": null, "clientExtensionResults": {}, "uuid": "u-1",
        })
    }

    fn read(object: &Value) -> Result<Option<Vec<(&'static str, String)>>> {
        let text = object.to_string();
        let members = json::members(&text).expect("an object");
        FORM.read(&members, "answer_json")
    }

    /// The code and the message of the refusal, in which nothing of the object's values is.
    #[track_caller]
    fn refusal(object: &Value) -> (String, String) {
        let error = read(object).expect_err("a refusal");
        let message = error.message().to_owned();
        for value in ["aWQ", "ZGF0YQ", "c2ln", "u-1", "Y2g", "CANARY", "Q0FOQVJZ"] {
            assert!(!message.contains(value), "{message}");
        }
        assert!(message.starts_with("answer_json "), "{message}");
        (error.code().to_owned(), message)
    }

    /// The good object with another value at a pointer, or without it.
    fn with(pointer: &str, value: Option<Value>) -> Value {
        let mut object = good();
        let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
        let parent = object.pointer_mut(parent).expect("an object");
        let members = parent.as_object_mut().expect("an object");
        match value {
            Some(value) => members.insert(name.to_owned(), value),
            None => members.remove(name),
        };
        object
    }

    fn with_client_data(client_data: impl AsRef<[u8]>) -> Value {
        let client_data = encoded(client_data).into();
        with("/response/clientDataJSON", Some(client_data))
    }

    #[test]
    fn the_services_members_are_read_from_tojson() {
        let client_data = text(&good(), "/response/clientDataJSON");
        let expected = [
            ("uuid", "u-1"),
            ("challenge", "Y2g"),
            ("key", "aWQ"),
            ("client_data", client_data.as_str()),
            ("signed", "c2ln"),
        ];
        let expected = expected.map(|(name, text)| (name, text.to_owned()));
        assert_eq!(read(&good()).unwrap().unwrap(), expected);
        // What the service does not take may be absent, or anything.
        for object in [
            with("/rawId", None),
            with("/type", None),
            with("/clientExtensionResults", None),
            with("/authenticatorAttachment", Some(7.into())),
            with("/response/userHandle", Some("dQ".into())),
            with("/response/publicKeyAlgorithm", Some((-7).into())),
            with("/response/transports", Some(json!(["internal"]))),
            with("/unknown", Some(json!({"signature": 1}))),
        ] {
            assert_eq!(read(&object).unwrap().unwrap(), expected, "{object}");
        }
    }

    fn text(object: &Value, pointer: &str) -> String {
        object
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap()
            .to_owned()
    }

    #[test]
    fn an_object_without_a_response_has_the_services_members() {
        for object in [
            json!({}),
            json!({"challenge": "Y2g", "key": 1}),
            with("/response", None),
        ] {
            assert!(read(&object).unwrap().is_none(), "{object}");
        }
    }

    #[test]
    fn each_member_that_the_service_takes_is_a_text() {
        let pointers = [
            ("/id", "'id'"),
            ("/response/clientDataJSON", "'response.clientDataJSON'"),
            ("/response/signature", "'response.signature'"),
        ];
        for (pointer, name) in pointers {
            let wrong = [None, Some("".into()), Some(Value::Null), Some(7.into())];
            let others = [Some(json!(["CANARY"])), Some(json!({"CANARY": 1}))];
            for value in wrong.into_iter().chain(others) {
                let mut object = with(pointer, value);
                object["rawId"] = object["id"].clone();
                let (code, message) = refusal(&object);
                assert_eq!(code, "invalid_assertion_payload");
                assert!(
                    message.contains(&format!("needs a text {name}")),
                    "{message}"
                );
            }
        }
        for response in [json!("CANARY"), json!(["CANARY"]), Value::Null, json!(1)] {
            let (code, message) = refusal(&with("/response", Some(response)));
            assert_eq!(code, "invalid_assertion_payload");
            assert!(
                message.contains("'response' that is not an object"),
                "{message}"
            );
        }
    }

    #[test]
    fn what_the_page_adds_has_its_own_code() {
        for value in [None, Some(Value::Null), Some("".into())] {
            let (code, message) = refusal(&with("/uuid", value));
            assert_eq!(code, "credential_uuid_required");
            assert!(message.contains("'uuid'"), "{message}");
        }
        let (code, _) = refusal(&with("/uuid", Some(json!(["CANARY"]))));
        assert_eq!(code, "invalid_assertion_payload");
    }

    #[test]
    fn contradictory_members_are_refused() {
        for (pointer, value, expected) in [
            (
                "/challenge",
                json!("Y2g"),
                "both 'response' and 'challenge'",
            ),
            ("/key", json!("CANARY"), "both 'response' and 'key'"),
            ("/signed", Value::Null, "both 'response' and 'signed'"),
            ("/rawId", json!("CANARY"), "not its 'rawId'"),
            ("/rawId", json!(1), "not its 'rawId'"),
            ("/type", json!("CANARY"), "'type'"),
            ("/type", json!(1), "'type'"),
        ] {
            let (code, message) = refusal(&with(pointer, Some(value)));
            assert_eq!(code, "invalid_assertion_payload");
            assert!(message.contains(expected), "{message}");
        }
        let twice = r#"{"uuid":"u","id":"aWQ","response":{"signature":"c2ln","signature":"c2ln"}}"#;
        let members = json::members(twice).unwrap();
        let refused = FORM.read(&members, "answer_json").unwrap_err();
        assert!(refused.message().contains("twice"), "{refused}");
    }

    #[test]
    fn client_data_without_a_challenge_are_refused() {
        for (client_data, expected) in [
            ("CANARY", "one JSON object"),
            ("[]", "one JSON object"),
            (r#""CANARY""#, "one JSON object"),
            (r#"{"challenge":"CANARY"}x"#, "one JSON object"),
            (
                r#"{"challenge":"CANARY","\u0063hallenge":"CANARY"}"#,
                "one JSON object",
            ),
            ("{}", "no text 'challenge'"),
            (r#"{"challenge":null}"#, "no text 'challenge'"),
            (r#"{"challenge":""}"#, "no text 'challenge'"),
            (r#"{"challenge":["CANARY"]}"#, "no text 'challenge'"),
            (r#"{"challenge":"\ud800CANARY"}"#, "no text 'challenge'"),
        ] {
            let (code, message) = refusal(&with_client_data(client_data));
            assert_eq!(code, "invalid_assertion_payload");
            assert!(message.contains(expected), "{client_data}: {message}");
        }
        let (_, message) = refusal(&with_client_data(b"{\"challenge\":\"\xff\"}"));
        assert!(message.contains("not UTF-8"), "{message}");
        let escaped = with_client_data(r#"{"\u0063hallenge":"Y\u0032g"}"#);
        assert_eq!(
            read(&escaped).unwrap().unwrap()[1],
            ("challenge", "Y2g".to_owned())
        );
    }

    #[test]
    fn client_data_are_base64url_without_padding_and_bounded() {
        let good = text(&good(), "/response/clientDataJSON");
        for wrong in [
            format!("{good}="),
            format!("{good}=="),
            format!(" {good}"),
            format!("{good}\n"),
            good.replacen('e', "+", 1),
            good.replacen('e', "/", 1),
            good.replacen('e', "é", 1),
            "Q0FOQVJZ*".to_owned(),
            r#"{"challenge":"CANARY"}"#.to_owned(),
        ] {
            let (_, message) = refusal(&with("/response/clientDataJSON", Some(wrong.into())));
            assert!(
                message.contains("not base64url without padding"),
                "{message}"
            );
        }
        let padded = |size: usize| {
            let rest = size / 4 * 3 - r#"{"challenge":"Y2g"}"#.len();
            with_client_data(format!("{{\"challenge\":\"Y2g\"{}}}", " ".repeat(rest)))
        };
        assert!(read(&padded(MAX_CLIENT_DATA)).is_ok());
        let (_, message) = refusal(&padded(MAX_CLIENT_DATA + 4));
        assert!(message.contains("longer than 64 KiB"), "{message}");
        let nested = format!(
            r#"{{"challenge":"Y2g","a":{}1{}}}"#,
            "[".repeat(9000),
            "]".repeat(9000)
        );
        let (_, message) = refusal(&with_client_data(nested));
        assert!(message.contains("one JSON object"), "{message}");
    }

    proptest! {
        #[test]
        fn any_challenge_is_read_as_it_was_written(text in ".{1,200}", other in ".{0,200}") {
            let client_data = json!({"type": other, "challenge": text, "origin": other});
            let read = challenge(&encoded(client_data.to_string()));
            prop_assert_eq!(read, Ok(text));
        }

        #[test]
        fn any_client_data_can_be_read(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = challenge(&encoded(&bytes));
            let _ = challenge(&String::from_utf8_lossy(&bytes));
        }
    }
}
