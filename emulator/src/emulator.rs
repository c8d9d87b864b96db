//! An emulator in this process: its thread, its port, its end.

use std::io;
use std::ops::Deref;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use axum::Router;
use tokio::runtime;
use tokio::sync::oneshot;

use crate::control::{self, Control};
use crate::server::Listeners;
use crate::server::tls::{self, Certificate, Credentials};
use crate::service;
use crate::state::State;

/// A running emulator. It stops when it is dropped, whoever is still connected.
///
/// Everything a tester can do to it is a method of [`Control`], which it dereferences to.
pub struct Emulator {
    control: Control,
    credentials: Option<Credentials>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Emulator {
    /// Starts an emulator on a free port of the loopback interface, over plain HTTP.
    ///
    /// # Panics
    /// When the machine has no port or no thread left.
    pub fn start() -> Self {
        Self::builder().start()
    }

    /// An emulator to be set up before it starts.
    pub fn builder() -> Builder {
        Builder {
            tls: None,
            mutual: false,
            port: 0,
            recording: true,
        }
    }

    /// The authority to trust, when it serves HTTPS.
    pub fn ca_pem(&self) -> Option<&str> {
        Some(&self.credentials.as_ref()?.ca_pem)
    }

    /// A client's certificate and its key, as PEM, when it requires one.
    pub fn client_certificate(&self) -> Option<(&str, &str)> {
        let (certificate, key) = self.credentials.as_ref()?.client.as_ref()?;
        Some((certificate, key))
    }

    /// A handle that other threads can have as well.
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
            // A panic over there was reported over there.
            let _ = thread.join();
        }
    }
}

/// How an emulator is to be.
#[derive(Clone, Copy, Debug)]
pub struct Builder {
    tls: Option<Certificate>,
    mutual: bool,
    port: u16,
    recording: bool,
}

impl Builder {
    /// Serves HTTPS, with a certificate of a throw-away authority.
    pub fn tls(self) -> Self {
        self.certificate(Certificate::Valid)
    }

    /// Serves HTTPS, with a certificate that clients may have to refuse.
    pub fn certificate(mut self, certificate: Certificate) -> Self {
        self.tls = Some(certificate);
        self
    }

    /// Serves HTTPS, and turns away who has no certificate of the authority.
    pub fn mutual_tls(mut self) -> Self {
        self.mutual = true;
        self.tls()
    }

    /// Listens on this port instead of any free one.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Whether requests are kept from the start; benchmarks are better off without.
    pub fn recording(mut self, on: bool) -> Self {
        self.recording = on;
        self
    }

    /// Starts it.
    ///
    /// # Panics
    /// When it cannot; [`Builder::try_start`] gives the error instead.
    pub fn start(self) -> Emulator {
        self.try_start()
            .expect("the emulator can listen on its port")
    }

    /// Starts it, unless the port is taken or the machine has nothing left to give.
    pub fn try_start(self) -> io::Result<Emulator> {
        let listeners = Listeners::bind(self.port)?;
        let tls = self
            .tls
            .map(|certificate| tls::throw_away(certificate, self.mutual));
        let tls = tls.transpose()?;
        let scheme = if tls.is_some() { "https" } else { "http" };
        let base_url = format!("{scheme}://127.0.0.1:{}", listeners.port()?);
        let (acceptor, credentials) = tls.map(|tls| (tls.acceptor, tls.credentials)).unzip();

        let state = Arc::new(State::new(base_url, self.recording));
        let router: Router = service::router()
            .merge(control::router())
            .with_state(Arc::clone(&state));
        let serving = listeners.serve(Arc::clone(&state), router, acceptor);
        let (stop, stopped) = oneshot::channel();
        // The runtime begins and ends on a thread of its own: a test that runs inside another could do neither.
        let thread = thread::Builder::new()
            .name("loginid-emulator".to_owned())
            .spawn(|| run(serving, stopped))?;
        Ok(Emulator {
            control: Control::new(state),
            credentials,
            stop: Some(stop),
            thread: Some(thread),
        })
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
