//! What `loginid doctor` finds out with a client of the older service.

use super::client::Client;
use super::keys;
use crate::codes::Code;
use crate::diagnostics::{Clocks, Connection};
use crate::error::{Error, Result};
use crate::http::observing;
use crate::key::VerifyingKey;
use crate::random;

impl Client {
    /// How this client connects.
    pub fn connection(&self) -> Connection<'_> {
        Connection(self.config())
    }

    /// Requests the current public key of the service, and reads it as a verification does. The
    /// error is that of the request, with its status: there is no token that it could be about.
    pub fn diagnose_key(&self) -> (Result<()>, Option<Clocks>) {
        let (key, observed) =
            observing(|| self.execute(keys::call(""), &self.budget(), keys::read));
        (key.map(drop), observed.map(Clocks::from))
    }

    /// Whether this public key (PEM) is that of the client's private key. An error if there is
    /// no private key, or the public one cannot be read.
    pub fn has_public_key(&self, public_key: &[u8]) -> Result<bool> {
        let unusable = |problem: &str| {
            let message = format!("the public key cannot be used: {problem}");
            Error::new(Code::InvalidConfiguredKey, message)
        };
        let text = std::str::from_utf8(public_key).map_err(|_| unusable("it is not UTF-8"))?;
        let key = VerifyingKey::from_pem(text).map_err(|problem| unusable(&problem))?;
        let message = random::given_or_nonce(None)?;
        let signature = self.signing_key()?.sign(message.as_bytes())?;
        key.verifies(&signature, message.as_bytes())
    }
}
