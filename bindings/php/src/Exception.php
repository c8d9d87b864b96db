<?php

declare(strict_types=1);

namespace Loginid;

/**
 * A call that failed. Each status of the C library has a class of its own in
 * Loginid\Exception; a status that this package does not know is a plain Exception.
 *
 * The message is the library's, followed by the code and the request id; toArray() has it without
 * these. File and line are those of the program's call.
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
     * @param string $json the error object as JSON text
     */
    final public function __construct(
        int $status,
        private array $fields,
        private string $json = '',
        ?\Throwable $previous = null,
    ) {
        parent::__construct(self::described($fields), $status, $previous);
        foreach ($this->getTrace() as $frame) {
            if (isset($frame['file'], $frame['line']) && !\str_starts_with($frame['file'], __DIR__ . '/')) {
                [$this->file, $this->line] = [$frame['file'], $frame['line']];
                break;
            }
        }
    }

    /** @param array<string, mixed> $fields */
    private static function described(array $fields): string
    {
        $message = $fields['message'] ?? 'the library gave no reason';
        $details = [];
        if (isset($fields['code'])) {
            $details[] = $fields['code'];
        }
        if (isset($fields['request_id'])) {
            $details[] = "request {$fields['request_id']}";
        }
        return $details === [] ? $message : \sprintf('%s (%s)', $message, \implode(', ', $details));
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

    /**
     * An error that this package detects itself, or that a test double throws: in the form of the
     * library's errors, with the status that the class is for.
     *
     * @param ?int $httpStatus that of the service's answer
     */
    public static function local(
        string $code,
        string $message,
        ?\Throwable $previous = null,
        ?int $httpStatus = null,
    ): static {
        $name = \array_search(static::class, self::CLASSES, true);
        $fields = [
            'status' => $name, 'code' => $code, 'message' => $message, 'operation' => null,
            'http_status' => $httpStatus, 'request_id' => null, 'retryable' => false, 'retry_after_ms' => null,
        ];
        // Statuses are numbered from 1, in this order.
        $number = (int) \array_search($name, \array_keys(self::CLASSES), true) + 1;
        // A message may name a file whose name is not UTF-8.
        $json = \json_encode(['error' => $fields], \JSON_THROW_ON_ERROR | \JSON_INVALID_UTF8_SUBSTITUTE);
        return new static($number, $fields, $json, $previous);
    }

    /** The name of the status, for example "LID_ERROR_API"; getCode() has its number. */
    public function getStatus(): string
    {
        return $this->fields['status'];
    }

    /** The number of the status in C, as getCode(). */
    public function getStatusNumber(): int
    {
        return $this->getCode();
    }

    /** The service's code or the library's own, for example "user_not_found". */
    public function getErrorCode(): ?string
    {
        return $this->fields['code'] ?? null;
    }

    /** The call, for example "get_user". */
    public function getOperation(): ?string
    {
        return $this->fields['operation'] ?? null;
    }

    /** The HTTP status of the service's answer; null without an answer. */
    public function getHttpStatus(): ?int
    {
        return $this->fields['http_status'] ?? null;
    }

    /** The Request-ID header of the request, for the service's support; null if none was sent. */
    public function getRequestId(): ?string
    {
        return $this->fields['request_id'] ?? null;
    }

    /** Whether the call can be repeated safely: nothing is done twice. */
    public function isRetryable(): bool
    {
        return $this->fields['retryable'] ?? false;
    }

    /** How long to wait before the next try, in seconds; null if not known. */
    public function getRetryAfter(): ?float
    {
        $milliseconds = $this->fields['retry_after_ms'] ?? null;
        return $milliseconds === null ? null : $milliseconds / 1000;
    }

    /** The same in milliseconds. */
    public function getRetryAfterMs(): ?int
    {
        return $this->fields['retry_after_ms'] ?? null;
    }

    /**
     * The members of the error object, with their names in JSON.
     *
     * @return array<string, mixed>
     */
    public function toArray(): array
    {
        return $this->fields;
    }

    /** The error object as JSON text. */
    public function getJson(): string
    {
        return $this->json;
    }
}
