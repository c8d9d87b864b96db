//! What a configuration consists of, for a person to read.

/// A setting in effect.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// The field of the configuration.
    pub field: &'static str,
    /// Whether the configuration has it; otherwise the value is the default.
    pub is_given: bool,
    /// Its value.
    pub value: SettingValue,
}

/// The value of a setting. Keys, certificates, headers and the URL of a proxy are not shown.
#[derive(Clone, Debug, PartialEq)]
pub enum SettingValue {
    /// There is none.
    None,
    /// There is one, and it is not shown.
    Redacted,
    /// A text.
    Text(String),
    /// Switched on or off.
    Boolean(bool),
    /// A number.
    Number(u64),
}

/// Why connections go through a proxy, or do not.
#[derive(Clone, Debug, PartialEq)]
pub enum ProxyChoice {
    /// The configuration names none.
    NotAsked,
    /// The service is on this machine, which is reached without one.
    Loopback,
    /// The proxy is the environment's, and no variable names one.
    NoVariable,
    /// `NO_PROXY` lists the service's host. This variable names a proxy.
    Excluded(String),
    /// The one in the configuration.
    Setting,
    /// The one that this variable names.
    Variable(String),
}

/// Where the trusted roots come from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RootsSource {
    /// `SSL_CERT_FILE` and `SSL_CERT_DIR`.
    Variables,
    /// The system.
    System,
    /// The library, since the system has none.
    Mozilla,
}

/// The trusted roots of a client.
#[derive(Clone, Debug)]
pub struct TrustedRoots {
    /// Where those come from that are not configured.
    pub source: RootsSource,
    /// How many those are.
    pub count: usize,
    /// The field that adds others, and how many.
    pub added: Option<(&'static str, usize)>,
}
