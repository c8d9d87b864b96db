//! TLS through rustls with aws-lc-rs and the system's roots.

use std::io::{self, BufRead, ErrorKind, Read, Write};
use std::sync::{Arc, Weak};

use arc_swap::ArcSwap;
use rustls::client::{Resumption, WantsClientCert, WebPkiServerVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{
    ClientConfig, ClientConnection, ConfigBuilder, RootCertStore, StreamOwned, WantsVerifier,
};
use ureq::unversioned::transport::NextTimeout;

use super::failure::{Failure, from_io};
use super::stream::Stream;
use crate::config::TlsSettings;
use crate::error::{Error, Result};
use crate::fork;
use crate::once::RaceOnce;

/// Sessions that can be resumed: a client talks to one host.
const SESSIONS: usize = 4;

/// What every client of the process shares: the roots are many.
static SHARED: RaceOnce<Shared> = RaceOnce::new();

struct Shared {
    roots: Arc<RootCertStore>,
    provider: Arc<CryptoProvider>,
    verifier: Arc<WebPkiServerVerifier>,
    /// Verifiers with certificates added, by their PEM, while a client uses them.
    extended: ArcSwap<Vec<(String, Weak<WebPkiServerVerifier>)>>,
}

/// Reads the system's roots, else takes the bundled ones.
fn shared() -> Result<Arc<Shared>> {
    SHARED.get_or_try_init(|| {
        let mut roots = RootCertStore::empty();
        // What cannot be read or parsed is passed over: a system's store may
        // hold a few odd ones among its hundred good ones.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if roots.is_empty() {
            roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        }
        let roots = Arc::new(roots);
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        Ok(Shared {
            verifier: verifier(roots.clone(), &provider)?,
            roots,
            provider,
            extended: ArcSwap::default(),
        })
    })
}

fn verifier(
    roots: Arc<RootCertStore>,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<WebPkiServerVerifier>> {
    WebPkiServerVerifier::builder_with_provider(roots, provider.clone())
        .build()
        .map_err(|error| Error::internal(format!("TLS: {error}")))
}

impl Shared {
    /// A verifier that trusts `ca_pem` too. Clients with the same share one.
    fn extended_by(&self, ca_pem: &str) -> Result<Arc<WebPkiServerVerifier>> {
        let known = self.extended.load();
        let same = known.iter().find(|(pem, _)| pem == ca_pem);
        if let Some(verifier) = same.and_then(|(_, verifier)| verifier.upgrade()) {
            return Ok(verifier);
        }
        let mut roots = RootCertStore::clone(&self.roots);
        add_roots(&mut roots, ca_pem)?;
        let verifier = verifier(Arc::new(roots), &self.provider)?;
        self.extended.rcu(|known| {
            let in_use = known
                .iter()
                .filter(|(pem, verifier)| pem != ca_pem && verifier.strong_count() > 0);
            let own = (ca_pem.to_owned(), Arc::downgrade(&verifier));
            in_use.cloned().chain([own]).collect::<Vec<_>>()
        });
        Ok(verifier)
    }
}

/// A client's TLS configuration. Certificates that cannot be used are an error
/// here, not at the first call.
pub(crate) fn client_config(settings: &TlsSettings) -> Result<Arc<ClientConfig>> {
    let shared = shared()?;
    let verifier = match &settings.ca_pem {
        None => shared.verifier.clone(),
        Some(pem) => shared.extended_by(pem)?,
    };
    let builder = builder(shared.provider.clone())?.with_webpki_verifier(verifier);
    let mut config = with_identity(builder, settings)?;
    config.resumption = Resumption::in_memory_sessions(SESSIONS);
    Ok(Arc::new(config))
}

/// Checks what a client that uses no TLS was told of it, without the work of
/// preparing it: a mistake should not wait for the day that the URL changes.
pub(crate) fn check_settings(settings: &TlsSettings) -> Result<()> {
    let mut roots = RootCertStore::empty();
    if let Some(pem) = &settings.ca_pem {
        add_roots(&mut roots, pem)?;
    }
    if settings.client_cert_pem.is_some() {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        with_identity(builder(provider)?.with_root_certificates(roots), settings)?;
    }
    Ok(())
}

fn builder(provider: Arc<CryptoProvider>) -> Result<ConfigBuilder<ClientConfig, WantsVerifier>> {
    ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::internal(format!("TLS: {error}")))
}

