//! What belongs to one process and must not be shared across a fork: connections, TLS
//! sessions, and every lock that another thread might hold at the moment of forking.

use std::sync::Arc;

use rustls::ClientConfig;
use rustls::client::Resumption;

use crate::config::Config;
use crate::http::{self, Agent};
use crate::token::KeyCache;

/// Sessions that can be resumed: a client talks to one host.
const SESSIONS: usize = 4;

/// The connections and keys of one process.
#[derive(Debug)]
pub(crate) struct Connections {
    pub(crate) agent: Agent,
    pub(crate) keys: KeyCache,
}

impl Connections {
    /// Those of a process start with the keys that its parent knew, which are read
    /// without a lock. TLS sessions are kept behind one, so it starts with none.
    pub(crate) fn new(
        config: &Config,
        tls: Option<&ClientConfig>,
        parent: Option<&Connections>,
    ) -> Connections {
        let tls = tls.map(|tls| {
            let mut tls = tls.clone();
            tls.resumption = Resumption::in_memory_sessions(SESSIONS);
            Arc::new(tls)
        });
        let keys = match parent {
            Some(parent) => parent.keys.after_fork(),
            None => KeyCache::new(&config.keys),
        };
        let agent = http::agent(
            &config.user_agent,
            config.connect_timeout,
            tls,
            config.proxy.clone(),
        );
        Connections { agent, keys }
    }
}
