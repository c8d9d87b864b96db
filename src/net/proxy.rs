//! An HTTP proxy for CONNECT tunnels.

use zeroize::Zeroizing;

/// An HTTP proxy that opens a tunnel with CONNECT.
pub(crate) struct Proxy {
    /// Whether the connection to the proxy itself uses TLS.
    pub(crate) https: bool,
    pub(crate) host: String,
    pub(crate) port: u16,
    /// The value of `Proxy-Authorization`, if the URL has a user.
    pub(crate) authorization: Option<Zeroizing<String>>,
}

impl std::fmt::Debug for Proxy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Proxy")
            .field("host", &self.host)
            .field("port", &self.port)
            .finish_non_exhaustive()
    }
}
