//! A TLS server of bare sockets, and certificates made for one test.

use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use base64::Engine;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{WantsServerCert, WebPkiClientVerifier};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
pub use rustls::version::{TLS12, TLS13};
use rustls::{
    ConfigBuilder, RootCertStore, ServerConfig, ServerConnection, StreamOwned,
    SupportedProtocolVersion as Version, WantsVerifier,
};

/// A connection whose handshake is made when it is first used.
pub type TlsStream = StreamOwned<ServerConnection, TcpStream>;

/// A temporary certificate authority.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    /// An authority with this name.
    pub fn new() -> Authority {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        Authority::named(&format!("authority {number}"))
    }

    pub fn named(name: &str) -> Authority {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, key());
        Authority(issuer.expect("a certificate"))
    }

    pub fn pem(&self) -> String {
        self.0.pem()
    }

    /// A certificate for a server with this name.
    pub fn server(&self, host: &str) -> Identity {
        self.issue(params(host))
    }

    /// A client's certificate and key, as PEM.
    pub fn client(&self) -> (String, String) {
        let mut params = CertificateParams::default();
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        let key = key();
        let certificate = params.signed_by(&key, &self.0).expect("a certificate");
        (certificate.pem(), key.serialize_pem())
    }

    pub fn issue(&self, params: CertificateParams) -> Identity {
        let key = key();
        let certificate = params.signed_by(&key, &self.0).expect("a certificate");
        Identity::new(certificate.der().clone(), &key)
    }
}

/// The usual parameters of a server certificate.
pub fn params(host: &str) -> CertificateParams {
    let mut params = CertificateParams::new(vec![host.to_owned()]).expect("a name");
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params
}

fn key() -> KeyPair {
    KeyPair::generate().expect("a key")
}

/// A certificate and its key.
pub struct Identity {
    pub certificate: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
}

impl Identity {
    pub fn self_signed(params: CertificateParams) -> Identity {
        let key = key();
        let certificate = params.self_signed(&key).expect("a certificate");
        Identity::new(certificate.der().clone(), &key)
    }

    pub fn from_pem(certificate: &str, key: &str) -> Identity {
        let certificate = CertificateDer::from_pem_slice(certificate.as_bytes());
        let key = PrivateKeyDer::from_pem_slice(key.as_bytes());
        Identity {
            certificate: certificate.expect("a certificate"),
            key: key.expect("a key"),
        }
    }

    fn new(certificate: CertificateDer<'static>, key: &KeyPair) -> Identity {
        let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
        Identity { certificate, key }
    }

    pub fn pem(&self) -> String {
        let base64 = base64::engine::general_purpose::STANDARD.encode(&self.certificate);
        format!("-----BEGIN CERTIFICATE-----\n{base64}\n-----END CERTIFICATE-----\n")
    }

    pub fn server(self) -> Server {
        self.with(builder(&[&TLS13, &TLS12]).with_no_client_auth())
    }

    /// A server that requires a client certificate of this authority, in TLS 1.2 or 1.3.
    pub fn server_for(self, clients: &Authority, version: &'static Version) -> Server {
        let mut roots = RootCertStore::empty();
        roots.add(clients.0.der().clone()).expect("an authority");
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
        let verifier = verifier.build().expect("a verifier");
        self.with(builder(&[version]).with_client_cert_verifier(verifier))
    }

    /// The certificate is sent unchecked: rustls would not serve every one.
    fn with(self, builder: ConfigBuilder<ServerConfig, WantsServerCert>) -> Server {
        let key = rustls::crypto::aws_lc_rs::sign::any_supported_type(&self.key);
        let identity = CertifiedKey::new(vec![self.certificate], key.expect("a key"));
        let config = builder.with_cert_resolver(Arc::new(SingleCertAndKey::from(identity)));
        Server(Arc::new(config))
    }
}

fn builder(versions: &[&'static Version]) -> ConfigBuilder<ServerConfig, WantsVerifier> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ServerConfig::builder_with_provider(provider);
    builder
        .with_protocol_versions(versions)
        .expect("protocol versions")
}

#[derive(Clone)]
pub struct Server(Arc<ServerConfig>);

impl Server {
    pub fn accept(&self, stream: TcpStream) -> TlsStream {
        let connection = ServerConnection::new(self.0.clone()).expect("a connection");
        StreamOwned::new(connection, stream)
    }
}
