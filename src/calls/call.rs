//! A builder for one call: its operation, path, body, and the user in its token.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use ureq::http::HeaderValue;
use zeroize::Zeroizing;

use super::arguments;
use crate::codes::Code;
use crate::error::{Error, Result};
use crate::json::ObjectWriter;
use crate::operation::Operation;
use crate::token::Subject;
use crate::webauthn::Form;

/// In a path segment, all characters except the unreserved ones of RFC 3986 are encoded.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Encodes a value as one path segment or one query value.
pub(crate) fn encode(value: &str) -> String {
    utf8_percent_encode(value, SEGMENT).to_string()
}

pub(crate) struct Call<'a> {
    pub(crate) operation: &'static Operation,
    pub(crate) path: Cow<'static, str>,
    pub(crate) subject: Subject<'a>,
    /// The payload whose hash is in the transaction token.
    pub(crate) tx_payload: &'a str,
    /// Called before each retry that the configuration allows.
    pub(crate) may_retry: Option<&'a dyn Fn() -> bool>,
    /// Requires a `jwt` in the answer, for an operation where it is optional.
    pub(crate) jwt_required: bool,
    /// A token that the caller gave to authorize the call.
    pub(crate) token: Option<&'a str>,
    /// The client's key, if the service was given it for this call or for its grant. No message
    /// or log may contain it.
    pub(super) api_key: Option<&'a str>,
    /// Sent in place of the client's own `User-Agent`.
    pub(crate) user_agent: Option<HeaderValue>,
    body: Option<ObjectWriter>,
    /// Texts of the call that must not appear in any message or log.
    pub(super) secrets: Vec<Zeroizing<String>>,
}

impl<'a> Call<'a> {
    pub(crate) fn new(operation: &'static Operation) -> Call<'a> {
        let mut call = Call {
            operation,
            path: Cow::Borrowed(operation.path),
            subject: Subject::default(),
            tx_payload: "",
            may_retry: None,
            jwt_required: false,
            token: None,
            api_key: None,
            user_agent: None,
            body: None,
            secrets: Vec::new(),
        };
        for (name, value) in operation.constants {
            call.body().value(name, value);
        }
        call
    }

    /// Replaces the path's next `{…}` with the argument of this name, as one encoded segment.
    /// `code` is of the error for a value that no segment can be.
    pub(crate) fn segment(mut self, name: &str, value: &str, code: Code) -> Result<Call<'a>> {
        if value == "." || value == ".." {
            return Err(Error::new(code, format!("{name} must not be '.' or '..'")));
        }
        if let (Some(start), Some(end)) = (self.path.find('{'), self.path.find('}')) {
            self.path
                .to_mut()
                .replace_range(start..=end, &encode(value));
        }
        Ok(self)
    }

    fn body(&mut self) -> &mut ObjectWriter {
        self.body.get_or_insert_with(ObjectWriter::new)
    }

