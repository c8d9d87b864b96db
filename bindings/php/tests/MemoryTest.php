<?php

declare(strict_types=1);

namespace Loginid\Tests;

use Loginid\Cancel;
use Loginid\Client;
use Loginid\Exception\ApiException;
use Loginid\Exception\InvalidArgumentException;
use Loginid\Loginid;
use Loginid\V2;

/** Memory from C is freed. */
final class MemoryTest extends TestCase
{
    private const MIB = 1024 * 1024;

    public function testResultsAreFreed(): void
    {
        $json = \json_encode(['text' => \str_repeat('x', self::MIB)]);
        // 300 MiB if they were not freed.
        self::assertLessThan(100 * self::MIB, self::growth(300, fn () => Loginid::jsonGet($json, '/text')));
    }

    public function testErrorsAreFreed(): void
    {
        // About 200 bytes each.
        self::assertLessThan(10 * self::MIB, self::growth(100_000, function (): void {
            try {
                Loginid::jsonGet('{}', '/a');
                self::fail('an error was expected');
            } catch (InvalidArgumentException) {
            }
        }));
    }

    public function testClientsAndCancelsAreFreed(): void
    {
        $config = ['client_id' => 'x', 'user_agent' => \str_repeat('x', 100_000)];
        self::assertLessThan(30 * self::MIB, self::growth(600, fn () => Client::withConfig($config)));
        $config = ['base_url' => 'https://a.example', 'user_agent' => $config['user_agent']];
        self::assertLessThan(30 * self::MIB, self::growth(600, fn () => V2\Client::withConfig($config)->withOptions()));
        $before = self::descriptors();
        for ($i = 0; $i < 100; $i++) {
            new Cancel();
        }
        self::assertSame($before, self::descriptors());
    }

    /** @dataProvider clients */
    public function testCloseEndsTheConnectionThoughAnErrorIsKept(string $class, string $call): void
    {
        \ini_set('zend.exception_ignore_args', '0'); // the error keeps the arguments of all functions
        $before = self::descriptors();
        $client = $class::fromEnv();
        $error = $this->thrown(ApiException::class, fn () => $client->$call('nobody'));
        self::assertGreaterThan($before, self::descriptors());
        $client->close();
        self::assertSame($before, self::descriptors());
        self::assertNotSame('', $error->getTraceAsString());
        \ini_restore('zend.exception_ignore_args');
    }

    /** @return iterable<string, array{class-string, string}> */
    public static function clients(): iterable
    {
        yield 'v1' => [Client::class, 'getUser'];
        yield 'v2' => [V2\Client::class, 'deleteUser'];
    }

    private static function descriptors(): int
    {
        return \count(\scandir('/proc/self/fd'));
    }

    /** How much memory remains after many calls. */
    private static function growth(int $times, callable $call): int
    {
        for ($i = 0; $i < $times / 10; $i++) {
            $call();
        }
        $before = self::resident();
        for ($i = 0; $i < $times; $i++) {
            $call();
        }
        return self::resident() - $before;
    }

    private static function resident(): int
    {
        return (int) \explode(' ', \file_get_contents('/proc/self/statm'))[1] * 4096;
    }
}
