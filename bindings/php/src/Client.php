<?php

declare(strict_types=1);

namespace Loginid;

use FFI\CData;
use Loginid\Exception\InvalidArgumentException;

/**
 * A client of the LoginID service. It may also be used in forked children.
 *
 * Every call returns a Result, which is read like an array, or throws an
 * Exception. Calls that take userId and username need one of them, or both.
 */
final class Client
{
    use NonCopyable;
    use Api\Authentication;
    use Api\Codes;
    use Api\Credentials;
    use Api\Registration;
    use Api\Tokens;
    use Api\Transactions;
    use Api\Users;

    private ?CData $client = null;

    private Listener $listener;

    /**
     * A client for an application. The private key (PEM) is optional:
     * applications may be public. Without a base URL it is the public service.
     */
    public function __construct(
        string $clientId,
        #[\SensitiveParameter] ?string $privateKey = null,
        ?string $baseUrl = null,
    ) {
        $this->listener = new Listener();
        $this->client = Library::newClient('lid_new', \compact('clientId', 'privateKey', 'baseUrl'));
    }

    /** A client for a management application. */
    public static function management(
        string $clientId,
        #[\SensitiveParameter] string $privateKey,
        ?string $baseUrl = null,
    ): self {
        $arguments = \compact('clientId', 'privateKey', 'baseUrl');
        return self::holding(Library::newClient('lid_new_management', $arguments));
    }

    /**
     * A client from a configuration with the fields of lid_new_with_config, for
     * example client_id, private_key_file, request_timeout_ms.
     *
     * @param array<string, mixed>|object|string $config an array, an object or JSON text
     */
    public static function withConfig(#[\SensitiveParameter] array|object|string $config): self
    {
        return self::holding(Library::newClient('lid_new_with_config', \compact('config')));
    }

    /** A client from the variables LOGINID_CLIENT_ID, LOGINID_PRIVATE_KEY, … */
    public static function fromEnv(): self
    {
        return self::holding(Library::newClient('lid_new_from_env'));
    }

    /**
     * A client with other options, which shares connections, keys and the function of
     * onAttempt() with this one: make one for each call if you like. What is null stays as
     * it is. Both clients are closed separately. A triggered cancel has every call of the new
     * client, and of those derived from it, throw a CancelledException.
     *
     * @param int|float|null $timeout in seconds, more than 0: the limit of each call
     * @param ?array<string, string> $headers replace those of the same name
     * @param ?string $requestId 1 to 128 visible ASCII characters, sent with each request
     */
    public function withOptions(
        mixed $timeout = null,
        ?int $maxRetries = null,
        #[\SensitiveParameter] ?array $headers = null,
        ?string $requestId = null,
        ?Cancel $cancel = null,
    ): self {
        $options = \array_filter([
            'timeout_ms' => $timeout === null ? null : Arguments::convert(['timeout' => $timeout])[0],
            'max_retries' => $maxRetries,
            // A list stays one, and is refused: its items have no names.
            'headers' => $headers === [] ? new \stdClass() : $headers,
            'request_id' => $requestId,
        ], static fn (mixed $value): bool => $value !== null);
        $client = Library::newClient('lid_with_options', \compact('options', 'cancel'), $this->native());
        return self::holding($client, $this->listener);
    }

    public function __destruct()
    {
        $this->close();
    }

    /** Contains no secrets. */
    public function __debugInfo(): array
    {
        return ['closed' => $this->client === null];
    }

    /**
     * Frees the client. So does the garbage collector. A call after that throws
     * an InvalidArgumentException with the code client_closed.
     */
    public function close(): void
    {
        if ($this->client !== null) {
            Library::ffi()->lid_free($this->client);
            $this->client = null;
        }
    }

    /**
     * Calls a function with an array for each HTTP attempt of this client, when
     * the call that made the attempt ends; null stops that. The call throws what
     * the function throws, instead of its own result. A call that has begun calls
     * the function that was set then. The status and code are null if the attempt
     * succeeded.
     *
     * @param (callable(array{event: string, operation: string, method: string, path: string,
     *     attempt: int, request_id: string, http_status: int|null, status: string|null,
     *     code: string|null, duration_us: int, retry_in_ms: int|null}): void)|null $listener
     */
    public function onAttempt(?callable $listener): void
    {
        $callback = $listener === null ? null : Attempts::callback();
        Library::ffi()->lid_set_log_callback($this->native(), $callback, null);
        $this->listener->function = $listener;
    }

    private static function holding(CData $native, Listener $listener = new Listener()): self
    {
        $client = (new \ReflectionClass(self::class))->newInstanceWithoutConstructor();
        $client->client = $native;
        $client->listener = $listener;
        return $client;
    }

    private function native(): CData
    {
        return $this->client
            ?? throw InvalidArgumentException::local('client_closed', 'this Loginid\Client is closed');
    }

    /** @param array<string, mixed> $arguments by their names */
    private function call(string $function, #[\SensitiveParameter] array $arguments): Result
    {
        $values = Arguments::convert($arguments);
        // The listener of this call, even if it replaces or removes itself.
        $listener = $this->listener->function;
        try {
            return new Result(Library::call($function, $this->native(), ...$values));
        } finally {
            foreach (Attempts::take() as $event) {
                $listener(Json::toArray($event));
            }
        }
    }
}
