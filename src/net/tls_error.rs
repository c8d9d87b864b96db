//! Messages for certificate and TLS errors: what is wrong, and how to fix it.

use std::time::{Duration, UNIX_EPOCH};

use rustls::pki_types::UnixTime;
use rustls::{
    AlertDescription, CertificateError, Error, InvalidMessage, OtherError, PeerIncompatible,
};

/// Why the other side's certificate is not trusted. The text follows a colon.
pub(super) fn certificate(error: &CertificateError) -> String {
    use CertificateError as E;
    let why = match error {
        E::Expired => "it has expired",
        E::ExpiredContext { time, not_after } => {
            return format!("it expired on {}, and {}", date(not_after), clock(time));
        }
        E::NotValidYet => "it is not valid yet: check this machine's clock",
        E::NotValidYetContext { time, not_before } => {
            let start = date(not_before);
            return format!("it is not valid before {start}, and {}", clock(time));
        }
        E::UnknownIssuer => {
            "its issuer is not trusted: put the issuer's certificate (if it is self-signed, \
             its own) into ca_file or ca_pem, and have the server send the intermediate ones"
        }
        E::NotValidForName => "it is for another host",
        E::NotValidForNameContext { presented, .. } => return wrong_host(presented),
        E::BadSignature => {
            "its signature does not match the trusted authority of that name: if the authority \
             has a new key, put its new certificate into ca_file or ca_pem"
        }
        E::BadEncoding => "it is malformed",
        E::Revoked => "it was revoked",
        E::UnhandledCriticalExtension => "it has a critical extension that is not supported",
        E::InvalidPurpose | E::InvalidPurposeContext { .. } => {
            "it is not a server certificate: its extended key usage lacks serverAuth"
        }
        E::UnsupportedSignatureAlgorithmContext { .. }
        | E::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => {
            "it is signed with an algorithm that is not supported, such as SHA-1: \
             issue it with SHA-256"
        }
        E::Other(OtherError(other)) => match other.downcast_ref::<webpki::Error>() {
            Some(error) => return webpki_error(error),
            None => "it cannot be verified",
        },
        other => return format!("it cannot be verified: {}", words(other)),
    };
    why.to_owned()
}

/// Errors that only webpki distinguishes.
fn webpki_error(error: &webpki::Error) -> String {
    use webpki::Error as E;
    let why = match error {
        E::CaUsedAsEndEntity => {
            "a CA certificate cannot be a server's: issue one from it \
             (docs/configuration.md shows how)"
        }
        E::EndEntityUsedAsCa => "it was issued by a certificate that is not a CA's",
        E::UnsupportedCertVersion => {
            "it is not of X.509 version 3: issue it with the host's name in a \
             subjectAltName (docs/configuration.md shows how)"
        }
        E::UnsupportedCriticalExtension => "it has a critical extension that is not supported",
        E::NameConstraintViolation => "its issuer may not issue certificates for its names",
        E::PathLenConstraintViolated
        | E::MaximumPathDepthExceeded
        | E::MaximumPathBuildCallsExceeded
        | E::MaximumSignatureChecksExceeded
        | E::MaximumNameConstraintComparisonsExceeded => {
            "the chain to its issuer is longer than allowed"
        }
        other => return format!("it is malformed: {}", words(other)),
    };
    why.to_owned()
}

/// What is wrong with a certificate or with a connection.
pub(crate) fn describe_error(error: &Error) -> String {
    match error {
        Error::InvalidCertificate(why) => certificate(why),
        other => protocol(other),
    }
}

