<?php

declare(strict_types=1);

namespace Loginid\Tests;

use Loginid\Cancel;
use Loginid\Client;
use Loginid\Exception;
use Loginid\Exception\ApiException;
use Loginid\Exception\NetworkException;
use Loginid\Exception\RateLimitedException;
use Loginid\Exception\ResponseException;
use Loginid\Exception\TokenInvalidException;
use Loginid\Loginid;
use Loginid\V2;

/** Errors as exceptions, and the events of attempts. They have one shape in all languages: bindings/errors.json. */
final class ErrorsTest extends TestCase
{
    private const PATHS = [
        'get_user' => '/manage/users/retrieve',
        'authenticate_password' => '/authenticate/password',
        'wait_code' => '/authenticate/code/wait',
    ];

    public function testErrorsAndAttemptsAreThoseOfTheTable(): void
    {
        $cases = self::table()['cases'];
        self::assertGreaterThan(10, \count($cases));
        foreach ($cases as $case) {
            $client = $this->clientFor($case);
            $attempts = [];
            $client->onAttempt(function (array $event) use (&$attempts): void {
                $attempts[] = $event;
            });
            if ($case['closed'] ?? false) {
                $client->close();
            }
            $exception = $this->thrown(Exception::class, fn () => self::make($client, $case));
            self::compare($exception, $case, $attempts);
            self::compareAttempts($attempts, $case);
        }
    }

    public function testEachStatusHasAClass(): void
    {
        $statuses = self::table()['statuses'];
        self::assertSame(\array_column($statuses, 'status'), \array_keys(Exception::CLASSES));
        foreach ($statuses as ['number' => $number, 'status' => $status, 'stem' => $stem]) {
            $exception = Exception::from($number, $status, \json_encode(['error' => ['status' => $status]]));
            self::assertSame("Loginid\\Exception\\{$stem}Exception", $exception::class);
            self::assertSame($number, $exception::local('code', 'message')->getStatusNumber());
        }
    }

    public function testARefusalHasAllDetailsOfTheError(): void
    {
        $exception = $this->thrown(ApiException::class, fn () => $this->client->getUser('nobody'));
        self::assertInstanceOf(Exception::class, $exception);
        self::assertSame('LID_ERROR_API', $exception->getStatus());
        self::assertSame(7, $exception->getCode());
        self::assertSame('user_not_found', $exception->getErrorCode());
        self::assertSame('get_user', $exception->getOperation());
        self::assertSame(404, $exception->getHttpStatus());
        self::assertContains(['request-id', $exception->getRequestId()], Emulator::requests()[0]['headers']);
        self::assertFalse($exception->isRetryable());
        self::assertNull($exception->getRetryAfter());
        self::assertNotSame('', $exception->getMessage());
        self::assertSame('user_not_found', Loginid::jsonGet($exception->getJson(), '/error/code'));
    }

    public function testARateLimitHasTheTimeToWait(): void
    {
        $fault = ['kind' => 'status', 'code' => 429, 'headers' => [['Retry-After', '90']]];
        Emulator::fault('/manage/users/retrieve', $fault, 9);
        $exception = $this->thrown(RateLimitedException::class, fn () => $this->client->getUser('ada'));
        self::assertSame(90.0, $exception->getRetryAfter());
        self::assertTrue($exception->isRetryable());
    }

    public function testATokenWhoseKeyWasNotFetchedIsRateLimitedAndNotInvalid(): void
    {
        $exceptions = [];
        for ($number = 0; $number < 8; $number++) {
            $header = ['alg' => 'ES256', 'typ' => 'JWT', 'kid' => "made-up-$number"];
            $claims = ['aud' => \getenv('LOGINID_CLIENT_ID')];
            $token = Emulator::post('tokens', ['header' => $header, 'claims' => $claims])['token'];
            $exceptions[] = $this->thrown(Exception::class, fn () => $this->client->verifyToken($token));
        }
        self::assertInstanceOf(TokenInvalidException::class, $exceptions[0]);
        self::assertInstanceOf(RateLimitedException::class, $exceptions[7]);
        self::assertSame([8, 'unknown_key_throttled', null, true], [
            $exceptions[7]->getCode(),
            $exceptions[7]->getErrorCode(),
            $exceptions[7]->getHttpStatus(),
            $exceptions[7]->isRetryable(),
        ]);
        self::assertGreaterThan(0, $exceptions[7]->getRetryAfter());
    }

