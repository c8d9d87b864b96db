<?php

declare(strict_types=1);

namespace Loginid;

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

    private ?Handle $handle = null;

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
        return self::holding(Handle::make(self::PREFIX, 'new_with_config', \compact('config')));
    }

    /**
     * A client from the environment variables of docs/configuration.md.
     *
     * @throws Exception
     */
    public static function fromEnv(): self
    {
        return self::holding(Handle::make(self::PREFIX, 'new_from_env'));
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
        $values = Arguments::convert(\compact('options', 'cancel'));
        return self::holding($this->handle()->derive($values), $this->listener);
    }

    public function onAttempt(?callable $listener): void
    {
        $handle = $this->handle();
        // Together, for calls that handlers make.
        $held = Signals::hold();
        try {
            $handle->setLogCallback($listener === null ? null : Attempts::callback());
            $this->listener->function = $listener;
        } finally {
            Signals::release($held);
        }
    }

    public function close(): void
    {
        $this->handle = null;
    }

    /** Contains no secrets. */
    public function __debugInfo(): array
    {
        return ['closed' => $this->handle === null];
    }

    private static function holding(Handle $handle, Listener $listener = new Listener()): self
    {
        $client = (new \ReflectionClass(self::class))->newInstanceWithoutConstructor();
        $client->handle = $handle;
        $client->listener = $listener;
        return $client;
    }

    private function handle(): Handle
    {
        return $this->handle
            ?? throw InvalidArgumentException::local('client_closed', 'the client is closed: make a new one');
    }

    /** @param array<string, mixed> $arguments by their names */
    private function call(string $function, #[\SensitiveParameter] array $arguments): Result
    {
        $values = Arguments::convert($arguments);
        $handle = $this->handle();
        $events = [];
        try {
            // Until the events are taken: a call that a handler makes takes its own.
            $held = Signals::hold();
            try {
                // The listener of this call, even if it replaces or removes itself.
                $listener = $this->listener->function;
                return new Result($handle->call($function, $values));
            } finally {
                $events = Attempts::take();
                Signals::release($held);
            }
        } finally {
            foreach ($events as $event) {
                $listener(Json::toArray($event));
            }
        }
    }
}
