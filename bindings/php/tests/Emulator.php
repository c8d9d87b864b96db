<?php

declare(strict_types=1);

namespace Loginid\Tests;

/** The tester's side of the emulator. */
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

    /**
     * The requests the service received, oldest first.
     *
     * @return list<array<string, mixed>>
     */
    public static function requests(): array
    {
        return self::request('GET', 'requests')['requests'];
    }

    /** @param array<string, mixed> $fault */
    public static function fault(string $path, array $fault, int $times = 1): void
    {
        self::post('faults', ['match' => ['path' => $path], 'times' => $times, 'fault' => $fault]);
    }

    /** @return array<string, mixed> */
    private static function request(string $method, string $path, string $body = ''): array
    {
        $base = \getenv('LOGINID_EMULATOR_URL')
            ?: throw new \RuntimeException('Run the tests with: loginid-emulator exec -- phpunit, or make test-php');
        $context = \stream_context_create(['http' => [
            'method' => $method, 'header' => 'Content-Type: application/json', 'content' => $body,
        ]]);
        $answer = \file_get_contents("$base/_emulator/$path", false, $context);
        return \json_decode($answer ?: '{}', true, flags: \JSON_THROW_ON_ERROR);
    }
}
