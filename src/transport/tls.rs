//! TLS through rustls with aws-lc-rs and the system's roots.

use std::io::{Read, Write};
use std::sync::Arc;
use std::time::Instant;

use rustls::client::{Resumption, WebPkiServerVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use ureq::config::Config;
use ureq::unversioned::transport::{
    Buffers, LazyBuffers, NextTimeout, Transport, TransportAdapter,
};

use super::connector::Clock;
use super::failure::{Failure, from_tls_io};
use crate::config::TlsSettings;
use crate::error::{Error, Result};
use crate::once::RaceOnce;

/// The system's roots, else the bundled ones; read once in a process, since
/// they are many and every client shares them.
static ROOTS: RaceOnce<Roots> = RaceOnce::new();

/// TLS sessions kept for resumption: eight for each server, and a client knows
/// one, perhaps with a proxy before it.
const SESSIONS: usize = 16;

struct Roots {
    store: Arc<RootCertStore>,
    provider: Arc<CryptoProvider>,
}

fn roots() -> Arc<Roots> {
    ROOTS.get_or_init(|| {
        let mut store = RootCertStore::empty();
        // What cannot be read or parsed is passed over: a system's store may
        // hold a few odd ones among its hundred good ones.
        store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if store.is_empty() {
            store.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        }
        Roots {
            store: Arc::new(store),
            provider: Arc::new(rustls::crypto::aws_lc_rs::default_provider()),
        }
    })
}

/// A client's TLS configuration. Certificates that cannot be used are an error
/// here, not at the first call.
pub(crate) fn client_config(settings: &TlsSettings) -> Result<Arc<ClientConfig>> {
    let roots = roots();
    let store = match &settings.ca_pem {
        None => roots.store.clone(),
        Some(pem) => {
            let mut store = RootCertStore::clone(&roots.store);
            for certificate in certificates("ca_pem", pem)? {
                store.add(certificate).map_err(|error| {
                    Error::config(
                        "invalid_certificate",
                        format!("ca_pem holds a certificate that cannot be a root: {error}"),
                    )
                })?;
            }
            Arc::new(store)
        }
    };
    let internal = |error: &dyn std::fmt::Display| Error::internal(format!("TLS: {error}"));
    let verifier = WebPkiServerVerifier::builder_with_provider(store, roots.provider.clone())
        .build()
        .map_err(|error| internal(&error))?;
    let builder = ClientConfig::builder_with_provider(roots.provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(|error| internal(&error))?
        .with_webpki_verifier(verifier);
    let mut config = match (&settings.client_cert_pem, &settings.client_key_pem) {
        (Some(chain), Some(key)) => {
            let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).map_err(|_| {
                Error::config(
                    "invalid_certificate",
                    "client_key_pem holds no readable private key",
                )
            })?;
            builder
                .with_client_auth_cert(certificates("client_cert_pem", chain)?, key)
                .map_err(|_| {
                    Error::config(
                        "invalid_certificate",
                        "client_cert_pem and client_key_pem are not a pair that TLS can use",
                    )
                })?
        }
        _ => builder.with_no_client_auth(),
    };
    config.resumption = Resumption::in_memory_sessions(SESSIONS);
    Ok(Arc::new(config))
}

/// The same configuration with a session store of its own: the store has a lock,
/// which another thread may have held when this process was forked.
pub(crate) fn without_sessions(config: &ClientConfig) -> Arc<ClientConfig> {
    let mut config = config.clone();
    config.resumption = Resumption::in_memory_sessions(SESSIONS);
    Arc::new(config)
}

fn certificates(field: &str, pem: &str) -> Result<Vec<CertificateDer<'static>>> {
    let invalid =
        |why: &str| Error::config("invalid_certificate", format!("{field} {why} certificates"));
    let certificates = CertificateDer::pem_slice_iter(pem.as_bytes())
        .collect::<std::result::Result<Vec<_>, _>>()
        .map_err(|_| invalid("is not readable PEM of"))?;
    if certificates.is_empty() {
        return Err(invalid("holds no"));
    }
    Ok(certificates)
}

/// A TLS connection over another transport.
pub(super) struct TlsTransport {
    stream: StreamOwned<ClientConnection, TransportAdapter>,
    buffers: LazyBuffers,
}

impl TlsTransport {
    /// Makes the connection, the whole handshake included, so that a failure
    /// here means that no request was sent.
    pub(super) fn connect(
        inner: Box<dyn Transport>,
        host: &str,
        tls: Arc<ClientConfig>,
        timeout: NextTimeout,
        started: Instant,
        config: &Config,
        clock: Clock,
    ) -> std::result::Result<TlsTransport, ureq::Error> {
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let name = ServerName::try_from(host.to_owned())
            .map_err(|_| Failure::Tls(format!("'{host}' is not a name a certificate can have")))?;
        let mut conn =
            ClientConnection::new(tls, name).map_err(|error| Failure::Tls(error.to_string()))?;
        let mut sock = TransportAdapter::new(inner, clock);
        sock.set_timeout(remaining(timeout, started));
        conn.complete_io(&mut sock).map_err(from_tls_io)?;
        Ok(TlsTransport {
            stream: StreamOwned { conn, sock },
            buffers: LazyBuffers::new(config.input_buffer_size(), config.output_buffer_size()),
        })
    }
}

/// What is left of a time limit that began with `started`.
fn remaining(mut timeout: NextTimeout, started: Instant) -> NextTimeout {
    if !timeout.after.is_not_happening() {
        timeout.after = timeout.after.saturating_sub(started.elapsed()).into();
    }
    timeout
}

impl Transport for TlsTransport {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(
        &mut self,
        amount: usize,
        timeout: NextTimeout,
    ) -> std::result::Result<(), ureq::Error> {
        self.stream.sock.set_timeout(timeout);
        let output = &self.buffers.output()[..amount];
        self.stream.write_all(output).map_err(from_tls_io)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> std::result::Result<bool, ureq::Error> {
        self.stream.sock.set_timeout(timeout);
        let input = self.buffers.input_append_buf();
        let amount = self.stream.read(input).map_err(from_tls_io)?;
        self.buffers.input_appended(amount);
        Ok(amount > 0)
    }

    fn is_open(&mut self) -> bool {
        self.stream.sock.get_mut().is_open()
    }

    fn is_tls(&self) -> bool {
        true
    }
}

impl std::fmt::Debug for TlsTransport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TlsTransport")
    }
}
