//! Describes the certificates of a server, and says which one the library does not trust.

use std::time::{SystemTime, UNIX_EPOCH};

use loginid::diagnostics::CertificateFault;
use x509_cert::Certificate;
use x509_cert::der::Decode;

fn parsed(chain: &[Vec<u8>]) -> Vec<Certificate> {
    chain
        .iter()
        .filter_map(|der| Certificate::from_der(der).ok())
        .collect()
}

/// Describes a trusted chain by its first certificate.
pub fn describe(chain: &[Vec<u8>]) -> String {
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

/// Which certificate is not trusted, and what to do; `{}` stands for the variable of the URL.
/// None if TLS failed before the certificates. `why` is the library's reason.
pub fn explain(
    chain: &[Vec<u8>],
    fault: Option<CertificateFault>,
    why: &str,
) -> Option<(String, String)> {
    let fault = fault?;
    let chain = parsed(chain);
    let explained = match fault {
        CertificateFault::Time => out_of_time(&chain).map(|found| {
            let advice = "correct this machine's clock if it is wrong; else the server needs a \
                          new certificate";
            (found, advice.to_owned())
        }),
        CertificateFault::Issuer => untrusted(&chain),
        CertificateFault::Other => None,
    };
    let other = || {
        let advice = "correct the host in {}, or have the server's certificate replaced";
        (format!("{}: {why}", named(&chain, 0)), advice.to_owned())
    };
    Some(explained.unwrap_or_else(other))
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
        let name = named(chain, index);
        if validity.not_after.to_unix_duration() < now {
            Some(format!("{name} expired at {}", validity.not_after))
        } else if validity.not_before.to_unix_duration() > now {
            Some(format!(
                "{name} is not valid before {}",
                validity.not_before
            ))
        } else {
            None
        }
    })
}

/// Follows the chain from the server's certificate to the first issuer that is not trusted.
fn untrusted(chain: &[Certificate]) -> Option<(String, String)> {
    let mut index = 0;
    while let Some(next) = issuer_of(chain, index) {
        index = next;
    }
    let last = chain.get(index)?.tbs_certificate();
    let name = named(chain, index);
    if last.issuer() == last.subject() {
        let advice = "if it is yours, or your company's proxy shows it, set LOGINID_CA_FILE to it";
        return Some((
            format!("{name} is signed by itself and not trusted"),
            advice.to_owned(),
        ));
    }
    let advice = "set LOGINID_CA_FILE to that authority's certificate; if it should be trusted, \
                  the server leaves out an intermediate certificate";
    Some((
        format!(
            "{name} is issued by {}, which is not trusted",
            last.issuer()
        ),
        advice.to_owned(),
    ))
}

/// The index of the issuer. Servers may send the certificates after the first in any order.
fn issuer_of(chain: &[Certificate], index: usize) -> Option<usize> {
    let issuer = chain.get(index)?.tbs_certificate().issuer();
    let above = chain.iter().enumerate().skip(index + 1);
    let mut found = above.filter(|(_, candidate)| candidate.tbs_certificate().subject() == issuer);
    found.next().map(|(place, _)| place)
}
