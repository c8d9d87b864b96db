//! A client's TLS configuration: trusted roots and the client certificate.

use std::sync::{Arc, Weak};

use arc_swap::ArcSwap;
use once_cell::race::OnceBox;
use rustls::client::{Resumption, WantsClientCert, WebPkiServerVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, ConfigBuilder, RootCertStore, WantsVerifier};

use super::common::{Authorities, ClientCertificate, TlsSettings};
use super::effective::{RootsSource, TrustedRoots};
use super::environment::variable;
use super::recording::{Received, RecordingVerifier};
use crate::codes::Code;
use crate::error::{Error, Result};
use crate::fork;
use crate::input::pem::Block;
use crate::input::roots::{self, Roots};
use crate::net;

/// Shared by all clients of the process, because the roots are many. Threads may race to make it;
/// the first one stored is used by all. `std::sync::OnceLock` would block the others, and a child
/// forked meanwhile would wait forever for a thread that it does not have.
static SHARED: OnceBox<Shared> = OnceBox::new();

struct Shared {
    roots: Arc<RootCertStore>,
    source: RootsSource,
    provider: Arc<CryptoProvider>,
    /// Roots with certificates added, while a client uses them.
    extended: ArcSwap<Vec<Extended>>,
}

type Extended = (Vec<CertificateDer<'static>>, Weak<RootCertStore>);

/// A failed attempt is not kept: the next client reads the roots again.
fn shared() -> Result<&'static Shared> {
    SHARED.get_or_try_init(|| {
        let (roots, source) = trusted_roots()?;
        Ok(Box::new(Shared {
            roots: Arc::new(roots),
            source,
            provider: provider(),
            extended: ArcSwap::default(),
        }))
    })
}

/// The named roots or the system's.
fn trusted_roots() -> Result<(RootCertStore, RootsSource)> {
    roots::read(variable)
        .map(store)
        .map_err(|problem| Error::new(Code::UnreadableFile, problem))
}

/// The certificates that can be roots, or Mozilla's roots if the system has none.
fn store(found: Roots) -> (RootCertStore, RootsSource) {
    let mut roots = RootCertStore::empty();
    let mut source = match found.named {
        true => RootsSource::Variables,
        false => RootsSource::System,
    };
    let certificates = found.certificates.into_iter().map(CertificateDer::from);
    roots.add_parsable_certificates(certificates);
    if roots.is_empty() && !found.named {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        source = RootsSource::Mozilla;
    }
    (roots, source)
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}

impl Shared {
    /// The roots that a client trusts.
    fn roots_of(&self, settings: &TlsSettings) -> Result<Arc<RootCertStore>> {
        match &settings.authorities {
            None => Ok(self.roots.clone()),
            Some(authorities) => self.extended_by(authorities),
        }
    }

    /// The roots with these added. Clients with the same share one store.
    fn extended_by(&self, authorities: &Authorities) -> Result<Arc<RootCertStore>> {
        let certificates = &authorities.certificates;
        let known = self.extended.load();
        let same = known.iter().find(|(added, _)| added == certificates);
        if let Some(roots) = same.and_then(|(_, roots)| roots.upgrade()) {
            return Ok(roots);
        }
        let mut roots = RootCertStore::clone(&self.roots);
        add(&mut roots, authorities)?;
        let roots = Arc::new(roots);
        self.extended.rcu(|known| {
            let in_use = known
                .iter()
                .filter(|(added, roots)| added != certificates && roots.strong_count() > 0);
            let own = (certificates.clone(), Arc::downgrade(&roots));
            in_use.cloned().chain([own]).collect::<Vec<_>>()
        });
        Ok(roots)
    }
}

fn add(roots: &mut RootCertStore, authorities: &Authorities) -> Result<()> {
    for certificate in &authorities.certificates {
        roots.add(certificate.clone()).map_err(|error| {
            let field = authorities.field;
            let why = net::describe_error(&error);
            Error::new(
                Code::InvalidCertificate,
                format!("{field} holds a certificate that cannot be a root: {why}"),
            )
        })?;
    }
    Ok(())
}

/// A client's TLS configuration, without a place for sessions. Certificates that cannot
/// be used are an error here, not at the first call.
pub(crate) fn client_config(settings: &TlsSettings) -> Result<ClientConfig> {
    let shared = shared()?;
    let roots = shared.roots_of(settings)?;
    let builder = builder(shared.provider.clone())?.with_root_certificates(roots);
    let mut config = with_identity(builder, &shared.provider, settings)?;
    config.resumption = Resumption::disabled();
    Ok(config)
}

