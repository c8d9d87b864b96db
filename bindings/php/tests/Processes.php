<?php

declare(strict_types=1);

namespace Loginid\Tests;

use PHPUnit\Framework\Assert;

/** Forked children of a test. */
final class Processes
{
    /** Ends a child without the tests' own shutdown. */
    public static function finish(callable $work): never
    {
        try {
            $work();
            \posix_kill(\posix_getpid(), \SIGUSR1);
        } catch (\Throwable $exception) {
            \fwrite(\STDERR, "in the child: $exception\n");
        }
        \posix_kill(\posix_getpid(), \SIGKILL);
        throw new \LogicException('unreachable');
    }

    /** @param list<int> $children */
    public static function assertAllWell(array $children): void
    {
        foreach ($children as $child) {
            \pcntl_waitpid($child, $status);
            Assert::assertTrue(\pcntl_wifsignaled($status) && \pcntl_wtermsig($status) === \SIGUSR1, 'a child failed');
        }
    }

    /**
     * @param list<array<string, mixed>> $list
     * @return array<string, mixed>
     */
    public static function last(array $list): array
    {
        return \end($list);
    }
}
