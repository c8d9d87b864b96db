//! One-time codes: made for a user, a type and a purpose; authorized once; used once.

use std::collections::HashMap;
use std::str::FromStr;
use std::sync::Arc;

use tokio::sync::Notify;
use tokio::sync::futures::OwnedNotified;

use super::clock::Millis;
use crate::encoding::{base64url, random, random_below};
use crate::error::ServiceError;
use crate::words::phrase;

const SHORT_LIFE: Millis = 3 * 60 * 1000;
const LONG_LIFE: Millis = 24 * 60 * 60 * 1000;
/// Finished codes are kept to answer precisely, up to about this many for a user.
const KEEP: usize = 256;

/// How a code is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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

    fn draw(self) -> String {
        match self {
            Self::Short => format!("{:06}", random_below(1_000_000)),
            Self::Long => base64url(random::<24>()),
            Self::Phrase => phrase(5),
        }
    }
}

/// What a code is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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

/// A code that was made.
#[derive(Clone)]
pub struct Code {
    pub expires: Millis,
    pub authorized: bool,
    used: bool,
    /// Woken whenever the code is authorized, used or invalidated.
    changed: Arc<Notify>,
}

/// What became of using a code.
pub enum Use {
    Done,
    /// The code waits for its authorization. `changed` misses nothing that happens from now on.
    Pending {
        changed: OwnedNotified,
        expires: Millis,
    },
}

#[derive(PartialEq, Eq, Hash)]
struct Key {
    kind: CodeType,
    purpose: Purpose,
    value: String,
}

/// The codes of one user.
#[derive(Default)]
pub struct Codes {
    codes: HashMap<Key, Code>,
}

impl Codes {
    /// Makes a new code.
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
            let value = kind.draw();
            let key = Key {
                kind,
                purpose,
                value: value.clone(),
            };
            if self
                .codes
                .get(&key)
                .is_some_and(|old| !old.used && now < old.expires)
            {
                continue;
            }
            self.codes.insert(key, code.clone());
            return (value, code);
        }
    }

    /// The code, if it can still be used: an unknown, used, invalidated or expired one is refused.
    fn live(
        &mut self,
        kind: CodeType,
        purpose: Purpose,
        value: &str,
        now: Millis,
    ) -> Result<&mut Code, ServiceError> {
        let key = Key {
            kind,
            purpose,
            value: value.to_owned(),
        };
        let code = self.codes.get_mut(&key).filter(|code| !code.used);
        let code = code.ok_or_else(|| {
            ServiceError::refused("invalid_code", "The code is wrong or was already used")
        })?;
        if now >= code.expires {
            return Err(ServiceError::refused(
                "code_expired",
                "The code has expired",
            ));
        }
        Ok(code)
    }

    /// Makes a code usable. Doing so again changes nothing.
    pub fn authorize(
        &mut self,
        kind: CodeType,
        purpose: Purpose,
        value: &str,
        now: Millis,
    ) -> Result<Code, ServiceError> {
        let code = self.live(kind, purpose, value, now)?;
        code.authorized = true;
        code.changed.notify_waiters();
        Ok(code.clone())
    }

    /// Uses a code up, if it is authorized.
    pub fn consume(
        &mut self,
        kind: CodeType,
        purpose: Purpose,
        value: &str,
        now: Millis,
    ) -> Result<Use, ServiceError> {
        let code = self.live(kind, purpose, value, now)?;
        if !code.authorized {
            let changed = Arc::clone(&code.changed).notified_owned();
            return Ok(Use::Pending {
                changed,
                expires: code.expires,
            });
        }
        code.used = true;
        code.changed.notify_waiters();
        Ok(Use::Done)
    }

    /// Forgets every code of this type and purpose.
    pub fn invalidate_all(&mut self, kind: CodeType, purpose: Purpose) {
        for (_, code) in self
            .codes
            .extract_if(|key, _| key.kind == kind && key.purpose == purpose)
        {
            code.changed.notify_waiters();
        }
    }

    /// Makes all who wait for a code look again.
    pub fn wake_all(&self) {
        self.codes
            .values()
            .for_each(|code| code.changed.notify_waiters());
    }
}
