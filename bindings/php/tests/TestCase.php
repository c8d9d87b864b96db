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