    public function testNobodyListeningIsANetworkError(): void
    {
        $server = \stream_socket_server('tcp://127.0.0.1:0');
        $address = \stream_socket_get_name($server, false);
        \fclose($server);
        $client = Client::withConfig(['client_id' => 'x', 'base_url' => "http://$address", 'max_retries' => 0]);
        $this->thrown(NetworkException::class, fn () => $client->authenticatePassword('ada', 'p'));
    }

    public function testAnAnswerThatIsNotJson(): void
    {
        $fault = ['kind' => 'status', 'code' => 200, 'body' => '<html>', 'content_type' => 'text/html'];
        Emulator::fault('/manage/users/retrieve', $fault, 9);
        $this->thrown(ResponseException::class, fn () => $this->client->getUser('ada'));
    }

    public function testAStatusNewerThanThePackageIsAPlainException(): void
    {
        $exception = Exception::from(99, 'LID_UNKNOWN', '{"error":{"status":"LID_ERROR_NEW","message":"m"}}');
        self::assertSame([Exception::class, 'LID_ERROR_NEW'], [$exception::class, $exception->getStatus()]);
        self::assertSame([99, ['status' => 'LID_ERROR_NEW', 'message' => 'm']], [
            $exception->getStatusNumber(),
            $exception->toArray(),
        ]);
        self::assertSame('LID_UNKNOWN', Exception::from(99, 'LID_UNKNOWN', '')->getStatus());
    }

    public function testFileAndLineAreThoseOfTheProgramsCall(): void
    {
        $client = V2\Client::fromEnv();
        $calls = [
            __LINE__ => fn () => $this->client->getUser('nobody'),
            __LINE__ => fn () => $this->client->getUser("a\0b"),
            __LINE__ => fn () => $client->listPasskeys(username: 'nobody'),
            __LINE__ => fn () => $client->withOptions(maxRetries: 11),
            __LINE__ => fn () => V2\Client::withConfig(['base_url' => 'nowhere']),
            __LINE__ => fn () => new V2\Client(''),
            __LINE__ => fn () => Loginid::jsonGet('{}', '/a'),
        ];
        self::assertCount(7, $calls);
        foreach ($calls as $line => $call) {
            $exception = $this->thrown(Exception::class, $call);
            self::assertSame([__FILE__, $line], [$exception->getFile(), $exception->getLine()]);
        }
    }

    public function testStackTracesHoldNoSecrets(): void
    {
        $before = \ini_set('zend.exception_ignore_args', '0');
        try {
            $calls = [
                fn () => $this->client->authenticatePassword('nobody', 'canary-secret'),
                fn () => $this->client->verifyToken('canary-secret'),
                fn () => $this->client->authorizeCode('canary-secret', 'short', self::PURPOSE, username: 'nobody'),
                fn () => new Client('id', 'canary-secret'),
                fn () => new V2\Client('https://a.example', "canary\nsecret"),
                fn () => V2\Client::fromEnv()->listPasskeys(token: 'canary-secret'),
                fn () => V2\Client::fromEnv()->verifyOtp('nobody', 'canary-secret'),
                fn () => Client::withConfig(['client_id' => 'id', 'private_key' => 'canary-secret']),
            ];
            foreach ($calls as $call) {
                $exception = $this->thrown(Exception::class, $call);
                self::assertStringNotContainsString('canary', $exception . \print_r($exception->getTrace(), true));
            }
        } finally {
            \ini_set('zend.exception_ignore_args', (string) $before);
        }
    }

    /** @return array<string, list<array<string, mixed>>> */
    private static function table(): array
    {
        $text = \file_get_contents(__DIR__ . '/../../errors.json');
        return \json_decode($text, true, flags: \JSON_THROW_ON_ERROR);
    }

