<?php

declare(strict_types=1);

namespace Loginid\Tests;

use Loginid\Client;

/** The tests run under `loginid-emulator exec`, which sets LOGINID_*. */
abstract class TestCase extends \PHPUnit\Framework\TestCase
{
    protected const PURPOSE = 'temporary_authentication';

    protected Client $client;

    protected function setUp(): void
    {
        Emulator::reset();
        $this->client = Client::fromEnv();
    }

    /** Compares JSON values in every type, but not in the order of members; an empty array is a list. */
    protected static function assertSameJson(mixed $expected, mixed $actual): void
    {
        self::assertSame(self::sorted($expected), self::sorted($actual));
    }

    private static function sorted(mixed $value): string
    {
        $sort = static function (mixed $value) use (&$sort): mixed {
            if ($value instanceof \stdClass) {
                $members = (array) $value;
                \ksort($members, \SORT_STRING);
                return (object) \array_map($sort, $members);
            }
            return \is_array($value) ? \array_map($sort, $value) : $value;
        };
        return \json_encode($sort(\json_decode(\json_encode($value))), \JSON_PRETTY_PRINT | \JSON_PRESERVE_ZERO_FRACTION);
    }

    /** A new user's name. */
    protected function user(): string
    {
        return $this->client->addUserWithoutCredentials('user-' . \bin2hex(\random_bytes(4)))['username'];
    }

    /**
     * The exception that a call throws.
     *
     * @template T of \Throwable
     * @param class-string<T> $class
     * @return T
     */
    protected function thrown(string $class, callable $call): \Throwable
    {
        try {
            $call();
        } catch (\Throwable $exception) {
            self::assertInstanceOf($class, $exception, (string) $exception);
            return $exception;
        }
        self::fail("no $class was thrown");
    }
}
