//! The client: what every call goes through.

use std::sync::Arc;

use arc_swap::ArcSwap;

use crate::answer::Asked;
use crate::call::{Call, Patience};
use crate::config::{Config, private_key_required};
use crate::error::Result;
use crate::log::{CurrentLogger, Logger};
use crate::operation::{Answer, Operation};
use crate::process::Process;
use crate::transport;

/// A client of the LoginID service. It may be used from any number of threads
/// at once, and across `fork`: a child makes connections of its own.
#[derive(Debug)]
pub struct Client {
    config: Config,
    process: ArcSwap<Process>,
    pub(crate) logger: CurrentLogger,
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

    /// A client with everything said.
    pub fn with_config(config: Config) -> Result<Client> {
        // TLS is prepared for https only: the system's roots take a while to read.
        let proxy_over_tls = config.proxy.as_ref().is_some_and(|proxy| proxy.https);
        let tls = match config.base_url.is_https() || proxy_over_tls {
            true => Some(transport::client_config(&config.tls)?),
            false => {
                transport::check_settings(&config.tls)?;
                None
            }
        };
        let process = Process::new(&config, tls);
        Ok(Client {
            config,
            process: ArcSwap::from_pointee(process),
            logger: CurrentLogger::default(),
        })
    }

    /// A client configured by `LOGINID_…` variables.
    pub fn from_env() -> Result<Client> {
        Client::with_config(Config::from_env()?)
    }

    /// Tells a function about every HTTP attempt, or nobody. Waits until the function
    /// before is not running in any thread; not so from inside a logger, which would
    /// wait for itself.
    pub fn set_logger(&self, logger: Option<Logger>) {
        self.logger.replace(logger);
    }

    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    /// The private key, for what cannot be done without.
    pub(crate) fn signing_key(&self) -> Result<&crate::key::SigningKey> {
        self.config
            .private_key
            .as_ref()
            .ok_or_else(private_key_required)
    }

    /// This process's connections and keys.
    pub(crate) fn process(&self) -> Arc<Process> {
        let current = self.process.load_full();
        if current.is_current() {
            return current;
        }
        let own = Arc::new(current.after_fork(&self.config));
        let before = self.process.compare_and_swap(&current, own.clone());
        if Arc::ptr_eq(&before, &current) {
            // The parent's are left as they are, never dropped: another of its
            // threads may have been changing them at the moment of the fork.
            std::mem::forget(current);
            return own;
        }
        // Another thread of this child was first.
        Arc::clone(&before)
    }

    /// A call whose body names this application.
    pub(crate) fn call<'a>(&self, operation: &'static Operation) -> Call<'a> {
        Call::new(operation).text("client_id", &self.config.client_id)
    }

    /// Carries a call out and checks its answer, which is passed on as it came.
    pub(crate) fn answer(&self, call: Call<'_>) -> Result<String> {
        self.answer_as(call, Ok)
    }

    /// The same, for a call that changes what it passes on, or refuses it.
    pub(crate) fn answer_as(
        &self,
        mut call: Call<'_>,
        change: impl Fn(String) -> Result<String>,
    ) -> Result<String> {
        let operation = call.operation;
        // Verifying the answer may fetch a key, within the same deadline.
        let deadline = call.deadline_within(self.config.request_timeout);
        call.deadline = Some(deadline);
        let cancel = call.cancel.clone();
        let patience = Patience {
            deadline,
            cancel: cancel.as_ref(),
        };
        let asked = Asked {
            operation,
            subject: call.subject,
            jwt_required: call.jwt_required,
            patience,
        };
        transport::execute(self, call, |answer| {
            self.check_answer(&answer, &asked)?;
            match operation.answer {
                Answer::Nothing => Ok("{}".to_owned()),
                _ => change(answer),
            }
        })
    }
}

impl Drop for Client {
    /// In a child that never made a call the parent's connections are still
    /// here. They are left as they are, as in `Client::process`.
    fn drop(&mut self) {
        let process = self.process.load_full();
        if !process.is_current() {
            std::mem::forget(process);
        }
    }
}
