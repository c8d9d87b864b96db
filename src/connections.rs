//! The state of a client that a forked child must not share: connections, TLS sessions, and
//! every lock that another thread might hold during the fork.

use std::sync::Arc;

use rustls::ClientConfig;
use rustls::client::Resumption;

use crate::config::Common;
use crate::http::{self, Agent};
use crate::token::{KeyCache, Verdicts};

/// How many TLS sessions can be resumed: a client connects to one or two hosts.
const SESSIONS: usize = 4;

/// The connections, keys and verdicts of one process.
#[derive(Debug)]
pub(crate) struct Connections {
    pub(crate) agent: Agent,
    pub(crate) keys: KeyCache,
    pub(crate) verdicts: Verdicts,
}

impl Connections {
    /// A child starts with the keys of its parent, which are read without a lock. TLS
    /// sessions are behind a lock, so it starts with none, and with no verdicts: a thread of the
    /// parent may have been writing one.
    pub(crate) fn new(
        config: &Common,
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
        let agent = http::agent(config.connect_timeout, tls, config.proxy.clone());
        Connections {
            agent,
            keys,
            verdicts: Verdicts::new(config.verified_tokens),
        }
    }
}
