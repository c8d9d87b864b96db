<?php

declare(strict_types=1);

namespace Loginid;

use FFI\CData;
use Loginid\Exception\InvalidArgumentException;

/**
 * What the clients of both services have in common. The names of a service's C functions begin
 * with self::PREFIX.
 *
 * @internal
 */
trait ServiceClient
{
    use NonCopyable;

    private ?CData $client = null;

    private Listener $listener;

    /**
     * A client from a configuration with the fields of docs/configuration.md. A field that is null
     * is not given.
     *
     * @param array<string, mixed>|object|string $config an array, an object or JSON text
     * @throws Exception
     */
    public static function withConfig(#[\SensitiveParameter] array|object|string $config): self
    {
        return self::holding(Library::newClient(self::PREFIX, 'new_with_config', \compact('config')));
    }

    /**
     * A client from the environment variables of docs/configuration.md.
     *
     * @throws Exception
     */
    public static function fromEnv(): self
    {
        return self::holding(Library::newClient(self::PREFIX, 'new_from_env'));
    }

    public function withOptions(
        mixed $timeout = null,
        ?int $maxRetries = null,
        #[\SensitiveParameter] ?array $headers = null,
        ?string $requestId = null,
        ?Cancel $cancel = null,
    ): static {
        $options = [
            'timeout_ms' => Arguments::milliseconds($timeout, Arguments::DAY_MS) ?: null,
            'max_retries' => $maxRetries,
            // A list stays one, and is refused: its items have no names.
            'headers' => $headers === [] ? new \stdClass() : $headers,
            'request_id' => $requestId,
        ];
        $arguments = \compact('options', 'cancel');
        return self::holding(
            Library::newClient(self::PREFIX, 'with_options', $arguments, $this->native()),
            $this->listener,
        );
    }

    public function onAttempt(?callable $listener): void
    {
        $callback = $listener === null ? null : Attempts::callback();
        Library::ffi()->{self::PREFIX . 'set_log_callback'}($this->native(), $callback, null);
        $this->listener->function = $listener;
    }

    public function close(): void
    {
        if ($this->client !== null) {
            Library::ffi()->{self::PREFIX . 'free'}($this->client);
            $this->client = null;
        }
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
            ?? throw InvalidArgumentException::local('client_closed', 'the client is closed: make a new one');
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
