<?php

declare(strict_types=1);

namespace Loginid\Tests;

/** Handlers of signals that use the clients, in programs of their own. */
final class SignalsTest extends TestCase
{
    /**
     * Each call of a client, with a signal that arrived before it. To run the handler is the last thing that PHP does
     * before the C function begins.
     */
    private const CALLS = <<<'PHP'
        $calls = [
            'call' => fn ($client) => $client->getVersion()['version'],
            'withOptions' => fn ($client) => $client->withOptions(timeout: 30)->getVersion()['version'],
            'onAttempt' => fn ($client) => $client->onAttempt(fn () => null),
            'v1 call' => fn ($client) => $client->getUser('ada')['id'],
            'v1 withOptions' => fn ($client) => $client->withOptions(timeout: 30)->getUser('ada')['id'],
            'v1 onAttempt' => fn ($client) => $client->onAttempt(fn () => null),
        ];
        foreach ($calls as $name => $call) {
            $client = str_starts_with($name, 'v1') ? Loginid\Client::fromEnv() : Loginid\V2\Client::fromEnv();
            pcntl_signal(SIGUSR1, fn () => $handler($client));
            pcntl_async_signals(false);
            posix_kill(getmypid(), SIGUSR1);
            pcntl_async_signals(true);
            $call($client);
            echo "$name\n";
        }
        PHP;

    /**
     * Ctrl-C during a call: what its handler throws arrives when the call has returned, with and without a listener,
     * and the attempt is reported.
     *
     * @dataProvider listeners
     */
    public function testAHandlerThatThrowsEndsTheCallAndNotTheProgram(string $listen, string $printed): void
    {
        $program = <<<'PHP'
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
        $this->client->addUserWithoutCredentials('ada');
        self::assertPrints($printed, $program, '/manage/users/retrieve', $listen);
    }

    /** @return iterable<string, array{string, string}> */
    public static function listeners(): iterable
    {
        yield 'with a listener' => ['listen', "event get_user\ninterrupted\nadatrue\n"];
        yield 'without a listener' => ['none', "interrupted\nadatrue\n"];
    }

    /** A call in C cannot be interrupted: Cancel documents it. */
    public function testACancelThatAHandlerTriggersEndsTheNextCallAndNotTheRunningOne(): void
    {
        $program = <<<'PHP'
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
        self::assertPrints("answered\ncancelled\n", $program, '/fido2/v2/version');
    }

    /** @dataProvider listenersOfTheOther */
    public function testACallThatAHandlerMakesHasItsOwnEvents(string $listen, string $printed): void
    {
        $program = <<<'PHP'
            pcntl_async_signals(true);
            [$client, $other] = [Loginid\V2\Client::fromEnv(), Loginid\Client::fromEnv()];
            $client->onAttempt(function (array $event): void { echo "client: $event[operation]\n"; });
            if ($argv[2] === 'listen') {
                $other->onAttempt(function (array $event): void { echo "other: $event[operation]\n"; });
            }
            pcntl_signal(SIGINT, fn () => $other->getUser('ada'));
            echo $client->getVersion()->count() > 0 ? "answered\n" : "\n";
            PHP;
        $this->client->addUserWithoutCredentials('ada');
        self::assertPrints($printed, $program, '/fido2/v2/version', $listen);
    }

    /** @return iterable<string, array{string, string}> */
    public static function listenersOfTheOther(): iterable
    {
        yield 'with a listener' => ['listen', "other: get_user\nclient: v2_get_version\nanswered\n"];
        yield 'without a listener' => ['none', "client: v2_get_version\nanswered\n"];
    }

    public function testAClientThatAHandlerClosesLivesUntilItsCallHasReturned(): void
    {
        $this->client->addUserWithoutCredentials('ada');
        // What is freed is overwritten.
        $handler = <<<'PHP'
            $handler = function ($client) {
                $client->close();
                for ($size = 16; $size < 4096; $size += 16) {
                    $blocks[] = FFI::cdef()->new("char[$size]", true, true);
                    FFI::memset(end($blocks), 0x41, $size);
                }
            };
            PHP;
        $printed = "call\nwithOptions\nonAttempt\nv1 call\nv1 withOptions\nv1 onAttempt\n";
        self::assertPrints($printed, $handler . self::CALLS);
    }

    public function testAListenerThatAHandlerSetsHearsTheCallThatBegins(): void
    {
        $this->client->addUserWithoutCredentials('ada');
        $handler = '$handler = fn ($client) => $client->onAttempt(function (array $event): void { echo "event, "; });';
        // The listener that onAttempt() sets replaces that of the handler.
        $heard = "event, call\nevent, withOptions\nonAttempt\n";
        $heard .= "event, v1 call\nevent, v1 withOptions\nv1 onAttempt\n";
        self::assertPrints($heard, $handler . self::CALLS);
    }

    /**
     * @param ?string $interrupted where the request goes that waits until the program has got SIGINT
     */
    private static function assertPrints(
        string $expected,
        string $program,
        ?string $interrupted = null,
        string ...$arguments,
    ): void {
        if ($interrupted !== null) {
            Emulator::fault($interrupted, ['kind' => 'delay', 'ms' => 1000, 'carried_out' => true]);
        }
        $command = [\PHP_BINARY, '-r', "require \$argv[1]; $program", __DIR__ . '/../autoload.php', ...$arguments];
        $process = \proc_open($command, [1 => ['pipe', 'w'], 2 => ['redirect', 1]], $pipes);
        if ($interrupted !== null) {
            self::awaitRequest($interrupted);
            \posix_kill(\proc_get_status($process)['pid'], \SIGINT);
        }
        $output = \stream_get_contents($pipes[1]);
        self::assertSame([0, $expected], [\proc_close($process), $output]);
    }

    private static function awaitRequest(string $path): void
    {
        $deadline = \time() + 60;
        while (!\in_array($path, \array_column(Emulator::requests(), 'path'), true)) {
            self::assertLessThan($deadline, \time(), 'the request did not reach the service');
            \usleep(20_000);
        }
    }
}
