//! Every code that errors of this library carry. A code is stable: programs compare it.
//! `docs/errors.md` explains each one; the tests below compare the two.

use crate::status::lid_status::{self as Status, *};

/// The cause of an error, more specific than its status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    NullArgument,
    EmptyArgument,
    InvalidUtf8,
    InvalidJson,
    InvalidPointer,
    PointerNotFound,
    EmbeddedNul,
    InvalidCodeType,
    InvalidUserId,
    InvalidPathSegment,
    InvalidOptions,
    InvalidAssertionPayload,
    InvalidAttestationPayload,
    CredentialUuidRequired,
    RequestTooLarge,
    UserRequired,
    TransactionRequired,
    TokenOrUsernameRequired,
    InvalidToken,
    InvalidConfigJson,
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
    InvalidConfiguredKey,
    InvalidApiKey,
    InvalidPrivateKey,
    UnsupportedPrivateKey,
    EncryptedPrivateKey,
    PublicKeyGiven,
    PrivateKeyRequired,
    ApiKeyRequired,
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
    InvalidPublicKey,
    UnexpectedRedirect,
    UnexpectedEncoding,
    ResponseTooLarge,
    ForkedInCall,
    InternalError,
}

/// The codes of each status, in the order of [`Code`], and their texts as programs see them. Two
/// codes may have the same text if their statuses differ.
const BY_STATUS: [(Status, &[(Code, &str)]); 14] = [
    (
        LID_ERROR_INVALID_ARGUMENT,
        &[
            (Code::NullArgument, "null_argument"),
            (Code::EmptyArgument, "empty_argument"),
            (Code::InvalidUtf8, "invalid_utf8"),
            (Code::InvalidJson, "invalid_json"),
            (Code::InvalidPointer, "invalid_pointer"),
            (Code::PointerNotFound, "pointer_not_found"),
            (Code::EmbeddedNul, "embedded_nul"),
            (Code::InvalidCodeType, "invalid_code_type"),
            (Code::InvalidUserId, "invalid_user_id"),
            (Code::InvalidPathSegment, "invalid_path_segment"),
            (Code::InvalidOptions, "invalid_options"),
            (Code::InvalidAssertionPayload, "invalid_assertion_payload"),
            (
                Code::InvalidAttestationPayload,
                "invalid_attestation_payload",
            ),
            (Code::CredentialUuidRequired, "credential_uuid_required"),
            (Code::RequestTooLarge, "request_too_large"),
            (Code::UserRequired, "user_required"),
            (Code::TransactionRequired, "transaction_required"),
            (Code::TokenOrUsernameRequired, "token_or_username_required"),
            (Code::InvalidToken, "invalid_token"),
        ],
    ),
    (
        LID_ERROR_CONFIG,
        &[
            (Code::InvalidConfigJson, "invalid_json"),
            (Code::MissingField, "missing_field"),
            (Code::UnknownField, "unknown_field"),
            (Code::MistypedField, "mistyped_field"),
            (Code::OutOfRange, "out_of_range"),
            (Code::InvalidField, "invalid_field"),
            (Code::ContradictoryFields, "contradictory_fields"),
            (Code::InvalidClientId, "invalid_client_id"),
            (Code::InvalidBaseUrl, "invalid_base_url"),
            (Code::InsecureBaseUrl, "insecure_base_url"),
            (Code::InvalidHeader, "invalid_header"),
            (Code::InvalidProxy, "invalid_proxy"),
            (Code::InvalidCertificate, "invalid_certificate"),
            (Code::UnreadableFile, "unreadable_file"),
            (Code::InvalidConfiguredKey, "invalid_public_key"),
            (Code::InvalidApiKey, "invalid_api_key"),
        ],
    ),
    (
        LID_ERROR_PRIVATE_KEY,
        &[
            (Code::InvalidPrivateKey, "invalid_private_key"),
            (Code::UnsupportedPrivateKey, "unsupported_private_key"),
            (Code::EncryptedPrivateKey, "encrypted_private_key"),
            (Code::PublicKeyGiven, "public_key_given"),
            (Code::PrivateKeyRequired, "private_key_required"),
            (Code::ApiKeyRequired, "api_key_required"),
        ],
    ),
    (
        LID_ERROR_TOKEN_INVALID,
        &[
            (Code::MalformedToken, "malformed_token"),
            (Code::UnexpectedAlgorithm, "unexpected_algorithm"),
            (Code::InvalidSignature, "invalid_signature"),
            (Code::UnknownKey, "unknown_key"),
        ],
    ),
    (
        LID_ERROR_TOKEN_EXPIRED,
        &[
            (Code::TokenExpired, "token_expired"),
            (Code::TokenNotYetValid, "token_not_yet_valid"),
            (Code::TokenTooOld, "token_too_old"),
        ],
    ),
    (
        LID_ERROR_CLAIM_MISMATCH,
        &[
            (Code::AudienceMismatch, "audience_mismatch"),
            (Code::IssuerMismatch, "issuer_mismatch"),
            (Code::UsernameMismatch, "username_mismatch"),
            (Code::TokenKindMismatch, "token_kind_mismatch"),
            (Code::TransactionHashMissing, "transaction_hash_missing"),
            (Code::TransactionHashMismatch, "transaction_hash_mismatch"),
            (Code::NonceMismatch, "nonce_mismatch"),
        ],
    ),
    (LID_ERROR_API, &[(Code::HttpError, "http_error")]),
    (
        LID_ERROR_RATE_LIMITED,
        &[
            (Code::RateLimited, "rate_limited"),
            (Code::UnknownKeyThrottled, "unknown_key_throttled"),
        ],
    ),
    (
        LID_ERROR_NETWORK,
        &[
            (Code::DnsFailed, "dns_failed"),
            (Code::ConnectFailed, "connect_failed"),
            (Code::ConnectionLost, "connection_lost"),
            (Code::ProxyFailed, "proxy_failed"),
        ],
    ),
    (
        LID_ERROR_TLS,
        &[
            (Code::CertificateInvalid, "certificate_invalid"),
            (Code::TlsFailed, "tls_failed"),
        ],
    ),
    (
        LID_ERROR_TIMEOUT,
        &[
            (Code::ConnectTimeout, "connect_timeout"),
            (Code::Timeout, "timeout"),
        ],
    ),
    (LID_ERROR_CANCELLED, &[(Code::Cancelled, "cancelled")]),
    (
        LID_ERROR_RESPONSE,
        &[
            (Code::InvalidResponse, "invalid_response"),
            (Code::MissingJwt, "missing_jwt"),
            (Code::NotAuthenticated, "not_authenticated"),
            (Code::MissingId, "missing_id"),
            (Code::MissingTxId, "missing_tx_id"),
            (Code::InvalidPublicKey, "invalid_public_key"),
            (Code::UnexpectedRedirect, "unexpected_redirect"),
            (Code::UnexpectedEncoding, "unexpected_encoding"),
            (Code::ResponseTooLarge, "response_too_large"),
        ],
    ),
    (
        LID_ERROR_INTERNAL,
        &[
            (Code::ForkedInCall, "forked_in_call"),
            (Code::InternalError, "internal_error"),
        ],
    ),
];

