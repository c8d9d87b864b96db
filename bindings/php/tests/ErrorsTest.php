<?php

declare(strict_types=1);

namespace Loginid\Tests;

use Loginid\Client;
use Loginid\Exception;
use Loginid\Exception\ApiException;
use Loginid\Exception\NetworkException;
use Loginid\Exception\RateLimitedException;
use Loginid\Exception\ResponseException;
use Loginid\Exception\TokenInvalidException;
use Loginid\Loginid;

/** Errors as exceptions. */
final class ErrorsTest extends TestCase
{
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
        self::assertSame('LID_UNKNOWN', Exception::from(99, 'LID_UNKNOWN', '')->getStatus());
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
}