    pub(crate) fn text(mut self, name: &str, value: &str) -> Call<'a> {
        self.body().value(name, value);
        self
    }

    pub(crate) fn optional_text(self, name: &str, value: Option<&str>) -> Call<'a> {
        match value {
            Some(value) => self.text(name, value),
            None => self,
        }
    }

    /// A text that must not appear in any message or log, even if the service repeats it in
    /// its answer.
    pub(crate) fn secret(self, name: &str, value: &str) -> Call<'a> {
        self.hide(value).text(name, value)
    }

    /// An array of texts.
    pub(crate) fn texts<'t>(
        mut self,
        name: &str,
        values: impl Iterator<Item = &'t str>,
    ) -> Call<'a> {
        self.body().value(name, values.collect::<Vec<_>>());
        self
    }

    pub(crate) fn boolean(mut self, name: &str, value: bool) -> Call<'a> {
        self.body().value(name, value);
        self
    }

    pub(crate) fn object(mut self, name: &str, object: ObjectWriter) -> Call<'a> {
        self.body().raw(name, &Zeroizing::new(object.finish()));
        self
    }

    /// A value that is JSON already.
    pub(crate) fn raw(mut self, name: &str, json: &str) -> Call<'a> {
        self.body().raw(name, json);
        self
    }

    /// Adds an object with one member, if there is a value for it.
    pub(crate) fn optional_in(self, object: &str, name: &str, value: Option<&str>) -> Call<'a> {
        let Some(value) = value else { return self };
        let mut writer = ObjectWriter::new();
        writer.value(name, value);
        self.object(object, writer)
    }

    /// Adds what a web page answered, in the service's form.
    pub(crate) fn page_answer(self, name: &str, json: &str, form: &Form) -> Result<Call<'a>> {
        self.page_answer_as(name, name, json, form)
    }

    /// The same if the member has another name than the argument.
    pub(crate) fn page_answer_as(
        self,
        name: &str,
        argument: &str,
        json: &str,
        form: &Form,
    ) -> Result<Call<'a>> {
        let members = arguments::object(json, argument)?;
        let Some(texts) = form.read(&members, argument)? else {
            return Ok(self.raw(name, json));
        };
        let mut writer = ObjectWriter::new();
        for (name, text) in texts {
            writer.value(name, text);
        }
        for (name, value) in form.optional(&members) {
            writer.raw(name, value.get());
        }
        Ok(self.object(name, writer))
    }

    /// Adds the members of what a web page answered beside the others of the body. The page's
    /// object must have these members and no others.
    pub(crate) fn page_members(mut self, name: &str, json: &str, form: &Form) -> Result<Call<'a>> {
        let members = arguments::object(json, name)?;
        let texts = match form.read(&members, name)? {
            Some(texts) => texts,
            None => form.exact(&members, name)?,
        };
        for (name, text) in texts {
            self = self.text(name, &text);
        }
        Ok(self)
    }

    /// Adds options, a JSON object with no other members than these. An empty one is not sent.
    pub(crate) fn options(
        self,
        name: &str,
        options: Option<&str>,
        known: &[&str],
    ) -> Result<Call<'a>> {
        let Some(options) = options else {
            return Ok(self);
        };
        let members = arguments::options(options, name, known)?;
        if members.is_empty() {
            return Ok(self);
        }
        Ok(self.raw(name, options))
    }

    /// Names a secret, which must not appear in any message or log, even if the service repeats
    /// it in its answer.
    pub(crate) fn hide(mut self, secret: &str) -> Call<'a> {
        self.secrets.push(Zeroizing::new(secret.to_owned()));
        self
    }

    pub(crate) fn with_api_key(mut self, api_key: Option<&'a str>) -> Call<'a> {
        self.api_key = api_key;
        self
    }

    /// Sets whether a `jwt` is required in the answer, for an operation where it is optional.
    pub(crate) fn jwt_required(mut self, is_required: bool) -> Call<'a> {
        self.jwt_required = is_required;
        self
    }

    /// Names the user in the body and in the token.
    pub(crate) fn username(mut self, username: &'a str) -> Call<'a> {
        self.subject.username = Some(username);
        self.text("username", username)
    }

    /// Names the user by id, by name or by both, as the caller gave them.
    pub(crate) fn user(
        mut self,
        user_id: Option<&'a str>,
        username: Option<&'a str>,
    ) -> Result<Call<'a>> {
        if user_id.is_none() && username.is_none() {
            return Err(Error::new(
                Code::UserRequired,
                "the call needs a user: give user_id or username",
            ));
        }
        self.subject = Subject { username, user_id };
        Ok(self
            .optional_text("user_id", user_id)
            .optional_text("username", username))
    }

    /// Names the user in the path and in the token.
    pub(crate) fn for_user_id(mut self, user_id: &'a str) -> Result<Call<'a>> {
        self.subject.user_id = Some(user_id);
        self.segment("user_id", user_id, Code::InvalidUserId)
    }

    /// The finished body.
    pub(super) fn take_body(&mut self) -> Option<Zeroizing<String>> {
        let body = self.body.take()?;
        Some(Zeroizing::new(body.finish()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::{Answer, Authorization, Method};

    static ACTIVATE: Operation = Operation {
        name: "activate",
        method: Method::Put,
        path: "/manage/users/{user_id}/activate",
        constants: &[],
        authorization: Authorization::None,
        key_required: false,
        safe: false,
        one_time_code: false,
        answer: Answer::Object,
    };

    #[test]
    fn a_user_id_stays_one_segment() {
        for (user_id, path) in [
            ("a/../b?c#d", "/manage/users/a%2F..%2Fb%3Fc%23d/activate"),
            ("../x", "/manage/users/..%2Fx/activate"),
            ("%2e%2e", "/manage/users/%252e%252e/activate"),
            ("{user_id}é", "/manage/users/%7Buser_id%7D%C3%A9/activate"),
        ] {
            let call = Call::new(&ACTIVATE).for_user_id(user_id).unwrap();
            assert_eq!(call.path, path);
        }
        for user_id in [".", ".."] {
            let refused = Call::new(&ACTIVATE).for_user_id(user_id).err().unwrap();
            assert_eq!(refused.code(), "invalid_user_id");
            assert_eq!(refused.message(), "user_id must not be '.' or '..'");
        }
    }

    #[test]
    fn a_bad_segment_has_the_code_of_its_argument() {
        for (name, code, text) in [
            ("user_id", Code::InvalidUserId, "invalid_user_id"),
            ("group", Code::InvalidPathSegment, "invalid_path_segment"),
        ] {
            let refused = Call::new(&ACTIVATE).segment(name, "..", code);
            let refused = refused.err().unwrap();
            assert_eq!(refused.code(), text);
            assert_eq!(refused.message(), format!("{name} must not be '.' or '..'"));
        }
    }
}
