<?php

declare(strict_types=1);

namespace Loginid\Tests;

/** The control API of the emulator. */
final class Emulator
{
    public static function reset(): void
    {
        self::post('reset');
    }

    /**
     * @param array<string, mixed> $body
     * @return array<string, mixed>
     */
    public static function post(string $path, array $body = []): array
    {
        return self::request('POST', $path, \json_encode((object) $body));
    }

    /** @return array<string, mixed> */
    public static function get(string $path): array
    {
        return self::request('GET', $path);
    }

    /**
     * The requests the service received, oldest first.
     *
     * @return list<array<string, mixed>>
     */
    public static function requests(): array
    {
        return self::request('GET', 'requests')['requests'];
    }

    /** The number of requests with a token that had been accepted before. */
    public static function resentTokens(): int
    {
        return self::request('GET', 'requests')['resent_tokens'];
    }

    /** The last request to the service itself, with objects as objects. */
    public static function lastRequest(): \stdClass
    {
        $all = \json_decode(self::send('GET', 'requests'), flags: \JSON_THROW_ON_ERROR)->requests;
        $own = \array_filter($all, static fn (\stdClass $request): bool => $request->path !== '/certs');
        return \end($own) ?: throw new \RuntimeException('the service received no request');
    }

    /** @param array<string, mixed> $fault */
    public static function fault(string $path, array $fault, int $times = 1): void
    {
        self::post('faults', ['match' => ['path' => $path], 'times' => $times, 'fault' => $fault]);
    }

    /** @return array<string, mixed> */
    private static function request(string $method, string $path, string $body = ''): array
    {
        return \json_decode(self::send($method, $path, $body), true, flags: \JSON_THROW_ON_ERROR);
    }

    private static function send(string $method, string $path, string $body = ''): string
    {
        $base = \getenv('LOGINID_EMULATOR_URL')
            ?: throw new \RuntimeException('Run the tests with: loginid-emulator exec -- phpunit, or make test-php');
        $context = \stream_context_create(['http' => [
            'method' => $method, 'header' => 'Content-Type: application/json', 'content' => $body,
        ]]);
        $answer = \file_get_contents("$base/_emulator/$path", false, $context);
        return $answer ?: throw new \RuntimeException("the emulator refused $path");
    }
}
