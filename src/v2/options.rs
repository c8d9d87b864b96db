//! The options of a registration or an authentication: one JSON object.

use std::borrow::Cow;

use serde_json::value::RawValue;
use ureq::http::HeaderValue;
use zeroize::Zeroizing;

use crate::calls::{Call, options};
use crate::codes::Code;
use crate::error::{Error, Result};
use crate::json::{self, Members, ObjectWriter};

pub(super) const DEFAULT_USERNAME_TYPE: &str = "other";

/// The argument that they are read from.
const NAME: &str = "options";

/// The options that a caller gave.
pub(super) struct Options<'a>(Members<'a>);

impl<'a> Options<'a> {
    /// Reads options, none other than the `known` ones.
    pub(super) fn read(text: Option<&'a str>, known: &[&str]) -> Result<Options<'a>> {
        let text = text.unwrap_or("{}");
        Ok(Options(options(text, NAME, known)?))
    }

    /// Adds what both calls have: the application, the device and the user, and the browser
    /// that a backend stands in for.
    pub(super) fn begin<'c>(
        &self,
        mut call: Call<'c>,
        application_id: &str,
        username: &str,
    ) -> Result<Call<'c>> {
        let mut app = ObjectWriter::new();
        app.value("id", application_id);
        let mut user = ObjectWriter::new();
        user.value("username", username);
        let username_type = self.text("username_type")?;
        let username_type = username_type
            .as_ref()
            .map_or(DEFAULT_USERNAME_TYPE, |text| text.as_str());
        user.value("usernameType", username_type);
        if let Some(display_name) = self.text("display_name")? {
            user.value("displayName", display_name.as_str());
        }
        call.user_agent = self.user_agent()?;
        Ok(call
            .object("app", app)
            .raw("deviceInfo", &self.device_info()?)
            .object("user", user))
    }

    /// A member that is true or false.
    pub(super) fn boolean(&self, name: &str) -> Result<Option<bool>> {
        match self.get(name).map(RawValue::get) {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(_) => Err(invalid(&format!("{name} must be true or false"))),
        }
    }

    fn text(&self, name: &str) -> Result<Option<Zeroizing<String>>> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        json::secret_text(value.get())
            .filter(|text| !text.is_empty())
            .map(Some)
            .ok_or_else(|| invalid(&format!("{name} must be a string, and not an empty one")))
    }

    fn device_info(&self) -> Result<Cow<'a, str>> {
        let Some(value) = self.get("device_info") else {
            return Ok("{}".into());
        };
        match json::members(value.get()) {
            Ok(_) => Ok(value.get().into()),
            Err(_) => Err(invalid(
                "device_info must be an object without duplicate members",
            )),
        }
    }

    fn user_agent(&self) -> Result<Option<HeaderValue>> {
        let Some(text) = self.text("user_agent")? else {
            return Ok(None);
        };
        let is_visible = |byte: u8| byte == b' ' || byte.is_ascii_graphic();
        let value = text.bytes().all(is_visible).then(|| text.parse().ok());
        let value = value.flatten();
        value
            .map(Some)
            .ok_or_else(|| invalid("user_agent must be visible ASCII characters"))
    }

    fn get(&self, name: &str) -> Option<&'a RawValue> {
        let mut members = self.0.iter();
        let (_, value) = members.find(|(member, _)| member == name)?;
        Some(value)
    }
}

fn invalid(why: &str) -> Error {
    Error::new(Code::InvalidOptions, format!("{NAME}: {why}"))
}
