<?php

declare(strict_types=1);

namespace Loginid\Tests;

use Loginid\AttemptLogger;
use Loginid\Exception\NetworkException;
use Loginid\V2\Client;
use Psr\Log\AbstractLogger;

/** Attempts as messages of a PSR-3 logger. */
final class AttemptLoggerTest extends TestCase
{
    private const LOG = 'Psr/Log/autoload.php';

    /** @var list<array{string, string, array<string, mixed>}> */
    private array $messages = [];

    protected function setUp(): void
    {
        if (\stream_resolve_include_path(self::LOG) === false && \getenv('CI') !== 'true') {
            self::markTestSkipped('there is no PSR-3 here');
        }
        require_once self::LOG;
        parent::setUp();
    }

    public function testEachAttemptIsAMessage(): void
    {
        Emulator::fault('/fido2/v2/version', ['kind' => 'status', 'code' => 503]);
        $client = Client::fromEnv();
        $client->onAttempt(new AttemptLogger($this->logger()));
        $client->getVersion();
        self::assertCount(2, $this->messages);
        [[$level, $message, $context], [$second, $success]] = $this->messages;
        self::assertSame(['warning', 'debug'], [$level, $second]);
        $request = Emulator::requests()[0];
        $id = \array_column($request['headers'], 1, 0)['request-id'];
        self::assertSame("LoginID v2_get_version: HTTP 503, http_error, request $id", $message);
        self::assertSame('LoginID v2_get_version: HTTP 200', $success);
        self::assertSame([1, 'GET', $id], [$context['attempt'], $context['method'], $context['request_id']]);
        self::assertIsInt($context['retry_in_ms']);
    }

    public function testAnAttemptWithoutAnAnswerHasNoStatus(): void
    {
        $client = Client::withConfig(['base_url' => 'http://127.0.0.1:1', 'application_id' => 'a', 'max_retries' => 0]);
        $client->onAttempt(new AttemptLogger($this->logger()));
        $exception = $this->thrown(NetworkException::class, fn () => $client->getVersion());
        $expected = "LoginID v2_get_version: connect_failed, request {$exception->getRequestId()}";
        self::assertSame($expected, $this->messages[0][1]);
    }

    private function logger(): AbstractLogger
    {
        $write = function (string $level, string $message, array $context): void {
            $values = [];
            foreach ($context as $name => $value) {
                $values["{{$name}}"] = (string) $value;
            }
            $this->messages[] = [$level, \strtr($message, $values), $context];
        };
        return new class ($write) extends AbstractLogger {
            public function __construct(private \Closure $write)
            {
            }

            public function log($level, $message, array $context = []): void
            {
                ($this->write)($level, (string) $message, $context);
            }
        };
    }
}
