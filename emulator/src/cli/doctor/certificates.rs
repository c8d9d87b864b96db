//! Describes the certificates of a server, and explains which one fails and why.

use std::time::{SystemTime, UNIX_EPOCH};

use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::{CertificateError, Error};
use x509_cert::Certificate;
use x509_cert::der::Decode;

use super::address::Host;
use super::report::Problem;

fn parsed(chain: &[CertificateDer<'_>]) -> Vec<Certificate> {
    chain
        .iter()
        .filter_map(|der| Certificate::from_der(der).ok())
        .collect()
}

/// Describes a trusted chain by its first certificate.
pub fn describe(chain: &[CertificateDer<'_>]) -> String {
    let chain = parsed(chain);
    let Some(first) = chain.first() else {
        return "trusted".to_owned();
    };
    let first = first.tbs_certificate();
    format!(
        "trusted: {}, issued by {}, valid until {}",
        first.subject(),
        first.issuer(),
        first.validity().not_after
    )
}

/// Explains which certificate fails, and why.
pub fn explain(chain: &[CertificateDer<'_>], error: &Error, host: &Host) -> Problem {
    let chain = parsed(chain);
    match error {
        Error::InvalidCertificate(
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. },
        ) => Problem::new(
            out_of_time(&chain).unwrap_or_else(|| error.to_string()),
            "correct this machine's clock if it is wrong; else the server needs a new certificate",
        ),
        Error::InvalidCertificate(CertificateError::NotValidForNameContext {
            presented, ..
        }) => Problem::new(
            format!(
                "{} is for {}, not for {}",
                named(&chain, 0),
                presented.join(", "),
                host.name
            ),
            format!("correct the host in {}", host.variable),
        ),
        Error::InvalidCertificate(CertificateError::UnknownIssuer) => untrusted(&chain),
        Error::InvalidCertificate(_) => Problem::new(
            format!("{}: {error}", named(&chain, 0)),
            "have the server's certificate replaced",
        ),
        _ => Problem::new(
            format!("TLS failed: {error}"),
            format!("check that host and port of {} speak https", host.variable),
        ),
    }
}

/// A certificate by its place and subject.
fn named(chain: &[Certificate], index: usize) -> String {
    let subject = chain.get(index).map_or_else(String::new, |one| {
        format!(" ({})", one.tbs_certificate().subject())
    });
    format!(
        "certificate {} of {}{subject}",
        index + 1,
        chain.len().max(1)
    )
}

fn out_of_time(chain: &[Certificate]) -> Option<String> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    chain.iter().enumerate().find_map(|(index, certificate)| {
        let validity = certificate.tbs_certificate().validity();
        if validity.not_after.to_unix_duration() < now {
            Some(format!(
                "{} expired at {}",
                named(chain, index),
                validity.not_after
            ))
        } else if validity.not_before.to_unix_duration() > now {
            Some(format!(
                "{} is not valid before {}",
                named(chain, index),
                validity.not_before
            ))
        } else {
            None
        }
    })
}

/// Follows the chain from the server's certificate to the first issuer that is not trusted.
fn untrusted(chain: &[Certificate]) -> Problem {
    let mut index = 0;
    while let Some(next) = issuer_of(chain, index) {
        index = next;
    }
    let Some(last) = chain.get(index).map(Certificate::tbs_certificate) else {
        return Problem::new("the certificate is not readable", "have it replaced");
    };
    let name = named(chain, index);
    if last.issuer() == last.subject() {
        return Problem::new(
            format!("{name} is signed by itself and not trusted"),
            "if it is yours, or your company's proxy shows it, set LOGINID_CA_FILE to it",
        );
    }
    Problem::new(
        format!(
            "{name} is issued by {}, which is not trusted",
            last.issuer()
        ),
        "set LOGINID_CA_FILE to that authority's certificate; if it should be trusted, the server \
         leaves out an intermediate certificate",
    )
}

/// The index of the issuer. Servers may send the certificates after the first in any order.
fn issuer_of(chain: &[Certificate], index: usize) -> Option<usize> {
    let issuer = chain.get(index)?.tbs_certificate().issuer();
    let above = chain.iter().enumerate().skip(index + 1);
    let mut found = above.filter(|(_, candidate)| candidate.tbs_certificate().subject() == issuer);
    found.next().map(|(place, _)| place)
}