/// Why TLS failed. "It" in the text is the other side.
pub(super) fn protocol(error: &Error) -> String {
    use AlertDescription as Alert;
    let why = match error {
        Error::InvalidMessage(
            InvalidMessage::InvalidContentType | InvalidMessage::UnknownProtocolVersion,
        ) => {
            "what it sent is not TLS: if this is a plain http port, the URL must start \
             with http://"
        }
        Error::InvalidMessage(why) => {
            return format!("it sent a malformed message: {}", words(why));
        }
        Error::AlertReceived(Alert::ProtocolVersion)
        | Error::PeerIncompatible(
            PeerIncompatible::ServerDoesNotSupportTls12Or13
            | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig,
        ) => "it supports neither TLS 1.2 nor TLS 1.3, and older versions are not secure",
        Error::AlertReceived(Alert::HandshakeFailure | Alert::InsufficientSecurity) => {
            "there is no common cipher suite, or it requires a client certificate \
             (client_cert_pem and client_key_pem)"
        }
        Error::AlertReceived(Alert::CertificateRequired) => {
            "it requires a client certificate: set client_cert_pem and client_key_pem"
        }
        Error::AlertReceived(
            alert @ (Alert::BadCertificate
            | Alert::UnsupportedCertificate
            | Alert::CertificateRevoked
            | Alert::CertificateExpired
            | Alert::CertificateUnknown
            | Alert::UnknownCA
            | Alert::AccessDenied),
        ) => {
            let why = words(alert);
            return format!("it refused the client certificate (client_cert_pem): {why}");
        }
        Error::AlertReceived(Alert::UnrecognisedName) => "it does not serve a host of this name",
        Error::AlertReceived(alert) => return format!("it ended the connection: {}", words(alert)),
        Error::PeerIncompatible(why) => {
            return format!("it supports no secure configuration: {}", words(why));
        }
        Error::PeerMisbehaved(why) => return format!("it violated the protocol: {}", words(why)),
        Error::NoCertificatesPresented => "it sent no certificate",
        Error::DecryptError => {
            "a message could not be decrypted: it was changed on its way, or is invalid"
        }
        Error::General(why) => return why.clone(),
        Error::Other(why) => return why.to_string(),
        other => return words(other),
    };
    why.to_owned()
}

/// Which hosts a certificate is for. rustls lists them as `DnsName("a.example")`.
fn wrong_host(presented: &[String]) -> String {
    const MAX_LISTED: usize = 10;
    let name = |name: &String| match name.split_once('(') {
        Some((_, inner)) => inner.trim_end_matches(')').trim_matches('"').to_owned(),
        None => name.clone(),
    };
    let listed: Vec<String> = presented.iter().take(MAX_LISTED).map(name).collect();
    if listed.is_empty() {
        "it names no host: the name must be in its subjectAltName, not in its CN".to_owned()
    } else if presented.len() > MAX_LISTED {
        format!("it is for other hosts: {}, …", listed.join(", "))
    } else {
        format!("it is for another host: {}", listed.join(", "))
    }
}

fn date(time: &UnixTime) -> String {
    let time = UNIX_EPOCH.checked_add(Duration::from_secs(time.as_secs()));
    // The format ends at the year 9999.
    let last = UNIX_EPOCH + Duration::from_secs(253_402_300_799);
    httpdate::fmt_http_date(time.unwrap_or(last).min(last))
}

fn clock(time: &UnixTime) -> String {
    format!("this machine's clock says {}", date(time))
}

