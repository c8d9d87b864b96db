<?php

declare(strict_types=1);

namespace Loginid\Tests;

use Loginid\Testing\Emulator as Current;

/** The control API of the emulator that the tests run under. */
final class Emulator
{
    private static ?Current $current = null;

    public static function current(): Current
    {
        return self::$current ??= Current::current();
    }

    public static function reset(): void
    {
        self::current()->reset();
    }

    /**
     * @param array<string, mixed> $body
     * @return array<string, mixed>
     */
    public static function post(string $path, array $body = []): array
    {
        return self::current()->control('POST', $path, $body)->toArray();
    }

    /**
     * The requests the service received, oldest first.
     *
     * @return list<array<string, mixed>>
     */
    public static function requests(): array
    {
        return self::current()->control('GET', 'requests')['requests'];
    }

    /** The number of requests with a token that had been accepted before. */
    public static function resentTokens(): int
    {
        return self::current()->control('GET', 'requests')['resent_tokens'];
    }

    /** The last request to the service itself, with objects as objects. */
    public static function lastRequest(): \stdClass
    {
        $all = self::current()->control('GET', 'requests')->toObject()->requests;
        $own = \array_filter($all, static fn (\stdClass $request): bool => $request->path !== '/certs');
        return \end($own) ?: throw new \RuntimeException('the service received no request');
    }

    /** @param array<string, mixed> $fault */
    public static function fault(string $path, array $fault, int $times = 1): void
    {
        self::post('faults', ['match' => ['path' => $path], 'times' => $times, 'fault' => $fault]);
    }
}
