//! One-time codes of the current service. Each is for a user and a purpose, and is used once.

use std::collections::HashMap;

use crate::encoding::random_below;
use crate::error::ServiceError;
use crate::state::clock::Millis;

/// How long a code is good: the emulator's choice. The answers say until when.
pub const LIFE: Millis = 5 * 60 * 1000;

/// What a code proves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Who the user is.
    SignIn,
    /// That the user receives mail at their address.
    Email,
    /// That the user has their telephone.
    Phone,
}

impl Purpose {
    /// Its name in the control API.
    pub fn name(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::Email => "email",
            Self::Phone => "phone",
        }
    }
}

/// How a code reaches its user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    Email,
    Sms,
    /// The caller shows it to the user.
    Caller,
}

impl Channel {
    /// Its name in the control API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
            Self::Caller => "caller",
        }
    }
}

/// A code.
#[derive(Clone, Debug)]
pub struct Code {
    pub value: String,
    pub channel: Channel,
    pub expires: Millis,
}

/// The codes of one user: at most one for each purpose.
#[derive(Default)]
pub struct Codes {
    good: HashMap<Purpose, Code>,
    /// The last one that was sent, used or not.
    sent: Option<Code>,
}

impl Codes {
    /// Makes a code. An earlier one for the same purpose is good no longer.
    pub fn make(&mut self, purpose: Purpose, channel: Channel, now: Millis) -> Code {
        let code = Code {
            value: format!("{:06}", random_below(1_000_000)),
            channel,
            expires: now + LIFE,
        };
        self.good.insert(purpose, code.clone());
        if channel != Channel::Caller {
            self.sent = Some(code.clone());
        }
        code
    }

    /// Makes the code for this purpose good no longer.
    pub fn revoke(&mut self, purpose: Purpose) {
        self.good.remove(&purpose);
    }

    /// Uses a code up.
    pub fn consume(
        &mut self,
        purpose: Purpose,
        value: &str,
        now: Millis,
    ) -> Result<(), ServiceError> {
        let is_good = self
            .good
            .get(&purpose)
            .is_some_and(|code| code.value == value && now < code.expires);
        if is_good {
            self.good.remove(&purpose);
            return Ok(());
        }
        Err(wrong_code())
    }

    /// The codes that have not been used or replaced, with what each proves.
    pub fn good(&self) -> impl Iterator<Item = (Purpose, &Code)> {
        self.good.iter().map(|(purpose, code)| (*purpose, code))
    }

    /// The last code that was sent.
    pub fn sent(&self) -> Option<&Code> {
        self.sent.as_ref()
    }
}

/// The error for a code that is not good, and for an unknown user: they are not told apart.
pub fn wrong_code() -> ServiceError {
    ServiceError::unauthorized("The code is wrong, expired or already used")
}
