//! The claims of the service's tokens: reads and checks them.

use std::slice;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::expected::Name;
use super::parts::malformed;
use super::subject::Subject;
use crate::codes::Code;
use crate::error::{Error, Result};
use crate::json::{Node, Object};

/// The largest integer that all JSON parsers read exactly.
const MAX_TIME: f64 = 9_007_199_254_740_992.0;

/// How tokens are checked: by the service they come from, and by the configuration.
#[derive(Debug)]
pub(crate) struct Rules {
    pub(crate) audience: Audience,
    pub(crate) issuer: Option<Name>,
    /// The claims that may name the user. The first one that a token has counts.
    pub(crate) username_claims: &'static [&'static str],
    pub(crate) leeway: Duration,
    pub(crate) max_token_age: Option<Duration>,
    pub(crate) require_exp: bool,
}

/// The application that a token must be for.
#[derive(Debug)]
pub(crate) struct Audience {
    pub(crate) name: Name,
    /// The field of the configuration that names it.
    pub(crate) field: &'static str,
}

/// What a token is checked against.
pub(crate) struct Expected<'a> {
    pub(crate) username: Option<&'a str>,
    pub(crate) rules: &'a Rules,
}

/// A string claim; one of another type makes the token malformed.
pub(crate) fn text<'a>(claims: &'a Object<'_>, name: &str) -> Result<Option<&'a str>> {
    match claims.get(name) {
        None => Ok(None),
        Some(Node::String(text)) => Ok(Some(text)),
        Some(_) => Err(malformed(format!("the token's {name} is not a string"))),
    }
}

/// Claims whose types are right. Their values are not checked yet.
pub(crate) struct Claims<'a> {
    claims: &'a Object<'a>,
    exp: Option<f64>,
    nbf: Option<f64>,
    iat: Option<f64>,
    /// Strings.
    audience: &'a [Node<'a>],
    issuer: Option<&'a str>,
    subject: Option<&'a str>,
    username: Option<&'a str>,
}

