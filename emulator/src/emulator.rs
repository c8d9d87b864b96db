//! An emulator in this process.

use std::io;
use std::ops::Deref;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::runtime;
use tokio::sync::oneshot;

use crate::control::access::Access;
use crate::control::actions::Control;
use crate::error::ServiceError;
use crate::host::Host;
use crate::route::Route;
use crate::server::connection::Service;
use crate::server::listeners::{LOOPBACK_V4, LOOPBACK_V6, Listeners};
use crate::server::router::router;
use crate::server::tls::{self, Certificate, Credentials};
use crate::state::State;
use crate::state::pinned::Pinned;
use crate::state::relying_party::RelyingParty;
use crate::state::v2::Address;
use crate::state::v2::application::Identity;
use crate::v1;
use crate::v2;

/// A running emulator. It stops when it is dropped, even if clients are connected.
///
/// It dereferences to [`Control`], which has the methods of the control API.
pub struct Emulator {
    control: Control,
    credentials: Option<Credentials>,
    token: Option<String>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Emulator {
    /// Starts an emulator on a free port of the loopback interface, over plain HTTP.
    ///
    /// # Panics
    /// If no port or thread is left.
    pub fn start() -> Self {
        Self::builder().start()
    }

    /// Configures an emulator before it starts.
    pub fn builder() -> Builder {
        Builder {
            tls: None,
            mutual: false,
            host: "127.0.0.1".to_owned(),
            port: 0,
            rp_id: None,
            origins: Vec::new(),
            recording: true,
            client_id: None,
            private_key: None,
            service_key: None,
            v2_application_id: None,
            v2_api_key: None,
            v2_service_key: None,
            clock: None,
            seed: None,
            log: false,
        }
    }

    /// The certificate authority to trust, if it serves HTTPS.
    pub fn ca_pem(&self) -> Option<&str> {
        Some(&self.credentials.as_ref()?.ca_pem)
    }

    /// A client certificate and its key, as PEM, if it requires one.
    pub fn client_certificate(&self) -> Option<(&str, &str)> {
        let (certificate, key) = self.credentials.as_ref()?.client.as_ref()?;
        Some((certificate, key))
    }

    /// The token that every request to the control API needs, if other computers can reach the emulator.
    pub fn control_token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// The operations of the older service that every emulator answers.
    pub fn operations() -> Vec<Route> {
        v1::routes::table()
    }

    /// The operations of the current service that every emulator answers. Their paths begin with `/fido2/v2`.
    pub fn v2_operations() -> Vec<Route> {
        v2::routes::table()
    }

    /// A handle for other threads.
    pub fn control(&self) -> Control {
        self.control.clone()
    }
}

impl Deref for Emulator {
    type Target = Control;

    fn deref(&self) -> &Control {
        &self.control
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic of that thread has been printed already.
            let _ = thread.join();
        }
    }
}

/// The settings of an emulator.
#[derive(Clone)]
pub struct Builder {
    tls: Option<Certificate>,
    mutual: bool,
    host: String,
    port: u16,
    rp_id: Option<String>,
    origins: Vec<String>,
    recording: bool,
    client_id: Option<String>,
    private_key: Option<String>,
    service_key: Option<String>,
    v2_application_id: Option<String>,
    v2_api_key: Option<String>,
    v2_service_key: Option<String>,
    clock: Option<i64>,
    seed: Option<String>,
    log: bool,
}

impl Builder {
    /// Serves HTTPS with a certificate of a throw-away authority.
    pub fn tls(self) -> Self {
        self.certificate(Certificate::Valid)
    }

    /// Serves HTTPS with this kind of certificate.
    pub fn certificate(mut self, certificate: Certificate) -> Self {
        self.tls = Some(certificate);
        self
    }

    /// Serves HTTPS and rejects clients without a certificate of the authority.
    pub fn mutual_tls(mut self) -> Self {
        self.mutual = true;
        self.tls()
    }

    /// Listens on this host instead of the loopback interface: a name, or an IP address (IPv6 in brackets).
    /// Unless it is a loopback one, other computers can reach the emulator: the control API then needs
    /// [`Emulator::control_token`].
    pub fn host(mut self, host: impl Into<String>) -> Self {
        self.host = host.into();
        self
    }

    /// Listens on this port instead of a free one.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// The relying party id of the default application, instead of `localhost`.
    pub fn rp_id(mut self, rp_id: impl Into<String>) -> Self {
        self.rp_id = Some(rp_id.into());
        self
    }

    /// Allows the pages or the Android app of one more origin to use the default application.
    pub fn origin(mut self, origin: impl Into<String>) -> Self {
        self.origins.push(origin.into());
        self
    }

    /// Whether requests are recorded from the start. Switch it off for benchmarks.
    pub fn recording(mut self, on: bool) -> Self {
        self.recording = on;
        self
    }

    /// The id of the default application, instead of a random one.
    pub fn client_id(mut self, client_id: impl Into<String>) -> Self {
        self.client_id = Some(client_id.into());
        self
    }

    /// The private key of the default application as PKCS#8 PEM, instead of a new one.
    pub fn private_key(mut self, pem: impl Into<String>) -> Self {
        self.private_key = Some(pem.into());
        self
    }

    /// The key that the service signs its tokens with, as PKCS#8 PEM, instead of a new one.
    pub fn service_key(mut self, pem: impl Into<String>) -> Self {
        self.service_key = Some(pem.into());
        self
    }

