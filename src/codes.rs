//! Every code that errors of this library carry. A code is stable: programs compare it.
//! `docs/errors.md` says what each one means; the tests below compare the two.

use crate::error::Status;

/// What went wrong, more exactly than the status says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    NullArgument,
    EmptyArgument,
    InvalidUtf8,
    InvalidJson,
    InvalidConfigJson,
    InvalidPointer,
    PointerNotFound,
    EmbeddedNul,
    InvalidCodeType,
    InvalidUserId,
    InvalidOptions,
    InvalidAssertionPayload,
    RequestTooLarge,
    UserRequired,
    TransactionRequired,
    MissingField,
    UnknownField,
    MistypedField,
    OutOfRange,
    InvalidField,
    ContradictoryFields,
    InvalidClientId,
    InvalidBaseUrl,
    InsecureBaseUrl,
    InvalidHeader,
    InvalidProxy,
    InvalidCertificate,
    UnreadableFile,
    InvalidPrivateKey,
    UnsupportedPrivateKey,
    EncryptedPrivateKey,
    PublicKeyGiven,
    PrivateKeyRequired,
    MalformedToken,
    UnexpectedAlgorithm,
    InvalidSignature,
    UnknownKey,
    TokenExpired,
    TokenNotYetValid,
    TokenTooOld,
    AudienceMismatch,
    IssuerMismatch,
    UsernameMismatch,
    TokenKindMismatch,
    TransactionHashMissing,
    TransactionHashMismatch,
    NonceMismatch,
    HttpError,
    RateLimited,
    UnknownKeyThrottled,
    DnsFailed,
    ConnectFailed,
    ConnectionLost,
    ProxyFailed,
    CertificateInvalid,
    TlsFailed,
    ConnectTimeout,
    Timeout,
    Cancelled,
    InvalidResponse,
    MissingJwt,
    NotAuthenticated,
    MissingId,
    MissingTxId,
    InvalidConfiguredKey,
    InvalidPublicKey,
    UnexpectedRedirect,
    UnexpectedEncoding,
    ResponseTooLarge,
    ForkedInCall,
    InternalError,
}