impl<'a> Claims<'a> {
    pub(super) fn read(claims: &'a Object<'a>, rules: &Rules) -> Result<Claims<'a>> {
        let mut username = None;
        for name in rules.username_claims {
            username = username.or(text(claims, name)?);
        }
        // It must be a string (RFC 7519, 4.1.7). Its value is not needed.
        text(claims, "jti")?;
        Ok(Claims {
            claims,
            exp: time(claims, "exp")?,
            nbf: time(claims, "nbf")?,
            iat: time(claims, "iat")?,
            audience: audience(claims)?,
            issuer: text(claims, "iss")?,
            subject: text(claims, "sub")?,
            username,
        })
    }

    /// Checks that the claims are for this application, the expected user and this moment.
    pub(super) fn check(&self, expected: &Expected<'_>) -> Result<()> {
        self.check_audience(expected.rules)?;
        self.check_issuer(expected.rules)?;
        self.check_username(expected.username)?;
        self.check_times(expected.rules)
    }

    fn check_audience(&self, rules: &Rules) -> Result<()> {
        if self
            .audience
            .iter()
            .any(|claimed| matches!(claimed, Node::String(name) if rules.audience.name.is(name)))
        {
            return Ok(());
        }
        let field = rules.audience.field;
        Err(Error::new(
            Code::AudienceMismatch,
            format!("the token is for another application: its aud does not contain this {field}"),
        ))
    }

    fn check_issuer(&self, rules: &Rules) -> Result<()> {
        match (&rules.issuer, self.issuer) {
            (None, _) => Ok(()),
            (Some(expected), Some(issuer)) if expected.is(issuer) => Ok(()),
            _ => Err(Error::new(
                Code::IssuerMismatch,
                "the token's iss is not the configured issuer",
            )),
        }
    }

    fn check_username(&self, expected: Option<&str>) -> Result<()> {
        match expected {
            None => Ok(()),
            // An exact match: names that differ only in case are different users.
            Some(expected) if self.username == Some(expected) => Ok(()),
            Some(_) => Err(Error::new(
                Code::UsernameMismatch,
                "the token is for another user",
            )),
        }
    }

    fn check_times(&self, rules: &Rules) -> Result<()> {
        let refused = |code, message: &str| Err(Error::new(code, message));
        let now = now()?.as_secs_f64();
        let leeway = rules.leeway.as_secs_f64();
        match self.exp {
            Some(exp) if exp + leeway <= now => {
                return refused(Code::TokenExpired, "the token has expired");
            }
            None if rules.require_exp => {
                return Err(malformed(
                    "the token has no exp, which require_exp requires",
                ));
            }
            _ => {}
        }
        if self.nbf.is_some_and(|nbf| nbf - leeway > now) {
            return refused(Code::TokenNotYetValid, "the token is not valid yet");
        }
        if self.iat.is_some_and(|iat| iat - leeway > now) {
            return refused(
                Code::TokenNotYetValid,
                "the token was issued in the future: check this machine's clock",
            );
        }
        let Some(max_age) = rules.max_token_age.map(|age: Duration| age.as_secs_f64()) else {
            return Ok(());
        };
        match self.iat {
            Some(iat) if iat + max_age > now => Ok(()),
            Some(_) => refused(Code::TokenTooOld, "the token is older than max_token_age_s"),
            None => Err(malformed(
                "the token has no iat, which max_token_age_s requires",
            )),
        }
    }

    /// Checks that the token in an answer is for the user that the call named, if the token
    /// names a user. The service may change the case of a name.
    pub(crate) fn check_subject(&self, subject: Subject<'_>) -> Result<()> {
        if let (Some(claimed), Some(named)) = (self.username, subject.username)
            && !claimed.eq_ignore_ascii_case(named)
        {
            return Err(Error::new(
                Code::UsernameMismatch,
                "the token in the answer is for another user: its username differs",
            ));
        }
        if let (Some(claimed), Some(named)) = (self.subject, subject.user_id)
            && claimed != named
        {
            return Err(Error::new(
                Code::UsernameMismatch,
                "the token in the answer is for another user: its sub is not the user_id",
            ));
        }
        Ok(())
    }

    /// Whether the token names a time from which it is no longer valid.
    pub(crate) fn expires(&self) -> bool {
        self.exp.is_some()
    }

    pub(crate) fn username(&self) -> Option<&'a str> {
        self.username
    }

    pub(crate) fn members(&self) -> &'a Object<'a> {
        self.claims
    }
}

/// The time since 1970.
pub(crate) fn now() -> Result<Duration> {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_err(|_| Error::internal("this machine's clock is before 1970"))
}

/// Seconds since 1970, with or without a fraction. A claim that is not such a number is an
/// error; it is never treated as absent.
fn time(claims: &Object<'_>, name: &str) -> Result<Option<f64>> {
    let Some(value) = claims.get(name) else {
        return Ok(None);
    };
    let seconds = match value {
        Node::Number(number) => number.as_f64(),
        _ => None,
    };
    match seconds {
        Some(seconds) if (0.0..MAX_TIME).contains(&seconds) => Ok(Some(seconds)),
        _ => Err(malformed(format!(
            "the token's {name} is not a time in seconds"
        ))),
    }
}

/// The strings of the audience: one, or an array of them. An absent audience is empty.
fn audience<'a>(claims: &'a Object<'a>) -> Result<&'a [Node<'a>]> {
    let names = match claims.get("aud") {
        None => &[],
        Some(Node::Array(several)) => several.as_slice(),
        Some(one) => slice::from_ref(one),
    };
    match names.iter().all(|name| matches!(name, Node::String(_))) {
        true => Ok(names),
        false => Err(malformed(
            "the token's aud is neither a string nor an array of strings",
        )),
    }
}
