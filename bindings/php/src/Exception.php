<?php

declare(strict_types=1);

namespace Loginid;

/**
 * A call that failed. Each status of the C library has a class of its own in
 * Loginid\Exception; a status that is newer than this package is a plain one.
 */
class Exception extends \RuntimeException
{
    /** The class of each status. */
    public const CLASSES = [
        'LID_ERROR_INVALID_ARGUMENT' => Exception\InvalidArgumentException::class,
        'LID_ERROR_CONFIG' => Exception\ConfigException::class,
        'LID_ERROR_PRIVATE_KEY' => Exception\PrivateKeyException::class,
        'LID_ERROR_TOKEN_INVALID' => Exception\TokenInvalidException::class,
        'LID_ERROR_TOKEN_EXPIRED' => Exception\TokenExpiredException::class,
        'LID_ERROR_CLAIM_MISMATCH' => Exception\ClaimMismatchException::class,
        'LID_ERROR_API' => Exception\ApiException::class,
        'LID_ERROR_RATE_LIMITED' => Exception\RateLimitedException::class,
        'LID_ERROR_NETWORK' => Exception\NetworkException::class,
        'LID_ERROR_TLS' => Exception\TlsException::class,
        'LID_ERROR_TIMEOUT' => Exception\TimeoutException::class,
        'LID_ERROR_CANCELLED' => Exception\CancelledException::class,
        'LID_ERROR_RESPONSE' => Exception\ResponseException::class,
        'LID_ERROR_INTERNAL' => Exception\InternalException::class,
    ];

    /**
     * @param int $status the status number
     * @param array<string, mixed> $fields the members of the error object
     * @param string $json the error object as the library gave it
     */
    final public function __construct(int $status, private array $fields, private string $json = '')
    {
        parent::__construct($fields['message'] ?? 'the library gave no reason', $status);
    }

    /**
     * The exception for a status number and the error object of a call.
     *
     * @internal
     */
    public static function from(int $status, string $name, string $json): self
    {
        $fields = \json_decode($json, true)['error'] ?? ['status' => $name];
        $class = self::CLASSES[$fields['status']] ?? self::class;
        return new $class($status, $fields, $json);
    }

    /** The status, as "LID_ERROR_API"; getCode() has its number. */
    public function getStatus(): string
    {
        return $this->fields['status'];
    }

    /** The service's code or the library's own, as "user_not_found". */
    public function getErrorCode(): ?string
    {
        return $this->fields['code'] ?? null;
    }

    /** The call, as "get_user". */
    public function getOperation(): ?string
    {
        return $this->fields['operation'] ?? null;
    }

    /** The HTTP status of the service's answer; null without an answer. */
    public function getHttpStatus(): ?int
    {
        return $this->fields['http_status'] ?? null;
    }

    /** What the service knows the request by; null if none was sent. */
    public function getRequestId(): ?string
    {
        return $this->fields['request_id'] ?? null;
    }

    /** Whether the call may be repeated without doing anything twice. */
    public function isRetryable(): bool
    {
        return $this->fields['retryable'] ?? false;
    }

    /** How long to wait before another try, in seconds; null if not known. */
    public function getRetryAfter(): ?float
    {
        $milliseconds = $this->fields['retry_after_ms'] ?? null;
        return $milliseconds === null ? null : $milliseconds / 1000;
    }

    /** The error object as the library gave it. */
    public function getJson(): string
    {
        return $this->json;
    }
}