/// A code, its text as programs see it, and the status that it comes with. Two codes may have the
/// same text if their statuses differ.
struct Row(Code, &'static str, Status);

/// In the order of [`Code`].
const TABLE: [Row; 71] = [
    Row(Code::NullArgument, "null_argument", Status::InvalidArgument),
    Row(
        Code::EmptyArgument,
        "empty_argument",
        Status::InvalidArgument,
    ),
    Row(Code::InvalidUtf8, "invalid_utf8", Status::InvalidArgument),
    Row(Code::InvalidJson, "invalid_json", Status::InvalidArgument),
    Row(Code::InvalidConfigJson, "invalid_json", Status::Config),
    Row(
        Code::InvalidPointer,
        "invalid_pointer",
        Status::InvalidArgument,
    ),
    Row(
        Code::PointerNotFound,
        "pointer_not_found",
        Status::InvalidArgument,
    ),
    Row(Code::EmbeddedNul, "embedded_nul", Status::InvalidArgument),
    Row(
        Code::InvalidCodeType,
        "invalid_code_type",
        Status::InvalidArgument,
    ),
    Row(
        Code::InvalidUserId,
        "invalid_user_id",
        Status::InvalidArgument,
    ),
    Row(
        Code::InvalidOptions,
        "invalid_options",
        Status::InvalidArgument,
    ),
    Row(
        Code::InvalidAssertionPayload,
        "invalid_assertion_payload",
        Status::InvalidArgument,
    ),
    Row(
        Code::RequestTooLarge,
        "request_too_large",
        Status::InvalidArgument,
    ),
    Row(Code::UserRequired, "user_required", Status::InvalidArgument),
    Row(
        Code::TransactionRequired,
        "transaction_required",
        Status::InvalidArgument,
    ),
    Row(Code::MissingField, "missing_field", Status::Config),
    Row(Code::UnknownField, "unknown_field", Status::Config),
    Row(Code::MistypedField, "mistyped_field", Status::Config),
    Row(Code::OutOfRange, "out_of_range", Status::Config),
    Row(Code::InvalidField, "invalid_field", Status::Config),
    Row(
        Code::ContradictoryFields,
        "contradictory_fields",
        Status::Config,
    ),
    Row(Code::InvalidClientId, "invalid_client_id", Status::Config),
    Row(Code::InvalidBaseUrl, "invalid_base_url", Status::Config),
    Row(Code::InsecureBaseUrl, "insecure_base_url", Status::Config),
    Row(Code::InvalidHeader, "invalid_header", Status::Config),
    Row(Code::InvalidProxy, "invalid_proxy", Status::Config),
    Row(
        Code::InvalidCertificate,
        "invalid_certificate",
        Status::Config,
    ),
    Row(Code::UnreadableFile, "unreadable_file", Status::Config),
    Row(
        Code::InvalidPrivateKey,
        "invalid_private_key",
        Status::PrivateKey,
    ),
    Row(
        Code::UnsupportedPrivateKey,
        "unsupported_private_key",
        Status::PrivateKey,
    ),
    Row(
        Code::EncryptedPrivateKey,
        "encrypted_private_key",
        Status::PrivateKey,
    ),
    Row(Code::PublicKeyGiven, "public_key_given", Status::PrivateKey),
    Row(
        Code::PrivateKeyRequired,
        "private_key_required",
        Status::PrivateKey,
    ),
    Row(
        Code::MalformedToken,
        "malformed_token",
        Status::TokenInvalid,
    ),
    Row(
        Code::UnexpectedAlgorithm,
        "unexpected_algorithm",
        Status::TokenInvalid,
    ),
    Row(
        Code::InvalidSignature,
        "invalid_signature",
        Status::TokenInvalid,
    ),
    Row(Code::UnknownKey, "unknown_key", Status::TokenInvalid),
    Row(Code::TokenExpired, "token_expired", Status::TokenExpired),
    Row(
        Code::TokenNotYetValid,
        "token_not_yet_valid",
        Status::TokenExpired,
    ),
    Row(Code::TokenTooOld, "token_too_old", Status::TokenExpired),
    Row(
        Code::AudienceMismatch,
        "audience_mismatch",
        Status::ClaimMismatch,
    ),
    Row(
        Code::IssuerMismatch,
        "issuer_mismatch",
        Status::ClaimMismatch,
    ),
    Row(
        Code::UsernameMismatch,
        "username_mismatch",
        Status::ClaimMismatch,
    ),
    Row(
        Code::TokenKindMismatch,
        "token_kind_mismatch",
        Status::ClaimMismatch,
    ),
    Row(
        Code::TransactionHashMissing,
        "transaction_hash_missing",
        Status::ClaimMismatch,
    ),
    Row(
        Code::TransactionHashMismatch,
        "transaction_hash_mismatch",
        Status::ClaimMismatch,
    ),
    Row(Code::NonceMismatch, "nonce_mismatch", Status::ClaimMismatch),
    Row(Code::HttpError, "http_error", Status::Api),
    Row(Code::RateLimited, "rate_limited", Status::RateLimited),
    Row(
        Code::UnknownKeyThrottled,
        "unknown_key_throttled",
        Status::RateLimited,
    ),
    Row(Code::DnsFailed, "dns_failed", Status::Network),
    Row(Code::ConnectFailed, "connect_failed", Status::Network),
    Row(Code::ConnectionLost, "connection_lost", Status::Network),
    Row(Code::ProxyFailed, "proxy_failed", Status::Network),
    Row(Code::CertificateInvalid, "certificate_invalid", Status::Tls),
    Row(Code::TlsFailed, "tls_failed", Status::Tls),
    Row(Code::ConnectTimeout, "connect_timeout", Status::Timeout),
    Row(Code::Timeout, "timeout", Status::Timeout),
    Row(Code::Cancelled, "cancelled", Status::Cancelled),
    Row(Code::InvalidResponse, "invalid_response", Status::Response),
    Row(Code::MissingJwt, "missing_jwt", Status::Response),
    Row(
        Code::NotAuthenticated,
        "not_authenticated",
        Status::Response,
    ),
    Row(Code::MissingId, "missing_id", Status::Response),
    Row(Code::MissingTxId, "missing_tx_id", Status::Response),
    Row(
        Code::InvalidConfiguredKey,
        "invalid_public_key",
        Status::Config,
    ),
    Row(
        Code::InvalidPublicKey,
        "invalid_public_key",
        Status::Response,
    ),
    Row(
        Code::UnexpectedRedirect,
        "unexpected_redirect",
        Status::Response,
    ),
    Row(
        Code::UnexpectedEncoding,
        "unexpected_encoding",
        Status::Response,
    ),
    Row(
        Code::ResponseTooLarge,
        "response_too_large",
        Status::Response,
    ),
    Row(Code::ForkedInCall, "forked_in_call", Status::Internal),
    Row(Code::InternalError, "internal_error", Status::Internal),
];

const _: () = {
    let mut at = 0;
    while at < TABLE.len() {
        assert!(TABLE[at].0 as usize == at, "the table has another order");
        at += 1;
    }
};

impl Code {
    pub(crate) fn text(self) -> &'static str {
        TABLE[self as usize].1
    }

    pub(crate) fn status(self) -> Status {
        TABLE[self as usize].2
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::fs;
    use std::path::Path;

    use super::*;

    /// The statuses of each code in the table of docs/errors.md, and those that bindings make.
    fn documented() -> (BTreeMap<String, BTreeSet<usize>>, BTreeSet<String>) {
        let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/errors.md");
        let page = fs::read_to_string(page).unwrap();
        let (mut codes, mut of_bindings) = (BTreeMap::new(), BTreeSet::new());
        for line in page.lines() {
            let columns: Vec<_> = line.trim_matches('|').split(" | ").map(str::trim).collect();
            let [names, statuses, meaning] = columns[..] else {
                continue;
            };
            let statuses: Option<BTreeSet<usize>> = statuses
                .split(", ")
                .map(|number| number.parse().ok())
                .collect();
            let Some(statuses) = statuses else { continue };
            for name in names.split(", ") {
                let name = name.trim_matches('`').to_owned();
                if meaning.starts_with("in ") {
                    of_bindings.insert(name);
                } else {
                    codes.insert(name, statuses.clone());
                }
            }
        }
        (codes, of_bindings)
    }

    #[test]
    fn the_codes_and_their_statuses_are_those_of_the_documentation() {
        let mut ours: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
        for Row(_, text, status) in &TABLE {
            let statuses = ours.entry((*text).to_owned()).or_default();
            assert!(statuses.insert(*status as usize), "{text} is there twice");
        }
        let (documented, of_bindings) = documented();
        assert_eq!(documented, ours);
        assert!(of_bindings.contains("client_closed"), "{of_bindings:?}");
    }

    #[test]
    fn a_code_is_a_short_name_in_small_letters() {
        for Row(_, text, _) in &TABLE {
            let plain =
                |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
            assert!(text.len() <= 64 && text.bytes().all(plain), "{text}");
        }
    }
}
