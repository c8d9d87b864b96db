<?php

declare(strict_types=1);

namespace Loginid\Tests;

/**
 * Ctrl-C during a call in a program of its own, whose handler throws: the
 * exception arrives when the call has returned, with and without a listener, and
 * the attempt is reported.
 */
final class SignalsTest extends TestCase
{
    private const PROGRAM = <<<'PHP'
        require $argv[1];
        pcntl_async_signals(true);
        pcntl_signal(SIGINT, fn () => throw new UnexpectedValueException('interrupted'));
        $client = Loginid\Client::fromEnv();
        if ($argv[2] === 'listen') {
            $client->onAttempt(function (array $event): void { echo "event $event[operation]\n"; });
        }
        try {
            $client->getUser('ada');
            echo "returned\n";
        } catch (UnexpectedValueException $exception) {
            echo $exception->getMessage(), "\n";
        }
        $client->onAttempt(null);
        echo $client->getUser('ada')['username'], var_export(pcntl_async_signals(), true), "\n";
        PHP;

    /** @dataProvider listeners */
    public function testAHandlerThatThrowsEndsTheCallAndNotTheProgram(string $listen, string $printed): void
    {
        $this->client->addUserWithoutCredentials('ada');
        $delay = ['kind' => 'delay', 'ms' => 1000, 'carried_out' => true];
        Emulator::fault('/manage/users/retrieve', $delay);
        $command = [\PHP_BINARY, '-r', self::PROGRAM, __DIR__ . '/../autoload.php', $listen];
        $program = \proc_open($command, [1 => ['pipe', 'w'], 2 => ['redirect', 1]], $pipes);
        for ($deadline = \time() + 60; Processes::last(Emulator::requests())['path'] !== '/manage/users/retrieve';) {
            self::assertLessThan($deadline, \time(), 'the request did not reach the service');
            \usleep(20_000);
        }
        \posix_kill(\proc_get_status($program)['pid'], \SIGINT);
        $output = \stream_get_contents($pipes[1]);
        self::assertSame([0, $printed], [\proc_close($program), $output]);
    }

    /** A call in C cannot be interrupted: Cancel documents it. */
    public function testACancelThatAHandlerTriggersEndsTheNextCallAndNotTheRunningOne(): void
    {
        $program = <<<'PHP'
            require $argv[1];
            $cancel = new Loginid\Cancel();
            pcntl_async_signals(true);
            pcntl_signal(SIGINT, fn () => $cancel->trigger());
            $client = Loginid\V2\Client::fromEnv()->withOptions(cancel: $cancel);
            echo $client->getVersion()->count() > 0 ? "answered\n" : "\n";
            try {
                $client->getVersion();
            } catch (Loginid\Exception\CancelledException $exception) {
                echo "{$exception->getErrorCode()}\n";
            }
            PHP;
        $path = '/fido2/v2/version';
        Emulator::fault($path, ['kind' => 'delay', 'ms' => 1000, 'carried_out' => true]);
        $command = [\PHP_BINARY, '-r', $program, __DIR__ . '/../autoload.php'];
        $process = \proc_open($command, [1 => ['pipe', 'w'], 2 => ['redirect', 1]], $pipes);
        self::awaitRequest($path);
        \posix_kill(\proc_get_status($process)['pid'], \SIGINT);
        $output = \stream_get_contents($pipes[1]);
        self::assertSame([0, "answered\ncancelled\n"], [\proc_close($process), $output]);
    }

    private static function awaitRequest(string $path): void
    {
        $deadline = \time() + 60;
        while (!\in_array($path, \array_column(Emulator::requests(), 'path'), true)) {
            self::assertLessThan($deadline, \time(), 'the request did not reach the service');
            \usleep(20_000);
        }
    }

    /** @return iterable<string, array{string, string}> */
    public static function listeners(): iterable
    {
        yield 'with a listener' => ['listen', "event get_user\ninterrupted\nadatrue\n"];
        yield 'without a listener' => ['none', "interrupted\nadatrue\n"];
    }
}