/// As many as there are codes.
const TABLE: [(&str, Status); Code::InternalError as usize + 1] = {
    let mut table = [("", LID_OK); Code::InternalError as usize + 1];
    let (mut at, mut group) = (0, 0);
    while group < BY_STATUS.len() {
        let (status, codes) = BY_STATUS[group];
        let mut member = 0;
        while member < codes.len() {
            let (code, text) = codes[member];
            assert!(code as usize == at, "the codes have another order");
            table[at] = (text, status);
            at += 1;
            member += 1;
        }
        group += 1;
    }
    assert!(at == table.len(), "codes are missing");
    table
};

impl Code {
    pub(crate) fn text(self) -> &'static str {
        TABLE[self as usize].0
    }

    pub(crate) fn status(self) -> Status {
        TABLE[self as usize].1
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
        for (text, status) in &TABLE {
            let statuses = ours.entry((*text).to_owned()).or_default();
            assert!(statuses.insert(*status as usize), "{text} is there twice");
        }
        let (documented, of_bindings) = documented();
        assert_eq!(documented, ours);
        assert!(of_bindings.contains("client_closed"), "{of_bindings:?}");
    }

    #[test]
    fn a_code_is_a_short_name_in_small_letters() {
        for (text, _) in &TABLE {
            let plain =
                |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
            assert!(text.len() <= 64 && text.bytes().all(plain), "{text}");
        }
    }
}
