//! One-time codes. Each is for a user, a type and a purpose, and is used once.

use std::collections::HashMap;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tokio::sync::Notify;
use tokio::sync::futures::OwnedNotified;

use super::clock::Millis;
use crate::encoding::{base64url, random, random_below};
use crate::error::ServiceError;
use crate::words::phrase;

const SHORT_LIFE: Millis = 3 * 60 * 1000;
const LONG_LIFE: Millis = 24 * 60 * 60 * 1000;
/// Used and expired codes are kept for precise errors, up to about this many for a user.
const KEEP: usize = 256;

/// The form of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CodeType {
    Short,
    Long,
    Phrase,
}

impl FromStr for CodeType {
    type Err = ServiceError;

    fn from_str(text: &str) -> Result<Self, ServiceError> {
        match text {
            "short" => Ok(Self::Short),
            "long" => Ok(Self::Long),
            "phrase" => Ok(Self::Phrase),
            _ => Err(ServiceError::bad_request(
                "the code type must be short, long or phrase",
            )),
        }
    }
}

impl CodeType {
    fn life(self) -> Millis {
        match self {
            Self::Short => SHORT_LIFE,
            Self::Long | Self::Phrase => LONG_LIFE,
        }
    }

    fn generate(self) -> String {
        match self {
            Self::Short => format!("{:06}", random_below(1_000_000)),
            Self::Long => base64url(random::<24>()),
            Self::Phrase => phrase(5),
        }
    }
}

/// What a code can be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    TemporaryAuthentication,
    AddCredential,
}

impl FromStr for Purpose {
    type Err = ServiceError;

    fn from_str(text: &str) -> Result<Self, ServiceError> {
        match text {
            "temporary_authentication" => Ok(Self::TemporaryAuthentication),
            "add_credential" => Ok(Self::AddCredential),
            _ => Err(ServiceError::bad_request(
                "the purpose must be temporary_authentication or add_credential",
            )),
        }
    }
}

/// A one-time code.
#[derive(Clone)]
pub struct Code {
    pub expires: Millis,
    pub authorized: bool,
    pub used: bool,
    /// Notified when the code is authorized, used or invalidated.
    changed: Arc<Notify>,
}

/// The result of using a code.
pub enum CodeUse {
    Done,
    /// The code is not authorized yet. `changed` reports every change from now on.
    Pending {
        changed: OwnedNotified,
        expires: Millis,
    },
}

/// What identifies a code of a user.
#[derive(PartialEq, Eq, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodeKey {
    #[serde(rename = "type")]
    pub kind: CodeType,
    pub purpose: Purpose,
    #[serde(rename = "code")]
    pub value: String,
}

/// The codes of one user.
#[derive(Default)]
pub struct Codes {
    codes: HashMap<CodeKey, Code>,
}

impl Codes {
    /// Creates a code.
    pub fn generate(
        &mut self,
        kind: CodeType,
        purpose: Purpose,
        authorized: bool,
        now: Millis,
    ) -> (String, Code) {
        if self.codes.len() >= KEEP {
            self.codes
                .retain(|_, code| !code.used && now < code.expires);
        }
        let code = Code {
            expires: now + kind.life(),
            authorized,
            used: false,
            changed: Arc::default(),
        };
        loop {
            let value = kind.generate();
            let key = CodeKey {
                kind,
                purpose,
                value: value.clone(),
            };
            if self.usable(&key, now).is_err() {
                self.codes.insert(key, code.clone());
                return (value, code);
            }
        }
    }

    /// The code, if it can be used: unknown, used, invalidated and expired codes are refused.
    fn usable(&mut self, key: &CodeKey, now: Millis) -> Result<&mut Code, ServiceError> {
        let code = self.codes.get_mut(key).filter(|code| !code.used);
        let code = code.ok_or_else(|| {
            ServiceError::refused(
                "invalid_verification_code",
                "The code is wrong or was already used",
            )
        })?;
        if now >= code.expires {
            return Err(ServiceError::refused(
                "verification_code_expired",
                "The code has expired",
            ));
        }
        Ok(code)
    }

    /// Authorizes a code. Repeating it changes nothing.
    pub fn authorize(&mut self, key: &CodeKey, now: Millis) -> Result<Code, ServiceError> {
        let code = self.usable(key, now)?;
        code.authorized = true;
        code.changed.notify_waiters();
        Ok(code.clone())
    }

    /// Lets a code expire now.
    pub fn expire(&mut self, key: &CodeKey, now: Millis) -> Result<Code, ServiceError> {
        let code = self.usable(key, now)?;
        code.expires = now;
        code.changed.notify_waiters();
        Ok(code.clone())
    }

    /// All codes that are still known.
    pub fn iter(&self) -> impl Iterator<Item = (&CodeKey, &Code)> {
        self.codes.iter()
    }

    /// Consumes a code, if it is authorized.
    pub fn consume(&mut self, key: &CodeKey, now: Millis) -> Result<CodeUse, ServiceError> {
        let code = self.usable(key, now)?;
        if !code.authorized {
            let changed = Arc::clone(&code.changed).notified_owned();
            return Ok(CodeUse::Pending {
                changed,
                expires: code.expires,
            });
        }
        code.used = true;
        code.changed.notify_waiters();
        Ok(CodeUse::Done)
    }

    /// Removes every code of this type and purpose.
    pub fn invalidate_all(&mut self, kind: CodeType, purpose: Purpose) {
        for (_, code) in self
            .codes
            .extract_if(|key, _| key.kind == kind && key.purpose == purpose)
        {
            code.changed.notify_waiters();
        }
    }

    /// Wakes all waits for a code, which then check it again.
    pub fn wake_all(&self) {
        self.codes
            .values()
            .for_each(|code| code.changed.notify_waiters());
    }
}
