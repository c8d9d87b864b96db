//! Reading certificates from PEM.

use super::pem::{self, Block, Content};

/// The certificates of a text, at least one, as DER. The text may also hold keys and their
/// parameters. The error is a clause about "it".
pub(crate) fn read(text: &[u8]) -> Result<Vec<Vec<u8>>, String> {
    let blocks = pem::read_or_explain(text, Content::Certificates)?;
    let mut certificates = Vec::with_capacity(blocks.len());
    for block in blocks {
        match Kind::of(&block) {
            Kind::Certificate => certificates.push(block.der.to_vec()),
            Kind::Key => {}
            Kind::Other(advice) => {
                return Err(format!(
                    "it holds '{}', which is not a certificate; {advice}",
                    block.label
                ));
            }
        }
    }
    if certificates.is_empty() {
        return Err("it holds keys, and no '-----BEGIN CERTIFICATE-----' block".to_owned());
    }
    Ok(certificates)
}

enum Kind {
    Certificate,
    Key,
    /// With advice.
    Other(&'static str),
}

impl Kind {
    fn of(block: &Block) -> Kind {
        match block.label.as_str() {
            "CERTIFICATE" | "X509 CERTIFICATE" => Kind::Certificate,
            "EC PARAMETERS" | "DH PARAMETERS" => Kind::Key,
            label if label.ends_with(" KEY") => Kind::Key,
            "TRUSTED CERTIFICATE" => {
                Kind::Other("convert it with 'openssl x509 -in trusted.pem -out certificate.pem'")
            }
            "PKCS7" | "CMS" => Kind::Other(
                "convert it with 'openssl pkcs7 -in bundle.p7b -print_certs -out certificates.pem'",
            ),
            _ => Kind::Other("leave it out"),
        }
    }
}
