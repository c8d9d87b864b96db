//! Records the certificates that a server sends, also those that are not trusted.

use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, Error, SignatureScheme};

/// Why certificates are not trusted, as far as their text shows which one it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum CertificateFault {
    /// One has expired, or is not valid yet.
    Time,
    /// The issuer of the last one is not trusted.
    Issuer,
    /// Anything else: the error says it.
    Other,
}

/// The certificates of the last server, its own first, and what is wrong with them.
#[derive(Debug, Default)]
pub(crate) struct Received(Mutex<(Vec<Vec<u8>>, Option<CertificateFault>)>);

impl Received {
    pub(crate) fn take(&self) -> (Vec<Vec<u8>>, Option<CertificateFault>) {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn set(&self, chain: Vec<Vec<u8>>, fault: Option<CertificateFault>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = (chain, fault);
    }
}

/// Verifies as rustls does, and records.
#[derive(Debug)]
pub(crate) struct RecordingVerifier {
    inner: Arc<WebPkiServerVerifier>,
    received: Arc<Received>,
}

impl RecordingVerifier {
    pub(crate) fn new(
        inner: Arc<WebPkiServerVerifier>,
        received: Arc<Received>,
    ) -> RecordingVerifier {
        RecordingVerifier { inner, received }
    }
}

fn fault(error: &Error) -> CertificateFault {
    use CertificateError as E;
    match error {
        Error::InvalidCertificate(
            E::Expired | E::ExpiredContext { .. } | E::NotValidYet | E::NotValidYetContext { .. },
        ) => CertificateFault::Time,
        Error::InvalidCertificate(E::UnknownIssuer) => CertificateFault::Issuer,
        _ => CertificateFault::Other,
    }
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
        let verified = self.inner.verify_server_cert(
            end_entity,
            intermediates,
            server_name,
            ocsp_response,
            now,
        );
        let all = std::iter::once(end_entity).chain(intermediates);
        let chain = all.map(|certificate| certificate.to_vec()).collect();
        self.received.set(chain, verified.as_ref().err().map(fault));
        verified
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let inner = &self.inner;
        inner.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let inner = &self.inner;
        inner.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}
