//! What the clients of both services have in common: connections, keys, options, the logger.

use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;

use crate::budget::Budget;
use crate::calls::{self, Call, CallOptions, Credential, Dialect};
use crate::cancel::Cancel;
use crate::config::{Common, trust};
use crate::connections::Connections;
use crate::error::Result;
use crate::fork::PerProcess;
use crate::http;
use crate::log::{CurrentLogger, Logger};
use crate::token::{self, Claims, Expected, Fetch, Lookup, Origin, Verified};

/// A client without what only its service has.
#[derive(Debug)]
pub(crate) struct Core {
    shared: Arc<Shared>,
    options: CallOptions,
}

/// What a client shares with those derived from it.
#[derive(Debug)]
struct Shared {
    config: Common,
    dialect: &'static Dialect,
    /// None if neither the service nor the proxy uses TLS.
    tls: Option<ClientConfig>,
    connections: PerProcess<Connections>,
    logger: CurrentLogger,
}

impl Core {
    pub(crate) fn new(config: Common, dialect: &'static Dialect) -> Result<Core> {
        http::make_first_request()?;
        let tls = if config.needs_tls() {
            Some(trust::client_config(&config.tls)?)
        } else {
            // Reading the system's roots takes a while, and is not needed here.
            trust::check_settings(&config.tls)?;
            None
        };
        Ok(Core {
            shared: Arc::new(Shared {
                config,
                dialect,
                tls,
                connections: PerProcess::new(),
                logger: CurrentLogger::default(),
            }),
            options: CallOptions::default(),
        })
    }

    /// The core of a derived client.
    pub(crate) fn with_options(
        &self,
        options_json: Option<&str>,
        cancel: Option<Arc<Cancel>>,
    ) -> Result<Core> {
        let options = self.options.and(options_json, cancel, self.config())?;
        Ok(Core {
            shared: self.shared.clone(),
            options,
        })
    }

    pub(crate) fn set_logger(&self, logger: Option<Logger>) {
        self.shared.logger.replace(logger);
    }

    pub(crate) fn config(&self) -> &Common {
        &self.shared.config
    }

    /// This process's connections and keys.
    pub(crate) fn connections(&self) -> Arc<Connections> {
        let Shared { config, tls, .. } = &*self.shared;
        let connections = &self.shared.connections;
        connections.get(|parent| Connections::new(config, tls.as_ref(), parent))
    }

    /// An error if a cancel of this client was triggered.
    pub(crate) fn check_not_cancelled(&self) -> Result<()> {
        self.options.check_not_cancelled()
    }

    /// The budget of a call.
    pub(crate) fn budget(&self) -> Budget {
        self.budget_within(self.config().request_timeout)
    }

    /// The budget of a call with this limit, unless the options of this client have another.
    pub(crate) fn budget_within(&self, limit: Duration) -> Budget {
        self.options.budget(limit)
    }

    /// Executes a call. `authorize` provides the credential of each attempt, and `read` checks
    /// and converts the answer.
    pub(crate) fn execute<T>(
        &self,
        call: Call<'_>,
        budget: &Budget,
        authorize: impl Fn(&Call<'_>) -> Result<Credential>,
        read: impl Fn(String) -> Result<T>,
    ) -> Result<T> {
        let context = calls::Context {
            config: self.config(),
            dialect: self.shared.dialect,
            options: &self.options,
            agent: &self.connections().agent,
            logger: &self.shared.logger,
        };
        calls::execute(&context, call, budget, authorize, read)
    }

    /// Verifies a token of the service, with keys that `fetch` requests. `check_claims` makes
    /// additional checks.
    pub(crate) fn verify(
        &self,
        token: &str,
        origin: Origin,
        username: Option<&str>,
        budget: &Budget,
        fetch: Fetch<'_>,
        check_claims: impl FnOnce(&Claims<'_>) -> Result<()>,
    ) -> Result<Verified> {
        self.check_not_cancelled()?;
        let expected = Expected {
            username,
            rules: &self.config().rules,
        };
        let lookup = Lookup {
            origin,
            budget,
            fetch,
        };
        let connections = self.connections();
        token::verify(
            token,
            &expected,
            &connections.keys,
            &connections.verdicts,
            lookup,
            check_claims,
        )
    }
}
