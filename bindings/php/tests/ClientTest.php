<?php

declare(strict_types=1);

namespace Loginid\Tests;

use Loginid\Cancel;
use Loginid\Client;
use Loginid\Exception\ConfigException;
use Loginid\Exception\InvalidArgumentException;
use Loginid\Exception\PrivateKeyException;
use Loginid\Loginid;
use Loginid\V2;

/** Making, configuring and closing clients; values in and out; the log. */
final class ClientTest extends TestCase
{
    public function testEachConstructorMakesAClientThatWorks(): void
    {
        $user = $this->user();
        [$id, $key, $url] = self::settings();
        $config = ['client_id' => $id, 'private_key' => $key, 'base_url' => $url];
        $clients = [
            new Client($id, $key, $url),
            Client::management($id, $key, baseUrl: $url),
            Client::withConfig($config),
            Client::withConfig(\json_encode($config)),
        ];
        foreach ($clients as $client) {
            self::assertSame($user, $client->getUser($user)['username']);
        }
    }

    public function testAWrongConfigurationIsNamed(): void
    {
        $config = ['client_id' => 'x', 'retries' => 1];
        $exception = $this->thrown(ConfigException::class, fn () => Client::withConfig($config));
        self::assertStringContainsString('retries', $exception->getMessage());
        $this->thrown(PrivateKeyException::class, fn () => Client::management('x', 'no key'));
        $this->thrown(ConfigException::class, fn () => Client::withConfig([]));
    }

    public function testResultsAreReadLikeArraysAndHaveTheirJson(): void
    {
        $result = $this->client->addUserWithoutCredentials('grace');
        self::assertSame('grace', $result['username']);
        self::assertTrue(isset($result['id']));
        self::assertFalse(isset($result['nothing']));
        self::assertSame(\json_decode($result->toJson(), true), $result->toArray());
        self::assertSame($result->toArray(), \iterator_to_array($result));
        self::assertCount(\count($result->toArray()), $result);
        self::assertJsonStringEqualsJsonString($result->toJson(), \json_encode($result));
        $this->thrown(\LogicException::class, function () use ($result): void {
            $result['username'] = 'ada';
        });
    }

    public function testACallOfAClosedClientIsClientClosed(): void
    {
        $this->client->close();
        $this->client->close();
        $calls = [
            fn () => $this->client->getUser('ada'),
            fn () => $this->client->waitCode('ada', '123456', 'short'),
            fn () => $this->client->generateServiceToken('users.retrieve'),
            fn () => $this->client->onAttempt(null),
        ];
        foreach ($calls as $call) {
            $exception = $this->thrown(InvalidArgumentException::class, $call);
            self::assertSame(
                [1, 'LID_ERROR_INVALID_ARGUMENT', 'client_closed', false],
                [$exception->getCode(), $exception->getStatus(), $exception->getErrorCode(), $exception->isRetryable()],
            );
            self::assertSame('client_closed', Loginid::jsonGet($exception->getJson(), '/error/code'));
        }
    }

    public function testAClientThatItsOwnArgumentClosesIsClosed(): void
    {
        foreach ([$this->client, V2\Client::fromEnv()] as $client) {
            $header = new class ($client) implements \JsonSerializable {
                public function __construct(private readonly object $client)
                {
                }

                public function jsonSerialize(): string
                {
                    $this->client->close();
                    return 'x';
                }
            };
            $call = fn () => $client->withOptions(headers: ['X-Tenant' => $header]);
            self::assertSame('client_closed', $this->thrown(InvalidArgumentException::class, $call)->getErrorCode());
        }
    }

    public function testClientsAndCancelsAreNeitherCopiedNorSerialized(): void
    {
        foreach ([$this->client, new Cancel()] as $object) {
            $class = $object::class;
            $exception = $this->thrown(\Error::class, fn () => clone $object);
            self::assertStringContainsString("private $class::__clone()", $exception->getMessage());
            $exception = $this->thrown(\LogicException::class, fn () => \serialize($object));
            self::assertSame("a $class cannot be serialized", $exception->getMessage());
            $serialized = \sprintf('O:%d:"%s":0:{}', \strlen($class), $class);
            $this->thrown(\LogicException::class, fn () => \unserialize($serialized));
        }
        self::assertSame(['closed' => false], $this->client->__debugInfo());
        self::assertSame('ada', $this->client->addUserWithoutCredentials('ada')['username']);
    }

    public function testEachAttemptIsReported(): void
    {
        $user = $this->user();
        Emulator::fault('/manage/users/retrieve', ['kind' => 'status', 'code' => 503]);
        $events = [];
        $this->client->onAttempt(function (array $event) use (&$events): void {
            $events[] = [$event['operation'], $event['attempt'], $event['http_status']];
        });
        $this->client->getUser($user);
        self::assertSame([['get_user', 1, 503], ['get_user', 2, 200]], $events);
        $this->client->onAttempt(null);
        $this->client->getUser($user);
        self::assertCount(2, $events);
    }

    public function testTheListenerMayUseClientsAndThrow(): void
    {
        $user = $this->user();
        $other = Client::fromEnv();
        $heard = [];
        $other->onAttempt(function (array $event) use (&$heard): void {
            $heard[] = "other $event[operation]";
        });
        $this->client->onAttempt(function (array $event) use (&$heard, $other, $user): void {
            $heard[] = $event['operation'];
            $other->getCredentials(username: $user);
        });
        $this->client->getUser($user);
        self::assertSame(['get_user', 'other get_credentials'], $heard);
        $this->client->onAttempt(fn () => throw new \OutOfRangeException());
        $this->thrown(\OutOfRangeException::class, fn () => $this->client->getUser($user));
    }

    public function testAListenerThatRemovesItselfIsCalledForTheRestOfTheCall(): void
    {
        $user = $this->user();
        Emulator::fault('/manage/users/retrieve', ['kind' => 'status', 'code' => 503]);
        $attempts = [];
        $this->client->onAttempt(function (array $event) use (&$attempts): void {
            $this->client->onAttempt(null);
            $attempts[] = $event['attempt'];
        });
        self::assertSame($user, $this->client->getUser($user)['username']);
        self::assertSame([1, 2], $attempts);
    }

    public function testFunctionsWithoutAClientWork(): void
    {
        self::assertMatchesRegularExpression('/^\d+\.\d+\.\d+$/', Loginid::version());
        self::assertSame('LID_ERROR_API', Loginid::statusName(7));
        $unknown = [-1, 99, 2 ** 31, 2 ** 32 + 7, -2 ** 32 + 7, \PHP_INT_MAX, \PHP_INT_MIN];
        self::assertSame(['LID_UNKNOWN'], \array_unique(\array_map(Loginid::statusName(...), $unknown)));
        self::assertStringContainsString('BEGIN PUBLIC KEY', Loginid::generateKeyPair()['public_key']);
        self::assertSame('b', Loginid::jsonGet(['a' => ['b']], '/a/0'));
        self::assertSame('{}', Loginid::jsonGet((object) ['a' => new \stdClass()], '/a'));
        $this->thrown(InvalidArgumentException::class, fn () => Loginid::jsonGet('{}', '/a'));
    }

    /** @return list<string> */
    private static function settings(): array
    {
        return \array_map('getenv', ['LOGINID_CLIENT_ID', 'LOGINID_PRIVATE_KEY', 'LOGINID_BASE_URL']);
    }
}
