//! What belongs to one process and must not be shared across a fork:
//! connections, TLS sessions, and every lock that another thread might hold at
//! the moment of forking.

use std::sync::Arc;

use rustls::ClientConfig;
use ureq::Agent;

use crate::config::Config;
use crate::error::Result;
use crate::fork::{self, ProcessId};
use crate::token::KeyCache;
use crate::transport;

/// The connections and keys of one process.
#[derive(Debug)]
pub(crate) struct Process {
    id: ProcessId,
    /// What connections of this process are secured with; none for plain http.
    pub(crate) tls: Option<Arc<ClientConfig>>,
    pub(crate) agent: Agent,
    pub(crate) keys: KeyCache,
}

impl Process {
    pub(crate) fn new(config: &Config, tls: Option<Arc<ClientConfig>>) -> Process {
        Process::with_keys(config, tls, KeyCache::new(config))
    }

    fn with_keys(config: &Config, tls: Option<Arc<ClientConfig>>, keys: KeyCache) -> Process {
        Process {
            id: fork::process(),
            agent: transport::agent(config, tls.clone(), None),
            tls,
            keys,
        }
    }

    /// Whether this is the process that made it.
    pub(crate) fn is_current(&self) -> bool {
        self.id == fork::process()
    }

    /// Whether a call that began in it may go on.
    pub(crate) fn check(&self) -> Result<()> {
        fork::check_process(self.id)
    }

    /// The child's own. It starts with the keys its parent knew: those are read
    /// without a lock. TLS sessions are kept behind one, so it starts with none.
    pub(crate) fn after_fork(&self, config: &Config) -> Process {
        let tls = self.tls.as_deref().map(transport::after_fork);
        Process::with_keys(config, tls, self.keys.inherited(config))
    }
}
