<?php

declare(strict_types=1);

namespace Loginid\Tests;

use Loginid\Cancel;
use Loginid\Exception\CancelledException;
use Loginid\Exception\InternalException;
use Loginid\Exception\TimeoutException;

/** Waiting for a code. */
final class WaitTest extends TestCase
{
    private string $user;
    private string $code;

    protected function setUp(): void
    {
        parent::setUp();
        $this->user = $this->user();
        $this->code = $this->client->generateCode('short', self::PURPOSE, username: $this->user)['code'];
    }

    public function testAnotherProcessAuthorizesTheCode(): void
    {
        $other = \pcntl_fork();
        if ($other === 0) {
            Processes::finish(function (): void {
                while (Processes::last(Emulator::requests())['path'] !== '/authenticate/code/wait') {
                    \usleep(20_000);
                }
                $this->client->authorizeCode($this->code, 'short', self::PURPOSE, username: $this->user);
            });
        }
        $response = $this->client->waitCode($this->user, $this->code, 'short');
        self::assertSame($this->user, $response['user']['username']);
        Processes::assertAllWell([$other]);
    }

    public function testTheDeadlineIsInSeconds(): void
    {
        $waited = $this->waitFor(0.25);
        self::assertGreaterThanOrEqual(0.25, $waited);
        self::assertLessThan(20, $waited);
    }

    public function testMaxExecutionTimeDoesNotCountAWait(): void
    {
        if (\PHP_ZTS) {
            self::markTestSkipped('thread-safe builds count all time');
        }
        \set_time_limit(1); // PHP ends the program when the limit has passed
        try {
            self::assertGreaterThan(2, $this->waitFor(2.5));
        } finally {
            \set_time_limit(0);
        }
    }

    /** Waits for a code that nobody authorizes, and returns for how long. */
    private function waitFor(float $seconds): float
    {
        $started = \microtime(true);
        $this->thrown(
            TimeoutException::class,
            fn () => $this->client->waitCode($this->user, $this->code, 'short', $seconds),
        );
        return \microtime(true) - $started;
    }

    public function testACancelledWaitEndsAtOnce(): void
    {
        $cancel = new Cancel();
        $cancel->trigger();
        $this->thrown(
            CancelledException::class,
            fn () => $this->client->waitCode($this->user, $this->code, 'short', cancel: $cancel),
        );
    }
}
