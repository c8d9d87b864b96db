//! A throw-away certificate authority and the server certificate it signs.

use std::error::Error;
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose, date_time_ymd,
};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

/// The server's certificate, good or bad.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Certificate {
    /// A valid one.
    #[default]
    Valid,
    /// An expired one.
    Expired,
    /// One for another host.
    WrongHost,
    /// A self-signed one, not signed by the authority.
    SelfSigned,
}

/// A TLS server, and what its clients need.
pub struct Tls {
    pub acceptor: TlsAcceptor,
    pub credentials: Credentials,
}

/// What clients of a TLS server need.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The authority, as PEM.
    pub ca_pem: String,
    /// A client's certificate and key, as PEM, if one is required.
    pub client: Option<(String, String)>,
}

/// Creates an authority, a certificate for this machine and these names, and a server that uses it. With `mutual`, the server rejects
/// clients without a certificate of the authority.
pub fn throw_away(
    certificate: Certificate,
    names: &[String],
    mutual: bool,
) -> Result<Tls, Box<dyn Error + Send + Sync>> {
    let mut authority = CertificateParams::default();
    authority
        .distinguished_name
        .push(DnType::CommonName, "loginid-emulator throw-away CA");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate()?)?;

    let hosts = match certificate {
        Certificate::WrongHost => vec!["elsewhere.invalid".to_owned()],
        _ => {
            let mut hosts = ["localhost", "127.0.0.1", "::1"]
                .map(str::to_owned)
                .to_vec();
            for name in names {
                if !hosts.contains(name) {
                    hosts.push(name.clone());
                }
            }
            hosts
        }
    };
    let key = KeyPair::generate()?;
    let mut server = CertificateParams::new(hosts)?;
    server
        .distinguished_name
        .push(DnType::CommonName, "loginid-emulator");
    if certificate == Certificate::Expired {
        server.not_before = date_time_ymd(2020, 1, 1);
        server.not_after = date_time_ymd(2021, 1, 1);
    }
    let signed = match certificate {
        Certificate::SelfSigned => server.self_signed(&key),
        _ => server.signed_by(&key, &authority),
    };
    let chain = vec![signed?.der().clone()];
    let key = PrivateKeyDer::try_from(key.serialize_der())?;

    // No process-wide default provider: the tests that run this may need another one.
    let provider = Arc::new(default_provider());
    let config = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()?;
    let (config, client) = if mutual {
        let mut roots = RootCertStore::empty();
        roots.add(authority.der().clone())?;
        let verifier =
            WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build()?;
        let client = client_certificate(&authority)?;
        (config.with_client_cert_verifier(verifier), Some(client))
    } else {
        (config.with_no_client_auth(), None)
    };
    let mut config = config.with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Tls {
        acceptor: TlsAcceptor::from(Arc::new(config)),
        credentials: Credentials {
            ca_pem: authority.pem(),
            client,
        },
    })
}

fn client_certificate(
    authority: &CertifiedIssuer<'_, KeyPair>,
) -> Result<(String, String), rcgen::Error> {
    let key = KeyPair::generate()?;
    let mut client = CertificateParams::default();
    client
        .distinguished_name
        .push(DnType::CommonName, "a client of loginid-emulator");
    client.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    let certificate = client.signed_by(&key, authority)?;
    Ok((certificate.pem(), key.serialize_pem()))
}
