//! The client: authorizes each call, executes it and checks its answer.

use std::sync::Arc;
use std::time::Duration;

use zeroize::Zeroizing;

use super::service_token::{service_token, transaction_token};
use super::{answer, keys};
use crate::budget::Budget;
use crate::calls::{Call, Credential, Dialect};
use crate::cancel::Cancel;
use crate::config::{Application, Common, Config, private_key_required};
use crate::core::Core;
use crate::error::Result;
use crate::key::SigningKey;
use crate::log::Logger;
use crate::operation::{Answer, Authorization, Operation};
use crate::token::{Claims, Keys, Origin, Verified};

static DIALECT: Dialect = Dialect {
    error_code: "code",
    error_message: "message",
    other_error_message: None,
    always_names_content: true,
};

/// A client of the LoginID service. It may be used from any number of threads
/// at once, and across `fork`: a child makes connections of its own.
#[derive(Debug)]
pub struct Client {
    core: Core,
    application: Arc<Application>,
}

const _: () = {
    const fn is_shared_between_threads<T: Send + Sync>() {}
    is_shared_between_threads::<Client>();
};

impl Client {
    /// A client for an application; the key is optional, since applications
    /// may be public.
    pub fn new(
        client_id: &str,
        private_key: Option<&str>,
        base_url: Option<&str>,
    ) -> Result<Client> {
        Client::with_config(Config::new(client_id, private_key, base_url)?)
    }

    /// A client for a management application, which always has a key.
    pub fn new_management(
        client_id: &str,
        private_key: &str,
        base_url: Option<&str>,
    ) -> Result<Client> {
        Client::new(client_id, Some(private_key), base_url)
    }

    /// A client with a complete configuration.
    pub fn with_config(config: Config) -> Result<Client> {
        Ok(Client {
            core: Core::new(config.common, &DIALECT)?,
            application: Arc::new(config.application),
        })
    }

    /// A client configured by `LOGINID_…` variables.
    pub fn from_env() -> Result<Client> {
        Client::with_config(Config::from_env()?)
    }

    /// Derives a client with other options: it shares connections, keys and logger with
    /// this one. `options_json` is an object with `timeout_ms`, `max_retries`, `headers` and
    /// `request_id`, each of them optional. The options of this client stay in force if the
    /// derived one has no others, and `cancel` is added to its cancels: each of them ends
    /// the calls of the derived client, and refuses later ones.
    pub fn with_options(
        &self,
        options_json: Option<&str>,
        cancel: Option<Arc<Cancel>>,
    ) -> Result<Client> {
        Ok(Client {
            core: self.core.with_options(options_json, cancel)?,
            application: self.application.clone(),
        })
    }

    /// Sets the logger of this client and of all that share its connections. It receives an
    /// event for every HTTP attempt; `None` removes it. Waits until the previous logger is no
    /// longer running in any thread, unless it is called by a logger, which would wait for
    /// itself.
    pub fn set_logger(&self, logger: Option<Logger>) {
        self.core.set_logger(logger);
    }

    pub(super) fn config(&self) -> &Common {
        self.core.config()
    }

    pub(super) fn application(&self) -> &Application {
        &self.application
    }

    /// The private key, or an error that one is required.
    pub(super) fn signing_key(&self) -> Result<&SigningKey> {
        self.check_not_cancelled()?;
        let key = self.application.private_key.as_ref();
        key.ok_or_else(private_key_required)
    }

    /// An error if a cancel of this client was triggered.
    pub(crate) fn check_not_cancelled(&self) -> Result<()> {
        self.core.check_not_cancelled()
    }

    /// The budget of a call.
    pub(super) fn budget(&self) -> Budget {
        self.core.budget()
    }

    /// The budget of a call with this limit, unless the options of this client have another.
    pub(super) fn budget_within(&self, limit: Duration) -> Budget {
        self.core.budget_within(limit)
    }

    /// A call whose body names this application.
    pub(super) fn call<'a>(&self, operation: &'static Operation) -> Call<'a> {
        Call::new(operation).text("client_id", &self.application.client_id)
    }

    /// Executes a call and returns its checked answer unchanged.
    pub(super) fn send(&self, call: Call<'_>) -> Result<String> {
        self.send_then(call, Ok)
    }

    /// The same, and then applies `change` to the answer.
    pub(super) fn send_then(
        &self,
        call: Call<'_>,
        change: impl Fn(String) -> Result<String>,
    ) -> Result<String> {
        self.send_within(call, self.budget(), change)
    }

    /// The same within a given budget, which includes fetching a key to verify the answer.
    pub(super) fn send_within(
        &self,
        call: Call<'_>,
        budget: Budget,
        change: impl Fn(String) -> Result<String>,
    ) -> Result<String> {
        let answered = answer::AnsweredCall::of(&call);
        self.execute(call, &budget, |text| {
            answer::check(&text, &answered, |jwt, check_claims| {
                self.verify(jwt, Origin::Answer, None, &budget, check_claims)
                    .map(drop)
            })?;
            match answered.operation.answer {
                Answer::Nothing => Ok("{}".to_owned()),
                _ => change(text),
            }
        })
    }

    /// Executes a call. `read` checks and converts its answer.
    pub(super) fn execute<T>(
        &self,
        call: Call<'_>,
        budget: &Budget,
        read: impl Fn(String) -> Result<T>,
    ) -> Result<T> {
        let operation = call.operation;
        if operation.key_required && self.application.private_key.is_none() {
            return Err(private_key_required().with_operation(operation.name));
        }
        self.core
            .execute(call, budget, |call| self.credential(call), read)
    }

    /// A new bearer token, for one attempt only, since nonces are single-use. Without a key
    /// there is none, since applications may be public.
    fn credential(&self, call: &Call<'_>) -> Result<Credential> {
        let Some(key) = &self.application.private_key else {
            return Ok(Credential::None);
        };
        let client_id = &self.application.client_id;
        let token = match call.operation.authorization {
            Authorization::None | Authorization::ApiKey | Authorization::User { .. } => {
                return Ok(Credential::None);
            }
            Authorization::Scope(scope) => {
                service_token(key, client_id, scope, call.subject, None)?
            }
            Authorization::Transaction => {
                let username = call.subject.username;
                transaction_token(key, client_id, call.tx_payload, username, None)?
            }
        };
        Ok(Credential::Bearer(Zeroizing::new(token)))
    }

    /// Verifies a token of the service. `check_claims` makes additional checks.
    pub(super) fn verify(
        &self,
        token: &str,
        origin: Origin,
        username: Option<&str>,
        budget: &Budget,
        check_claims: impl FnOnce(&Claims<'_>) -> Result<()>,
    ) -> Result<Verified> {
        let fetch = |id: &str, budget: &Budget, may_retry: &dyn Fn() -> bool| {
            self.fetch_key(id, budget, may_retry)
        };
        self.core
            .verify(token, origin, username, budget, &fetch, check_claims)
    }

    /// Fetches the key with this id from the service. The empty id is its current key.
    fn fetch_key(&self, id: &str, budget: &Budget, may_retry: &dyn Fn() -> bool) -> Result<Keys> {
        let mut call = keys::call(id);
        call.may_retry = Some(may_retry);
        self.execute(call, budget, keys::read)
            .map_err(|error| keys::convert_error(error, &DIALECT))
    }
}