    /// The id of the default application of the current service, instead of a random one.
    pub fn v2_application_id(mut self, id: impl Into<String>) -> Self {
        self.v2_application_id = Some(id.into());
        self
    }

    /// The API key of the default application of the current service, instead of a new one.
    pub fn v2_api_key(mut self, key: impl Into<String>) -> Self {
        self.v2_api_key = Some(key.into());
        self
    }

    /// The key that the current service signs its tokens with, as PKCS#8 PEM, instead of a new one.
    pub fn v2_service_key(mut self, pem: impl Into<String>) -> Self {
        self.v2_service_key = Some(pem.into());
        self
    }

    /// What the clock shows at the start and after a reset, in Unix seconds, instead of the machine's time. It
    /// runs on from there.
    pub fn clock(mut self, now: i64) -> Self {
        self.clock = Some(now);
        self
    }

    /// Users, credentials and applications to start with and after a reset: JSON as [`Control::export`] returns it.
    pub fn seed(mut self, json: impl Into<String>) -> Self {
        self.seed = Some(json.into());
        self
    }

    /// Whether a line for each request is written to standard error.
    pub fn log(mut self, on: bool) -> Self {
        self.log = on;
        self
    }

    /// Starts it.
    ///
    /// # Panics
    /// If it cannot start; [`Builder::try_start`] returns the error instead.
    pub fn start(self) -> Emulator {
        self.try_start()
            .expect("the emulator can listen on its port")
    }

    /// Starts it, or returns why it cannot.
    pub fn try_start(self) -> io::Result<Emulator> {
        let host = Host::parse(&self.host).ok_or_else(|| {
            io::Error::new(
                io::ErrorKind::InvalidInput,
                "the host is neither a name nor an IP address (IPv6 in brackets)",
            )
        })?;
        let relying_party =
            RelyingParty::new(self.rp_id.as_deref(), &self.origins).map_err(invalid)?;
        let v2_identity = Identity::read(self.v2_application_id, self.v2_api_key.as_deref());
        let v2_identity = v2_identity.map_err(invalid)?;
        let pinned = Pinned::read(
            self.client_id,
            self.private_key.as_deref(),
            self.service_key.as_deref(),
            v2_identity,
            self.v2_service_key.as_deref(),
            self.clock,
        );
        let pinned = pinned.map_err(invalid)?;
        let listeners = Listeners::bind(&host, self.port)?;
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        let port = listeners.port()?;
        let base_url = format!("{scheme}://{}:{port}", in_url(&host));
        let address = Address {
            scheme,
            port,
            host: (!listens_on_localhost(&host)).then(|| host.to_string()),
        };
        let state = Arc::new(State::new(
            base_url,
            address,
            relying_party,
            self.recording,
            pinned,
        ));
        let tls = self
            .tls
            .map(|certificate| tls::throw_away(certificate, &host_name(&host), self.mutual));
        let tls = tls.transpose().map_err(io::Error::other)?;
        let (acceptor, credentials) = tls.map(|tls| (tls.acceptor, tls.credentials)).unzip();
        if let Some(credentials) = &credentials {
            // It is set once.
            let _ = state.ca_pem.set(credentials.ca_pem.clone());
        }
        let control = Control::new(Arc::clone(&state));
        if let Some(seed) = &self.seed {
            let read = control.seed(seed);
            read.map_err(|error| in_seed(&error))?;
        }
        let access = Access::new(scheme, host);
        let token = access.token().map(str::to_owned);
        let service = Service {
            router: router(Arc::clone(&state)),
            state,
            access,
            log: self.log,
        };
        let serving = listeners.serve(Arc::new(service), acceptor);
        let (stop, stopped) = oneshot::channel();
        // The runtime needs its own thread: the caller may run inside another runtime.
        let thread = thread::Builder::new()
            .name("loginid-emulator".to_owned())
            .spawn(|| run(serving, stopped))?;
        Ok(Emulator {
            control,
            credentials,
            token,
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

fn in_seed(error: &ServiceError) -> io::Error {
    let why = format!("the seed (--seed): {}", error.message);
    io::Error::new(io::ErrorKind::InvalidInput, why)
}

fn invalid(error: ServiceError) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, error.message)
}

/// The host for the base URL. "All addresses of this machine" is no host that a client can connect to.
fn in_url(host: &Host) -> String {
    match host {
        Host::Ip(address) if address.is_unspecified() => "localhost".to_owned(),
        host => host.to_string(),
    }
}

/// Whether a client that resolves `localhost` reaches the server.
fn listens_on_localhost(host: &Host) -> bool {
    match host {
        Host::Name(_) => host.is_loopback(),
        Host::Ip(address) => {
            address.is_unspecified() || [LOOPBACK_V4, LOOPBACK_V6].contains(address)
        }
    }
}

/// The host for a certificate.
fn host_name(host: &Host) -> String {
    match host {
        Host::Name(name) => name.clone(),
        Host::Ip(address) => address.to_string(),
    }
}

fn run(serving: impl Future<Output = io::Result<()>>, stopped: oneshot::Receiver<()>) {
    let runtime = runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_name("loginid-emulator")
        .build();
    let runtime = runtime.expect("the machine has threads left");
    runtime.block_on(async {
        tokio::select! { served = serving => served.expect("the sockets can be polled"), _ = stopped => {} }
    });
    runtime.shutdown_timeout(Duration::from_millis(500));
}
