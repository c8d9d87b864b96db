//! Whom to trust: the system's roots and those configured.

use std::path::Path;
use std::sync::{Arc, Mutex};

use rustls_native_certs::load_native_certs;
use tokio_rustls::rustls::client::WebPkiServerVerifier;
use tokio_rustls::rustls::client::danger::{
    HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier,
};
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use tokio_rustls::rustls::{
    ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
};

use super::keys;
use super::report::Problem;
use super::settings;

/// The certificates a server showed, its own first.
type Chain = Vec<CertificateDer<'static>>;

/// How to connect over TLS, and a look at what the servers show.
pub struct Trust {
    pub config: Arc<ClientConfig>,
    shown: Arc<Mutex<Chain>>,
}

impl Trust {
    /// The system's roots, or the bundled ones where there are none, and those configured.
    pub fn from_settings() -> Result<(Self, String), Problem> {
        let mut roots = RootCertStore::empty();
        let (system, _) = roots.add_parsable_certificates(load_native_certs().certs);
        let mut told = format!("{system} of the system");
        if roots.is_empty() {
            roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
            "Mozilla's, since the system has none".clone_into(&mut told);
        }
        if let Some((setting, added)) = configured()? {
            let (count, _) = roots.add_parsable_certificates(added);
            if count == 0 {
                return Err(no_certificate(setting));
            }
            told += &format!(" and {count} of {setting}");
        }
        let (config, shown) = client_config(roots)?;
        let config = Arc::new(config);
        Ok((Self { config, shown }, told))
    }

    /// What the server showed last.
    pub fn shown(&self) -> Chain {
        self.shown
            .lock()
            .map(|chain| chain.clone())
            .unwrap_or_default()
    }
}

fn no_certificate(setting: &str) -> Problem {
    Problem::new(
        format!("{setting} holds no readable certificate"),
        "give PEM, from '-----BEGIN CERTIFICATE-----' on",
    )
}

fn configured() -> Result<Option<(&'static str, Chain)>, Problem> {
    let (setting, text) = match (settings::text("ca_pem"), settings::text("ca_file")) {
        (None, None) => return Ok(None),
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
    certificates(setting, &text).map(|chain| Some((setting, chain)))
}

fn certificates(setting: &str, text: &str) -> Result<Chain, Problem> {
    CertificateDer::pem_slice_iter(text.as_bytes())
        .collect::<Result<Chain, _>>()
        .ok()
        .filter(|chain| !chain.is_empty())
        .ok_or_else(|| no_certificate(setting))
}

fn client_config(roots: RootCertStore) -> Result<(ClientConfig, Arc<Mutex<Chain>>), Problem> {
    let provider = Arc::new(default_provider());
    let failed = |error: &dyn std::fmt::Display| {
        Problem::new(
            format!("TLS cannot be set up: {error}"),
            "give other certificates",
        )
    };
    let inner = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone())
        .build()
        .map_err(|error| failed(&error))?;
    let shown = Arc::new(Mutex::new(Chain::new()));
    let witness = Witness {
        inner,
        shown: shown.clone(),
    };
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| failed(&error))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(witness));
    let config = match (
        settings::text("client_cert_pem"),
        settings::text("client_key_pem"),
    ) {
        (None, None) => builder.with_no_client_auth(),
        (Some(chain), Some(key)) => {
            let chain = certificates("LOGINID_CLIENT_CERT_PEM", &chain)?;
            PrivateKeyDer::from_pem_slice(key.as_bytes())
                .ok()
                .and_then(|key| builder.with_client_auth_cert(chain, key).ok())
                .ok_or_else(|| {
                    Problem::new(
                        "LOGINID_CLIENT_CERT_PEM and LOGINID_CLIENT_KEY_PEM are not a pair that TLS can use",
                        "give a certificate and its unencrypted key",
                    )
                })?
        }
        _ => {
            return Err(Problem::new(
                "only one of LOGINID_CLIENT_CERT_PEM and LOGINID_CLIENT_KEY_PEM is set",
                "set both or none",
            ));
        }
    };
    Ok((config, shown))
}

/// Judges as rustls does, and remembers what there was to judge.
#[derive(Debug)]
struct Witness {
    inner: Arc<WebPkiServerVerifier>,
    shown: Arc<Mutex<Chain>>,
}

impl ServerCertVerifier for Witness {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if let Ok(mut shown) = self.shown.lock() {
            let all = std::iter::once(end_entity).chain(intermediates);
            *shown = all
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
