<?php

declare(strict_types=1);

namespace Loginid\Tests;

use Loginid\Cancel;
use Loginid\Client;
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
        $before = \count(\scandir('/proc/self/fd'));
        for ($i = 0; $i < 100; $i++) {
            new Cancel();
        }
        self::assertCount($before, \scandir('/proc/self/fd'));
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
