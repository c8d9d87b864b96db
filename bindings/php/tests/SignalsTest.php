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

    /** @return iterable<string, array{string, string}> */
    public static function listeners(): iterable
    {
        yield 'with a listener' => ['listen', "event get_user\ninterrupted\nadatrue\n"];
        yield 'without a listener' => ['none', "interrupted\nadatrue\n"];
    }
}
