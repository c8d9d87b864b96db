//! A TLS server of bare sockets, and certificates made for one test.

// Each test binary uses a part of it.
#![allow(dead_code)]

use std::net::TcpStream;
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// A connection over which the handshake is made when it is first used.
pub type TlsStream = StreamOwned<ServerConnection, TcpStream>;

/// A throw-away certificate authority.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub fn new() -> Authority {
        let mut params = CertificateParams::default();
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

    pub fn issue(&self, params: CertificateParams) -> Identity {
        let key = key();
        let certificate = params.signed_by(&key, &self.0).expect("a certificate");
        Identity::new(certificate.der().clone(), &key)
    }
}

/// What a server's certificate usually says.
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

    fn new(certificate: CertificateDer<'static>, key: &KeyPair) -> Identity {
        let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
        Identity { certificate, key }
    }

    pub fn server(self) -> Server {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("protocol versions")
            .with_no_client_auth()
            .with_single_cert(vec![self.certificate], self.key)
            .expect("a certificate with its key");
        Server(Arc::new(config))
    }
}

#[derive(Clone)]
pub struct Server(Arc<ServerConfig>);

impl Server {
    pub fn accept(&self, stream: TcpStream) -> TlsStream {
        let connection = ServerConnection::new(self.0.clone()).expect("a connection");
        StreamOwned::new(connection, stream)
    }
}
