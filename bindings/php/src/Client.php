<?php

declare(strict_types=1);

namespace Loginid;

use FFI\CData;

/**
 * A client of the LoginID service. Forked children may go on using it.
 *
 * Every call returns a Result, which is read like an array, or throws an
 * Exception. Where a user is meant, userId or username is needed, or both.
 */
final class Client
{
    use Api\Authentication;
    use Api\Codes;
    use Api\Credentials;
    use Api\Registration;
    use Api\Tokens;
    use Api\Transactions;
    use Api\Users;

    private ?CData $client = null;

    /** @var ?callable(array<string, mixed>): void */
    private $listener = null;

    /**
     * A client for an application. The private key (PEM) may be left out:
     * applications may be public. Without a base URL it is the public service.
     */
    public function __construct(
        string $clientId,
        #[\SensitiveParameter] ?string $privateKey = null,
        ?string $baseUrl = null,
    ) {
        $this->client = Library::newClient('lid_new', $clientId, $privateKey, $baseUrl);
    }

    /** A client for a management application. */
    public static function management(
        string $clientId,
        #[\SensitiveParameter] string $privateKey,
        ?string $baseUrl = null,
    ): self {
        return self::holding(Library::newClient('lid_new_management', $clientId, $privateKey, $baseUrl));
    }

    /**
     * A client from a configuration with the fields of lid_new_with_config, as
     * client_id, private_key_file, request_timeout_ms.
     *
     * @param array<string, mixed>|string $config an array or JSON
     */
    public static function withConfig(#[\SensitiveParameter] array|string $config): self
    {
        return self::holding(Library::newClient('lid_new_with_config', Library::json($config)));
    }

    /** A client from LOGINID_CLIENT_ID, LOGINID_PRIVATE_KEY and the like. */
    public static function fromEnv(): self
    {
        return self::holding(Library::newClient('lid_new_from_env'));
    }

    public function __destruct()
    {
        $this->close();
    }

    private function __clone()
    {
    }

    /** Shows nothing of what it holds. */
    public function __debugInfo(): array
    {
        return ['closed' => $this->client === null];
    }

    public function __serialize(): never
    {
        throw new \LogicException('a Loginid\Client cannot be serialized');
    }

    /** Frees the client. So does the garbage collector. */
    public function close(): void
    {
        if ($this->client !== null) {
            Library::ffi()->lid_free($this->client);
            $this->client = null;
        }
    }

    /**
     * Calls a function with an array for each HTTP attempt of this client, as
     * soon as the call that made it ends; with null no longer. What the function
     * throws, the call throws.
     *
     * @param ?callable(array<string, mixed>): void $listener
     */
    public function onAttempt(?callable $listener): void
    {
        $callback = $listener === null ? null : Attempts::callback();
        Library::ffi()->lid_set_log_callback($this->native(), $callback, null);
        $this->listener = $listener;
    }

    private static function holding(CData $native): self
    {
        $client = (new \ReflectionClass(self::class))->newInstanceWithoutConstructor();
        $client->client = $native;
        return $client;
    }

    private function native(): CData
    {
        return $this->client ?? throw new \LogicException('this Loginid\Client is closed');
    }

    private function call(
        string $function,
        #[\SensitiveParameter] string|int|bool|CData|null ...$arguments,
    ): Result {
        foreach ($arguments as $argument) {
            \is_string($argument) && Library::text($argument);
        }
        try {
            return new Result(Library::call($function, $this->native(), ...$arguments));
        } finally {
            foreach (Attempts::take() as $event) {
                ($this->listener)(\json_decode($event, true, flags: \JSON_THROW_ON_ERROR));
            }
        }
    }
}
