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
    public function testErrorsAndAttemptsAreThoseOfTheTable(): void
    {
        $cases = self::table()['cases'];
        self::assertGreaterThan(20, \count($cases));
        foreach ($cases as $case) {
            if ($case['cancelled_while_running'] ?? false) {
                continue; // PHP runs nothing during a call.
            }
            $this->prepare($case);
            $client = $case['service'] === 'v2' ? self::v2Client($case) : self::v1Client($case);
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

    public function testMessagesOfTheBindingAreThoseOfTheTable(): void
    {
        $made = [
            'invalid_json' => fn () => V2\Client::fromEnv()->authenticateInit(options: ['device_info' => ['a' => \NAN]]),
            'invalid_response' => function (): void {
                $fault = ['kind' => 'status', 'code' => 200, 'body' => '{"a":"\ud800"}'];
                Emulator::fault(self::table()['calls']['get_user']['path'], $fault);
                $this->client->getUser('ada');
            },
        ];
        foreach (self::table()['messages'] as $row) {
            if (\in_array('php', $row['languages'], true)) {
                $exception = $this->thrown(Exception::class, $made[$row['code']]);
                self::assertSame($row['code'], $exception->getErrorCode());
                $begins = \str_replace('{name}', 'options', $row['begins']);
                self::assertStringStartsWith($begins, $exception->getMessage());
                unset($made[$row['code']]);
            }
        }
        self::assertSame([], $made);
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
     * Sets the faults of a case.
     *
     * @param array<string, mixed> $case
     */
    private function prepare(array $case): void
    {
        Emulator::reset();
        $fault = $case['fault'] ?? null;
        $name = $case['answered_with_login_of'] ?? null;
        if ($name !== null) {
            $this->client->addUserWithoutCredentials($name);
            $fault = ['kind' => 'status', 'code' => 200, 'body' => \json_encode(Emulator::post("users/$name/login"))];
        }
        if ($fault !== null) {
            $path = self::table()['calls'][$case['fault_of'] ?? $case['call']]['path'];
            Emulator::fault($path, $fault, $case['times'] ?? 9);
        }
    }

    /** @param array<string, mixed> $case */
    private static function v1Client(array $case): Client
    {
        $config = $case['config'] ?? [];
        foreach (['client_id', 'private_key', 'base_url'] as $name) {
            $config[$name] ??= \getenv('LOGINID_' . \strtoupper($name));
        }
        if ($case['another_key'] ?? false) {
            $config['private_key'] = Loginid::generateKeyPair()['private_key'];
        }
        return Client::withConfig($config);
    }

    /** @param array<string, mixed> $case */
    private static function v2Client(array $case): V2\Client
    {
        $config = $case['config'] ?? [];
        foreach (($case['without_api_key'] ?? false) ? ['base_url'] : ['base_url', 'api_key'] as $name) {
            $config[$name] ??= \getenv('LOGINID_V2_' . \strtoupper($name));
        }
        return V2\Client::withConfig($config);
    }

    /**
     * In the texts of a case "␀" is a NUL.
     *
     * @param array<string, mixed> $case
     */
    private static function make(Client|V2\Client $client, array $case): void
    {
        $name = isset($case['username']) ? \str_replace('␀', "\0", $case['username']) : null;
        $cancel = new Cancel();
        if ($case['cancelled'] ?? false) {
            $cancel->trigger();
        }
        match ($case['call']) {
            'get_user' => $client->getUser($name),
            'authenticate_password' => $client->authenticatePassword($name, 'a password'),
            'wait_code' => $client->waitCode($name, '123456', 'short', cancel: $cancel),
            'v2_list_passkeys' => $client->listPasskeys(username: $name, token: self::token($case)),
            'v2_delete_user' => $client->deleteUser(\str_replace('␀', "\0", $case['user_id'])),
            'v2_verify_token' => $client->verifyToken(self::token($case)),
            'v2_get_version' => $client->getVersion(),
        };
    }

    /**
     * A token that the current service signed, with the times of the case.
     *
     * @param array<string, mixed> $case
     */
    private static function token(array $case): ?string
    {
        if (!isset($case['token'])) {
            return null;
        }
        $claims = [
            'sub' => 'u1', 'username' => 'ada', 'tokenType' => 'jwtAccess',
            'iss' => \getenv('LOGINID_V2_BASE_URL'), 'aud' => \getenv('LOGINID_V2_APPLICATION_ID'),
        ];
        return Emulator::post('v2/tokens', ['claims' => $claims + $case['token']])['token'];
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
        self::assertSame(\end($attempts)['request_id'] ?? null, $exception->getRequestId());
        $message = $exception->toArray()['message'];
        self::assertNotSame('', $message);
        // An argument has the name of the parameter.
        $expected = \str_replace('user_id', 'userId', $case['message'] ?? $message);
        self::assertSame($expected, $message);
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
        self::assertCount(\count($case['attempts']), $attempts, $case['case']);
        $ids = [];
        foreach ($attempts as $number => $event) {
            $expected = $case['attempts'][$number] + ['event' => 'http_attempt', 'operation' => $case['call']];
            $expected += self::table()['calls'][$expected['operation']];
            self::assertSame($expected['retried'], $event['retry_in_ms'] !== null, $case['case']);
            unset($expected['retried']);
            self::assertEquals($expected, \array_intersect_key($event, $expected), $case['case']);
            self::assertIsInt($event['duration_us']);
            $ids[$expected['operation']] ??= $event['request_id'];
            self::assertSame($ids[$expected['operation']], $event['request_id']);
        }
    }
}
