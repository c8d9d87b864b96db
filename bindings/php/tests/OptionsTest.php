<?php

declare(strict_types=1);

namespace Loginid\Tests;

use Loginid\Cancel;
use Loginid\Exception\CancelledException;
use Loginid\Exception\InvalidArgumentException;
use Loginid\Exception\TimeoutException;

/** Clients with options of their own. */
final class OptionsTest extends TestCase
{
    private const RETRIEVE = '/manage/users/retrieve';

    private string $user;

    protected function setUp(): void
    {
        parent::setUp();
        $this->user = $this->user();
    }

    public function testOptionsAreSentAndTheClientsAreIndependent(): void
    {
        $derived = $this->client->withOptions(
            timeout: 30,
            maxRetries: 0,
            headers: ['X-Tenant' => 'tw"o'],
            requestId: 'trace-42',
        );
        $this->client->close();
        $derived->getUser($this->user);
        $headers = Emulator::lastRequest()->headers;
        self::assertContains(['x-tenant', 'tw"o'], $headers);
        self::assertContains(['request-id', 'trace-42'], $headers);
        $derived->withOptions(headers: ['X-More' => '3'])->getUser($this->user);
        $names = \array_column(Emulator::lastRequest()->headers, 0);
        self::assertContains('x-tenant', $names);
        self::assertContains('x-more', $names);
        $exception = $this->thrown(InvalidArgumentException::class, fn () => $this->client->withOptions());
        self::assertSame('client_closed', $exception->getErrorCode());
    }

    public function testTheTimeoutIsInSeconds(): void
    {
        Emulator::fault(self::RETRIEVE, ['kind' => 'delay', 'ms' => 60000]);
        $derived = $this->client->withOptions(timeout: 0.2);
        $this->thrown(TimeoutException::class, fn () => $derived->getUser($this->user));
    }

    public function testACancelledClientRefusesEveryCall(): void
    {
        $cancel = new Cancel();
        $derived = $this->client->withOptions(cancel: $cancel)->withOptions(headers: [], cancel: new Cancel());
        $derived->getUser($this->user);
        $cancel->trigger();
        unset($cancel);
        $this->thrown(CancelledException::class, fn () => $derived->getUser($this->user));
        $this->thrown(CancelledException::class, fn () => $derived->generateServiceToken('users.retrieve'));
        self::assertSame($this->user, $this->client->getUser($this->user)['username']);
    }

    public function testBadOptionsAreRefused(): void
    {
        foreach ([
            ['maxRetries' => 11],
            ['headers' => ['Host' => 'canary']],
            ['headers' => ['X-A' => "canary\r\nX-B: 1"]],
            ['headers' => ['X-A' => 1]],
            ['headers' => ['X-A: canary']],
            ['requestId' => 'a b'],
        ] as $options) {
            $call = fn () => $this->client->withOptions(...$options);
            $exception = $this->thrown(InvalidArgumentException::class, $call);
            self::assertSame('invalid_options', $exception->getErrorCode());
            self::assertStringNotContainsString('canary', $exception->getMessage());
            // Not `options_json`, as the argument is called in C.
            self::assertStringStartsWith('options: ', $exception->getMessage());
        }
        foreach ([0, -1, 86_400.001, 86_401, 4_294_967] as $timeout) {
            $exception = $this->thrown(\ValueError::class, fn () => $this->client->withOptions(timeout: $timeout));
            self::assertSame('timeout must be more than 0 and at most 86400 seconds', $exception->getMessage());
        }
        $this->client->withOptions(timeout: 86_400)->getUser($this->user);
    }

    public function testTheListenerIsShared(): void
    {
        $events = [];
        $derived = $this->client->withOptions();
        $this->client->onAttempt(static function (array $event) use (&$events): void {
            $events[] = $event['operation'];
        });
        $derived->getUser($this->user);
        $this->client->close();
        $derived->getUser($this->user);
        self::assertSame(['get_user', 'get_user'], $events);
        $derived->onAttempt(null);
        $derived->getUser($this->user);
        self::assertCount(2, $events);
    }
}