    /**
     * A client for a case, whose faults are set.
     *
     * @param array<string, mixed> $case
     */
    private function clientFor(array $case): Client
    {
        Emulator::reset();
        $config = $case['config'] ?? [];
        foreach (['client_id', 'private_key', 'base_url'] as $name) {
            $config[$name] ??= \getenv('LOGINID_' . \strtoupper($name));
        }
        if ($case['another_key'] ?? false) {
            $config['private_key'] = Loginid::generateKeyPair()['private_key'];
        }
        $fault = $case['fault'] ?? null;
        $name = $case['answered_with_login_of'] ?? null;
        if ($name !== null) {
            $this->client->addUserWithoutCredentials($name);
            $fault = ['kind' => 'status', 'code' => 200, 'body' => \json_encode(Emulator::post("users/$name/login"))];
        }
        if ($fault !== null) {
            Emulator::fault(self::PATHS[$case['call']], $fault, $case['times'] ?? 9);
        }
        return Client::withConfig($config);
    }

    /** @param array<string, mixed> $case */
    private static function make(Client $client, array $case): void
    {
        $name = $case['username'];
        $cancel = new Cancel();
        if ($case['cancelled'] ?? false) {
            $cancel->trigger();
        }
        match ($case['call']) {
            'get_user' => $client->getUser($name),
            'authenticate_password' => $client->authenticatePassword($name, 'a password'),
            'wait_code' => $client->waitCode($name, '123456', 'short', cancel: $cancel),
        };
    }

    /**
     * @param array<string, mixed> $case
     * @param list<array<string, mixed>> $attempts
     */
    private static function compare(Exception $exception, array $case, array $attempts): void
    {
        $statuses = \array_column(self::table()['statuses'], null, 'status');
        $status = $statuses[$case['error']['status']];
        self::assertSame("Loginid\\Exception\\$status[stem]Exception", $exception::class, $case['case']);
        self::assertSame([$status['number'], $status['number']], [$exception->getStatusNumber(), $exception->getCode()]);
        $fields = [
            'status' => $exception->getStatus(), 'code' => $exception->getErrorCode(),
            'operation' => $exception->getOperation(), 'http_status' => $exception->getHttpStatus(),
            'retryable' => $exception->isRetryable(), 'retry_after_ms' => $exception->getRetryAfterMs(),
        ];
        self::assertSame($case['error'], $fields, $case['case']);
        $seconds = $fields['retry_after_ms'] === null ? null : $fields['retry_after_ms'] / 1000;
        self::assertEquals($seconds, $exception->getRetryAfter());
        self::assertSame($attempts[0]['request_id'] ?? null, $exception->getRequestId());
        $message = $exception->toArray()['message'];
        self::assertNotSame('', $message);
        $request = $exception->getRequestId() === null ? '' : ", request {$exception->getRequestId()}";
        self::assertSame("$message ({$exception->getErrorCode()}$request)", $exception->getMessage());
        $fields += ['message' => $message, 'request_id' => $exception->getRequestId()];
        self::assertEquals($fields, $exception->toArray());
        self::assertSame(['error' => $exception->toArray()], \json_decode($exception->getJson(), true));
    }

    /**
     * @param list<array<string, mixed>> $attempts
     * @param array<string, mixed> $case
     */
    private static function compareAttempts(array $attempts, array $case): void
    {
        $seen = [];
        foreach ($attempts as $event) {
            self::assertSame(
                ['http_attempt', $case['call'], 'POST', self::PATHS[$case['call']], $attempts[0]['request_id']],
                [$event['event'], $event['operation'], $event['method'], $event['path'], $event['request_id']],
            );
            self::assertIsInt($event['duration_us']);
            $seen[] = [
                'attempt' => $event['attempt'], 'http_status' => $event['http_status'], 'status' => $event['status'],
                'code' => $event['code'], 'retried' => $event['retry_in_ms'] !== null,
            ];
        }
        self::assertSame($case['attempts'], $seen, $case['case']);
    }
}