/// Adds what we show of ourselves.
fn with_identity(
    builder: ConfigBuilder<ClientConfig, WantsClientCert>,
    settings: &TlsSettings,
) -> Result<ClientConfig> {
    let (Some(chain), Some(key)) = (&settings.client_cert_pem, &settings.client_key_pem) else {
        return Ok(builder.with_no_client_auth());
    };
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
        })
}

/// The same configuration for a forked child: without the parent's sessions,
/// whose lock another of its threads may hold for ever.
pub(crate) fn after_fork(config: &ClientConfig) -> Arc<ClientConfig> {
    let mut config = config.clone();
    config.resumption = Resumption::in_memory_sessions(SESSIONS);
    Arc::new(config)
}

fn add_roots(roots: &mut RootCertStore, ca_pem: &str) -> Result<()> {
    for certificate in certificates("ca_pem", ca_pem)? {
        roots.add(certificate).map_err(|error| {
            Error::config(
                "invalid_certificate",
                format!("ca_pem holds a certificate that cannot be a root: {error}"),
            )
        })?;
    }
    Ok(())
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

/// A TLS connection over another stream.
pub(super) struct TlsStream<S: Stream>(StreamOwned<ClientConnection, S>);

impl<S: Stream> TlsStream<S> {
    /// Makes the connection, the whole handshake included, so that a failure
    /// here means that no request was sent.
    pub(super) fn connect(
        mut stream: S,
        host: &str,
        tls: Arc<ClientConfig>,
    ) -> std::result::Result<TlsStream<S>, ureq::Error> {
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let name = ServerName::try_from(host.to_owned())
            .map_err(|_| Failure::Tls(format!("'{host}' is not a name a certificate can have")))?;
        let mut connection = fork::without_fork(|| ClientConnection::new(tls, name))
            .map_err(Failure::Internal)?
            .map_err(|error| Failure::Tls(error.to_string()))?;
        shake_hands(&mut connection, &mut stream).map_err(from_io)?;
        Ok(TlsStream(StreamOwned::new(connection, stream)))
    }
}

/// rustls's own `complete_io`, with no fork while it draws random bytes.
fn shake_hands(connection: &mut ClientConnection, stream: &mut impl Stream) -> io::Result<()> {
    loop {
        while connection.wants_write() {
            if connection.write_tls(stream)? == 0 {
                return Err(ErrorKind::WriteZero.into());
            }
        }
        stream.flush()?;
        if !connection.is_handshaking() {
            return Ok(());
        }
        if connection.read_tls(stream)? == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        let processed = fork::without_fork(|| connection.process_new_packets())
            .map_err(|error| ureq::Error::from(Failure::Internal(error)).into_io())?;
        if let Err(error) = processed {
            // The alert that tells the other side why, if it still listens.
            let _ = connection.write_tls(stream);
            return Err(io::Error::new(ErrorKind::InvalidData, error));
        }
    }
}

impl<S: Stream> Read for TlsStream<S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl<S: Stream> Write for TlsStream<S> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.0.write(buffer)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl<S: Stream> Stream for TlsStream<S> {
    const IS_TLS: bool = true;

    fn set_timeout(&mut self, timeout: NextTimeout) {
        self.0.sock.set_timeout(timeout);
    }

    /// Nothing decrypted is left unread, no close_notify was received, and the
    /// socket has nothing to read either.
    fn is_open(&mut self) -> bool {
        let nothing_unread = matches!(
            self.0.conn.reader().fill_buf(),
            Err(error) if error.kind() == ErrorKind::WouldBlock
        );
        nothing_unread && self.0.sock.is_open()
    }
}