/// Words for an error without a message: `TooManyEmptyFragments` becomes "too many empty
/// fragments".
fn words(error: &impl std::fmt::Debug) -> String {
    let debug = format!("{error:?}");
    let names = debug.split(|character: char| !character.is_ascii_alphanumeric());
    let mut words = String::new();
    for name in names.take_while(|name| !name.is_empty()) {
        // A name starts with a capital letter, and so does each of its words.
        let mut after_lowercase = !words.is_empty();
        for character in name.chars() {
            if character.is_ascii_uppercase() && after_lowercase {
                words.push(' ');
            }
            after_lowercase = !character.is_ascii_uppercase();
            words.push(character.to_ascii_lowercase());
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use rustls::PeerMisbehaved;

    use super::*;

    /// Asserts that nothing in it looks like a Rust name or structure.
    fn assert_plain(text: &str) {
        let checked = text.replace("serverAuth", "").replace("subjectAltName", "");
        let is_camel_case =
            |pair: &[u8]| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase();
        assert!(!checked.as_bytes().windows(2).any(is_camel_case), "{text}");
        for odd in ["{", "}", "::", "\"", "\\", "  ", "Error("] {
            assert!(!text.contains(odd), "{text}");
        }
        assert!(text.len() > 10, "{text}");
    }

    fn wrapped(error: webpki::Error) -> String {
        certificate(&CertificateError::Other(OtherError(Arc::new(error))))
    }

    #[test]
    fn rare_certificate_errors_have_plain_messages() {
        use webpki::Error as E;
        for (error, expected) in [
            (
                E::CaUsedAsEndEntity,
                "a CA certificate cannot be a server's: issue one from it",
            ),
            (E::EndEntityUsedAsCa, "not a CA's"),
            (E::UnsupportedCertVersion, "X.509 version 3"),
            (E::UnsupportedCriticalExtension, "critical extension"),
            (E::NameConstraintViolation, "may not issue"),
            (E::PathLenConstraintViolated, "longer than allowed"),
            (E::MaximumPathDepthExceeded, "longer than allowed"),
            (E::MalformedExtensions, "malformed: malformed extensions"),
            (E::InvalidSerialNumber, "malformed: invalid serial number"),
        ] {
            let text = wrapped(error);
            assert!(text.contains(expected), "{text}");
            assert_plain(&text);
        }
    }

    #[test]
    fn certificate_errors_have_plain_messages() {
        use CertificateError as E;
        let at = |seconds| UnixTime::since_unix_epoch(Duration::from_secs(seconds));
        let (time, then) = (at(1_700_000_000), at(1_600_000_000));
        let host = rustls::pki_types::ServerName::try_from("a.example").unwrap();
        let for_names = |names: &[&str]| E::NotValidForNameContext {
            expected: host.clone(),
            presented: names.iter().map(|name| (*name).to_owned()).collect(),
        };
        let expired = E::ExpiredContext {
            time,
            not_after: then,
        };
        let early = E::NotValidYetContext {
            time: then,
            not_before: time,
        };
        let no_end = E::ExpiredContext {
            time,
            not_after: at(u64::MAX),
        };
        for (error, expected) in [
            (expired, "it expired on Sun, 13 Sep 2020 12:26:40 GMT"),
            (early, "not valid before Tue, 14 Nov 2023 22:13:20 GMT"),
            (
                no_end,
                "it expired on Fri, 31 Dec 9999 23:59:59 GMT, and this machine's clock says \
                 Tue, 14 Nov 2023 22:13:20 GMT",
            ),
            (E::UnknownIssuer, "ca_file"),
            (for_names(&[]), "names no host"),
            (
                for_names(&["DnsName(\"b.example\")", "IpAddress(127.0.0.1)"]),
                "it is for another host: b.example, 127.0.0.1",
            ),
            (for_names(&["DnsName(\"c.example\")"; 11]), "c.example, …"),
            (E::BadSignature, "authority of that name"),
            (E::BadEncoding, "malformed"),
            (E::InvalidPurpose, "serverAuth"),
            (
                E::ApplicationVerificationFailure,
                "application verification failure",
            ),
            (E::InvalidOcspResponse, "invalid ocsp response"),
        ] {
            let text = certificate(&error);
            assert!(text.contains(expected), "{text}");
            assert_plain(&text);
        }
    }

    #[test]
    fn protocol_errors_have_plain_messages() {
        use AlertDescription as Alert;
        for (error, expected) in [
            (InvalidMessage::InvalidContentType.into(), "http://"),
            (
                InvalidMessage::InvalidCcs.into(),
                "malformed message: invalid ccs",
            ),
            (
                InvalidMessage::MissingData("x").into(),
                "malformed message: missing data",
            ),
            (Error::AlertReceived(Alert::ProtocolVersion), "TLS 1.2"),
            (
                PeerIncompatible::ServerDoesNotSupportTls12Or13.into(),
                "TLS 1.2",
            ),
            (
                PeerIncompatible::NoKxGroupsInCommon.into(),
                "no kx groups in common",
            ),
            (
                Error::AlertReceived(Alert::HandshakeFailure),
                "cipher suite",
            ),
            (
                Error::AlertReceived(Alert::CertificateRequired),
                "set client_cert_pem",
            ),
            (
                Error::AlertReceived(Alert::UnknownCA),
                "(client_cert_pem): unknown ca",
            ),
            (
                Error::AlertReceived(Alert::UnrecognisedName),
                "host of this name",
            ),
            (Error::AlertReceived(Alert::InternalError), "internal error"),
            (
                PeerMisbehaved::TooManyEmptyFragments.into(),
                "too many empty fragments",
            ),
            (Error::NoCertificatesPresented, "no certificate"),
            (Error::DecryptError, "changed on its way"),
            (Error::PeerSentOversizedRecord, "peer sent oversized record"),
        ] {
            let text = protocol(&error);
            assert!(text.contains(expected), "{text}");
            assert_plain(&text);
        }
    }
}
