//! The client: authorizes each call, executes it and checks its answer.

use std::sync::Arc;

use zeroize::Zeroizing;

use super::answer::AnsweredCall;
use super::{claims, keys};
use crate::budget::Budget;
use crate::calls::{Call, Credential, Dialect};
use crate::cancel::Cancel;
use crate::config::{Common, V2Application, V2Config, api_key_required};
use crate::core::Core;
use crate::error::Result;
use crate::log::Logger;
use crate::operation::Authorization;
use crate::token::{Claims, Fetch, Keys, Origin, Verified};

static DIALECT: Dialect = Dialect {
    error_code: "msgCode",
    error_message: "msg",
    other_error_message: Some("message"),
    always_names_content: false,
};

/// A client of LoginID's current service. It may be used from any number of threads at once,
/// and across `fork`: a child makes connections of its own.
#[derive(Debug)]
pub struct Client {
    core: Core,
    application: Arc<V2Application>,
}

const _: () = {
    const fn is_shared_between_threads<T: Send + Sync>() {}
    is_shared_between_threads::<Client>();
};

impl Client {
    /// A client for an application. The API key is needed for some calls only.
    pub fn new(base_url: &str, api_key: Option<&str>) -> Result<Client> {
        Client::with_config(V2Config::new(base_url, api_key)?)
    }

    /// A client with a complete configuration.
    pub fn with_config(config: V2Config) -> Result<Client> {
        Ok(Client {
            core: Core::new(config.common, &DIALECT)?,
            application: Arc::new(config.application),
        })
    }

    /// A client configured by `LOGINID_V2_…` and `LOGINID_…` variables.
    pub fn from_env() -> Result<Client> {
        Client::with_config(V2Config::from_env()?)
    }

    /// Derives a client with other options, as [`crate::Client::with_options`] does.
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

    /// Sets the logger of this client and of all that share its connections, as
    /// [`crate::Client::set_logger`] does.
    pub fn set_logger(&self, logger: Option<Logger>) {
        self.core.set_logger(logger);
    }

    pub(super) fn config(&self) -> &Common {
        self.core.config()
    }

    pub(super) fn application(&self) -> &V2Application {
        &self.application
    }

    /// An error if a cancel of this client was triggered.
    pub(crate) fn check_not_cancelled(&self) -> Result<()> {
        self.core.check_not_cancelled()
    }

    /// The budget of a call.
    pub(super) fn budget(&self) -> Budget {
        self.core.budget()
    }

    /// Executes a call and returns its checked answer.
    pub(super) fn send(&self, call: Call<'_>) -> Result<String> {
        self.send_then(call, Ok)
    }

    /// The same, and then applies `change` to the answer.
    pub(super) fn send_then(
        &self,
        call: Call<'_>,
        change: impl Fn(String) -> Result<String>,
    ) -> Result<String> {
        let budget = self.budget();
        let answered = AnsweredCall::of(&call);
        self.execute(call, &budget, |text| {
            let answer = answered.check(text, |token, check_claims| {
                self.verify(token, Origin::Answer, None, &budget, check_claims)
            })?;
            change(answer)
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
        let asks_for_grant =
            call.token.is_none() && matches!(operation.authorization, Authorization::User { .. });
        let needs_key = operation.key_required || asks_for_grant;
        if needs_key && self.application.api_key.is_none() {
            return Err(api_key_required().with_operation(operation.name));
        }
        let api_key = self.application.api_key.as_ref();
        let call = call.with_api_key(api_key.map(|key| key.secret().as_str()));
        let authorize = |call: &Call<'_>| self.credential(call, budget);
        self.core.execute(call, budget, authorize, read)
    }

    /// The credential of one attempt. A grant is good for one, and is never kept.
    fn credential(&self, call: &Call<'_>, budget: &Budget) -> Result<Credential> {
        if let Some(token) = call.token {
            return Ok(Credential::Bearer(Zeroizing::new(token.to_owned())));
        }
        match call.operation.authorization {
            Authorization::ApiKey => {
                let key = self.application.api_key.as_ref();
                let key = key.ok_or_else(api_key_required)?;
                Ok(Credential::ApiKey(key.secret().clone()))
            }
            Authorization::User { scope } => {
                let username = call.subject.username.unwrap_or_default();
                self.grant(username, scope, budget).map(Credential::Bearer)
            }
            Authorization::None | Authorization::Scope(_) | Authorization::Transaction => {
                Ok(Credential::None)
            }
        }
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
        let fetch = |_: &str, budget: &Budget, may_retry: &dyn Fn() -> bool| {
            self.fetch_keys(budget, may_retry)
        };
        self.core
            .verify(token, origin, username, budget, &fetch, check_claims)
    }

    /// Verifies a token of any kind and user, with the keys that `fetch` returns.
    pub(super) fn verify_with(
        &self,
        token: &str,
        origin: Origin,
        budget: &Budget,
        fetch: Fetch<'_>,
    ) -> Result<Verified> {
        self.core
            .verify(token, origin, None, budget, fetch, |_| Ok(()))
    }

    /// Verifies a token that logs a user in.
    pub(super) fn verify_login(&self, token: &str, username: Option<&str>) -> Result<Verified> {
        let budget = self.budget();
        self.verify(
            token,
            Origin::Presented,
            username,
            &budget,
            claims::check_is_login,
        )
    }

    /// Fetches the application's key set. Pinned keys come first.
    fn fetch_keys(&self, budget: &Budget, may_retry: &dyn Fn() -> bool) -> Result<Keys> {
        let pinned = &self.core.config().keys.configured;
        let read = |text: String| keys::read(&text, pinned);
        let mut call = keys::call();
        call.may_retry = Some(may_retry);
        self.execute(call, budget, read)
            .map_err(|error| keys::convert_error(error, &DIALECT))
    }
}
