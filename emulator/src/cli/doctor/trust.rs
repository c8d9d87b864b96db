//! Trusted roots: those of the system or of SSL_CERT_*, and the configured ones.

use std::path::Path;
use std::sync::{Arc, Mutex};

use tokio_rustls::rustls::client::danger::{
    HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier,
};
use tokio_rustls::rustls::client::{WantsClientCert, WebPkiServerVerifier};
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use tokio_rustls::rustls::{
    ClientConfig, ConfigBuilder, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
    WantsVerifier,
};

use super::input::pem::Block;
use super::input::{certificates, private_key, roots};
use super::keys;
use super::report::Problem;
use super::settings;

/// The certificates of a server, its own first.
type Chain = Vec<CertificateDer<'static>>;

/// The TLS configuration, and the certificates that the last server sent.
pub struct Trust {
    pub config: Arc<ClientConfig>,
    received: Arc<Mutex<Chain>>,
}

impl Trust {
    /// The roots of SSL_CERT_*, of the system, or the bundled ones if the system has none; and the configured
    /// ones.
    pub fn from_settings() -> Result<(Self, String), Problem> {
        let found = roots::read(settings::environment).map_err(|found| {
            Problem::new(
                found,
                "correct the variable, or let this user read what it names",
            )
        })?;
        let mut roots = RootCertStore::empty();
        let certificates = found.certificates.into_iter().map(CertificateDer::from);
        let (count, _) = roots.add_parsable_certificates(certificates);
        let mut description = if found.named {
            format!("{count} of SSL_CERT_FILE and SSL_CERT_DIR")
        } else {
            format!("{count} of the system")
        };
        if roots.is_empty() && !found.named {
            roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
            "Mozilla's, since the system has none".clone_into(&mut description);
        }
        description += &add_configured(&mut roots)?;
        if roots.is_empty() {
            return Err(Problem::new(
                "none: SSL_CERT_FILE and SSL_CERT_DIR name no certificate",
                "set LOGINID_CA_FILE, or unset these variables",
            ));
        }
        let received = Arc::new(Mutex::new(Chain::new()));
        let config = Arc::new(client_config(roots, &received)?);
        Ok((Self { config, received }, description))
    }

    /// For plain http, which needs no roots: checks only the configured ones, as the library does.
    pub fn check_settings() -> Result<(), Problem> {
        let mut roots = RootCertStore::empty();
        add_configured(&mut roots)?;
        with_identity(builder()?.with_root_certificates(roots)).map(drop)
    }

    /// The certificates that the last server sent.
    pub fn received(&self) -> Chain {
        self.received
            .lock()
            .map(|chain| chain.clone())
            .unwrap_or_default()
    }
}

/// Adds the configured certificates, and describes them.
fn add_configured(roots: &mut RootCertStore) -> Result<String, Problem> {
    let (setting, text) = match (settings::bytes("ca_pem"), settings::text("ca_file")) {
        (None, None) => return Ok(String::new()),
        (Some(_), Some(_)) => {
            return Err(Problem::new(
                "LOGINID_CA_PEM and LOGINID_CA_FILE are both set",
                "set one",
            ));
        }
        (Some(text), None) => ("LOGINID_CA_PEM", text),
        (None, Some(path)) => (
            "LOGINID_CA_FILE",
            keys::read("LOGINID_CA_FILE", Path::new(&path))?,
        ),
    };
    let added = read(setting, &text)?;
    let count = added.len();
    for certificate in added {
        roots.add(certificate).map_err(|error| {
            Problem::new(
                format!("{setting} holds a certificate that cannot be a root: {error}"),
                "give the certificates of authorities",
            )
        })?;
    }
    Ok(format!(" and {count} of {setting}"))
}

fn read(setting: &str, text: &[u8]) -> Result<Chain, Problem> {
    let certificates = certificates::read(text).map_err(|problem| {
        Problem::new(
            format!("{setting} holds no readable certificate: {problem}"),
            "give PEM, from '-----BEGIN CERTIFICATE-----' on",
        )
    })?;
    Ok(certificates.into_iter().map(CertificateDer::from).collect())
}

fn failed(error: &dyn std::fmt::Display) -> Problem {
    Problem::new(
        format!("TLS cannot be set up: {error}"),
        "give other certificates",
    )
}

fn builder() -> Result<ConfigBuilder<ClientConfig, WantsVerifier>, Problem> {
    ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| failed(&error))
}

fn client_config(
    roots: RootCertStore,
    received: &Arc<Mutex<Chain>>,
) -> Result<ClientConfig, Problem> {
    let provider = Arc::new(default_provider());
    let inner = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider)
        .build()
        .map_err(|error| failed(&error))?;
    let verifier = RecordingVerifier {
        inner,
        received: received.clone(),
    };
    let builder = builder()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier));
    with_identity(builder)
}

/// Adds the client certificate, if one is configured.
fn with_identity(
    builder: ConfigBuilder<ClientConfig, WantsClientCert>,
) -> Result<ClientConfig, Problem> {
    let (chain, key) = match (
        settings::bytes("client_cert_pem"),
        settings::bytes("client_key_pem"),
    ) {
        (None, None) => return Ok(builder.with_no_client_auth()),
        (Some(chain), Some(key)) => (chain, key),
        _ => {
            return Err(Problem::new(
                "only one of LOGINID_CLIENT_CERT_PEM and LOGINID_CLIENT_KEY_PEM is set",
                "set both or none",
            ));
        }
    };
    let chain = read("LOGINID_CLIENT_CERT_PEM", &chain)?;
    let key = private_key::private_block(&key).map_err(|refusal| {
        Problem::new(
            format!("LOGINID_CLIENT_KEY_PEM {}", refusal.explain()),
            "give the certificate's private key as PEM",
        )
    })?;
    // The certificate of the key may be at any place in the chain.
    let mut orders = (0..chain.len()).map(|own| {
        let mut chain = chain.clone();
        chain[..=own].rotate_right(1);
        chain
    });
    orders
        .find_map(|chain| builder.clone().with_client_auth_cert(chain, der(&key)).ok())
        .ok_or_else(|| {
            Problem::new(
                "LOGINID_CLIENT_CERT_PEM and LOGINID_CLIENT_KEY_PEM are not a pair that TLS can use",
                "give a certificate and its unencrypted key",
            )
        })
}

fn der(key: &Block) -> PrivateKeyDer<'static> {
    let der = key.der.to_vec();
    match key.label.as_str() {
        "EC PRIVATE KEY" => PrivateKeyDer::Sec1(der.into()),
        "RSA PRIVATE KEY" => PrivateKeyDer::Pkcs1(der.into()),
        _ => PrivateKeyDer::Pkcs8(der.into()),
    }
}

/// Verifies as rustls does, and keeps the certificates.
#[derive(Debug)]
struct RecordingVerifier {
    inner: Arc<WebPkiServerVerifier>,
    received: Arc<Mutex<Chain>>,
}

impl ServerCertVerifier for RecordingVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if let Ok(mut received) = self.received.lock() {
            let all = std::iter::once(end_entity).chain(intermediates);
            *received = all
                .map(|certificate| certificate.clone().into_owned())
                .collect();
        }
        self.inner
            .verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner
            .verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner
            .verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}
