<?php

declare(strict_types=1);

namespace Loginid;

use FFI;
use FFI\CData;

/**
 * Owns a native client, which is freed with this object. Whoever uses it keeps this object until then, so that a
 * signal handler that closes the client does not free what a call uses.
 *
 * @internal
 */
final class Handle
{
    use NonCopyable;

    private function __construct(private readonly string $prefix, private readonly CData $client)
    {
    }

    /**
     * Makes a client with one of the functions `new`. The names of the functions of its service
     * begin with the prefix.
     *
     * @param array<string, mixed> $arguments by their names
     */
    public static function make(string $prefix, string $function, #[\SensitiveParameter] array $arguments = []): self
    {
        return self::made($prefix, $function, Arguments::convert($arguments));
    }

    /**
     * A client with other options, which shares what this one has.
     *
     * @param list<string|CData|null> $values the converted arguments
     */
    public function derive(#[\SensitiveParameter] array $values): self
    {
        return self::made($this->prefix, 'with_options', [$this->client, ...$values]);
    }

    /**
     * Runs a call of this client, and returns its JSON.
     *
     * @param list<string|int|bool|CData|null> $values the converted arguments
     * @throws Exception if the call fails
     */
    public function call(string $function, #[\SensitiveParameter] array $values): string
    {
        return Library::call($function, $this->client, ...$values);
    }

    /** Sets the function of C that gets the log events; null for none. */
    public function setLogCallback(?CData $callback): void
    {
        Library::ffi()->{$this->prefix . 'set_log_callback'}($this->client, $callback, null);
    }

    public function __destruct()
    {
        Library::ffi()->{$this->prefix . 'free'}($this->client);
    }

    /** @param list<string|CData|null> $values */
    private static function made(string $prefix, string $function, #[\SensitiveParameter] array $values): self
    {
        $client = Library::ffi()->new("{$prefix}client *");
        // Before the call, since a signal handler may throw when it has returned. NULL is not freed.
        $handle = new self($prefix, $client);
        Library::call($prefix . $function, ...$values, ...[FFI::addr($client)]);
        return $handle;
    }
}