/// The same configuration, which also records the certificates that a server sends. None
/// without any root: then no certificate can be trusted.
pub(crate) fn recording_config(
    settings: &TlsSettings,
    received: &Arc<Received>,
) -> Result<Option<ClientConfig>> {
    let shared = shared()?;
    let roots = shared.roots_of(settings)?;
    if roots.is_empty() {
        return Ok(None);
    }
    let provider = shared.provider.clone();
    let inner = WebPkiServerVerifier::builder_with_provider(roots, provider.clone())
        .build()
        .map_err(|error| Error::internal(format!("TLS: {error}")))?;
    let verifier = Arc::new(RecordingVerifier::new(inner, received.clone()));
    let builder = builder(provider.clone())?
        .dangerous()
        .with_custom_certificate_verifier(verifier);
    let mut config = with_identity(builder, &provider, settings)?;
    config.resumption = Resumption::disabled();
    Ok(Some(config))
}

/// The trusted roots of a client.
pub(crate) fn describe_roots(settings: &TlsSettings) -> Result<TrustedRoots> {
    let shared = shared()?;
    let added = settings.authorities.as_ref();
    Ok(TrustedRoots {
        source: shared.source,
        count: shared.roots.len(),
        added: added.map(|added| (added.field, added.certificates.len())),
    })
}

/// Checks the TLS settings of a client that does not use TLS, without preparing it: a mistake
/// must not stay hidden until the URL changes.
pub(crate) fn check_settings(settings: &TlsSettings) -> Result<()> {
    let mut roots = RootCertStore::empty();
    if let Some(authorities) = &settings.authorities {
        add(&mut roots, authorities)?;
    }
    if settings.client.is_some() {
        let provider = provider();
        let builder = builder(provider.clone())?.with_root_certificates(roots);
        with_identity(builder, &provider, settings)?;
    }
    Ok(())
}

fn builder(provider: Arc<CryptoProvider>) -> Result<ConfigBuilder<ClientConfig, WantsVerifier>> {
    ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::internal(format!("TLS: {error}")))
}

/// Adds the client certificate.
fn with_identity(
    builder: ConfigBuilder<ClientConfig, WantsClientCert>,
    provider: &CryptoProvider,
    settings: &TlsSettings,
) -> Result<ClientConfig> {
    let Some(ClientCertificate { chain, key }) = &settings.client else {
        return Ok(builder.with_no_client_auth());
    };
    let unusable = |why| Error::new(Code::InvalidCertificate, why);
    let loaded = fork::without_fork(|| provider.key_provider.load_private_key(private_key(key)))?
        .map_err(|_| unusable("client_key_pem is not a private key that TLS can use"))?;
    // TLS has the key's own certificate first, whatever the order in the text.
    let is_own = |certificate: &CertificateDer<'static>| {
        CertifiedKey::new(vec![certificate.clone()], loaded.clone())
            .keys_match()
            .is_ok()
    };
    let mut chain = chain.clone();
    let own = chain.iter().position(is_own).ok_or_else(|| {
        unusable(
            "client_cert_pem and client_key_pem are not a pair: \
             no certificate is for the public key of the private one",
        )
    })?;
    if let Some(before) = chain.get_mut(..=own) {
        before.rotate_right(1);
    }
    fork::without_fork(|| builder.with_client_auth_cert(chain, private_key(key)))?
        .map_err(|_| unusable("client_cert_pem and client_key_pem are not a pair that TLS can use"))
}

fn private_key(block: &Block) -> PrivateKeyDer<'static> {
    let der = block.der.to_vec();
    match block.label.as_str() {
        "EC PRIVATE KEY" => PrivateKeyDer::Sec1(der.into()),
        "RSA PRIVATE KEY" => PrivateKeyDer::Pkcs1(der.into()),
        _ => PrivateKeyDer::Pkcs8(der.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mozillas_roots_replace_missing_system_roots_and_never_named_ones() {
        let store = |certificates: Vec<Vec<u8>>, named| {
            store(Roots {
                certificates,
                named,
            })
            .0
        };
        assert!(store(vec![], true).is_empty());
        assert!(store(vec![b"not a certificate".to_vec()], true).is_empty());
        for nothing in [vec![], vec![b"not a certificate".to_vec()]] {
            assert_eq!(
                store(nothing, false).len(),
                webpki_roots::TLS_SERVER_ROOTS.len()
            );
        }
    }
}
