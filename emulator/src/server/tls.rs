//! A throw-away certificate authority and the server certificates it signs.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose, date_time_ymd,
};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::CryptoProvider;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert, WebPkiClientVerifier};
use tokio_rustls::rustls::sign::{self, CertifiedKey};
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

/// The authority, and the certificates for this machine's names.
struct Certificates {
    kind: Certificate,
    authority: Authority,
    key: KeyPair,
    signer: Arc<dyn sign::SigningKey>,
    /// The certificate for `localhost`, the loopback addresses, and the name that the server listens on.
    usual: Arc<CertifiedKey>,
}

type Authority = CertifiedIssuer<'static, KeyPair>;
type AnyError = Box<dyn Error + Send + Sync>;

impl Certificates {
    fn new(
        kind: Certificate,
        authority: Authority,
        provider: &CryptoProvider,
        name: &str,
    ) -> Result<Self, AnyError> {
        let key = KeyPair::generate()?;
        let der = PrivateKeyDer::try_from(key.serialize_der())?;
        let signer = provider.key_provider.load_private_key(der)?;
        let mut names = ["localhost", "127.0.0.1", "::1"].to_vec();
        if !names.contains(&name) {
            names.push(name);
        }
        let usual = Arc::new(issue(kind, &authority, &key, &signer, &names)?);
        Ok(Self {
            kind,
            authority,
            key,
            signer,
            usual,
        })
    }
}

impl ResolvesServerCert for Certificates {
    /// Each application of the current service has a name below `localhost`, and gets its certificate when a client
    /// asks for it: a certificate for `*.localhost` is refused everywhere, as too few labels follow the wildcard.
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let name = hello.server_name();
        let Some(name) = name.filter(|name| name.ends_with(".localhost")) else {
            return Some(Arc::clone(&self.usual));
        };
        let Self {
            kind,
            authority,
            key,
            signer,
            ..
        } = self;
        let issued = issue(*kind, authority, key, signer, &[name]);
        issued.map(Arc::new).ok()
    }
}

impl fmt::Debug for Certificates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificates({:?})", self.kind)
    }
}

/// A certificate for these names and addresses.
fn issue(
    kind: Certificate,
    authority: &Authority,
    key: &KeyPair,
    signer: &Arc<dyn sign::SigningKey>,
    names: &[&str],
) -> Result<CertifiedKey, rcgen::Error> {
    let names = match kind {
        Certificate::WrongHost => &["elsewhere.invalid"],
        _ => names,
    };
    let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut server = CertificateParams::new(names)?;
    // Python 3.13 and newer require it.
    server.use_authority_key_identifier_extension = true;
    server
        .distinguished_name
        .push(DnType::CommonName, "loginid-emulator");
    if kind == Certificate::Expired {
        server.not_before = date_time_ymd(2020, 1, 1);
        server.not_after = date_time_ymd(2021, 1, 1);
    }
    let signed = match kind {
        Certificate::SelfSigned => server.self_signed(key),
        _ => server.signed_by(key, authority),
    };
    let chain = vec![signed?.der().clone()];
    Ok(CertifiedKey::new(chain, Arc::clone(signer)))
}

/// Creates an authority, and a server with certificates for this machine, for this name, and for all names below
/// `localhost`. With `mutual`, the server rejects clients without a certificate of the authority.
pub fn throw_away(kind: Certificate, name: &str, mutual: bool) -> Result<Tls, AnyError> {
    let mut authority = CertificateParams::default();
    authority
        .distinguished_name
        .push(DnType::CommonName, "loginid-emulator throw-away CA");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate()?)?;
    let ca_pem = authority.pem();

    // No process-wide default provider: the tests that run this may need another one.
    let provider = Arc::new(default_provider());
    let config = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()?;
    let (config, client) = if mutual {
        let mut roots = RootCertStore::empty();
        roots.add(authority.der().clone())?;
        let verifier =
            WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
                .build()?;
        let client = client_certificate(&authority)?;
        (config.with_client_cert_verifier(verifier), Some(client))
    } else {
        (config.with_no_client_auth(), None)
    };
    let certificates = Certificates::new(kind, authority, &provider, name)?;
    let mut config = config.with_cert_resolver(Arc::new(certificates));
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Tls {
        acceptor: TlsAcceptor::from(Arc::new(config)),
        credentials: Credentials { ca_pem, client },
    })
}

fn client_certificate(authority: &Authority) -> Result<(String, String), rcgen::Error> {
    let key = KeyPair::generate()?;
    let mut client = CertificateParams::default();
    client
        .distinguished_name
        .push(DnType::CommonName, "a client of loginid-emulator");
    client.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    let certificate = client.signed_by(&key, authority)?;
    Ok((certificate.pem(), key.serialize_pem()))
}
