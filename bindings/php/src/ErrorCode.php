<?php

declare(strict_types=1);

namespace Loginid;

/**
 * The values of Exception::getErrorCode() that programs compare most. docs/errors.md has all codes
 * of the library; the service has more of its own.
 */
final class ErrorCode
{
    public const API_KEY_REQUIRED = 'api_key_required';
    public const CANCELLED = 'cancelled';
    public const CLIENT_CLOSED = 'client_closed';
    public const HTTP_ERROR = 'http_error';
    public const INVALID_SIGNATURE = 'invalid_signature';
    public const NONCE_MISMATCH = 'nonce_mismatch';
    public const RATE_LIMITED = 'rate_limited';
    public const TIMEOUT = 'timeout';
    public const TOKEN_EXPIRED = 'token_expired';
    public const TOKEN_KIND_MISMATCH = 'token_kind_mismatch';
    public const TRANSACTION_HASH_MISMATCH = 'transaction_hash_mismatch';
    public const UNKNOWN_KEY_THROTTLED = 'unknown_key_throttled';
    public const USERNAME_MISMATCH = 'username_mismatch';
    /** Of the service of Client. */
    public const USER_NOT_FOUND = 'user_not_found';
    /** Of both services. */
    public const UNAUTHORIZED = 'unauthorized';
    /** Of the service of V2\Client, as the next ones. */
    public const BAD_REQUEST = 'bad_request';
    public const FORBIDDEN = 'forbidden';
    public const NOT_FOUND = 'not_found';
}
