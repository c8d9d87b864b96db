<?php

declare(strict_types=1);

namespace Loginid\Tests;

use Loginid\Client;
use Loginid\ClientInterface;
use Loginid\Exception\ClaimMismatchException;
use Loginid\Result;
use Loginid\V2;
use PHPUnit\Framework\TestCase as PhpUnitTestCase;

/** The interfaces of the clients, for test doubles. */
final class InterfaceTest extends PhpUnitTestCase
{
    public function testTheClientsHaveNoOtherMethodsThanTheirInterfacesAndWaysToMakeThem(): void
    {
        foreach ([Client::class => ClientInterface::class, V2\Client::class => V2\ClientInterface::class] as $class => $interface) {
            self::assertTrue(\is_subclass_of($class, $interface));
            $of = static fn (string $name): array => \array_map(
                static fn (\ReflectionMethod $method): string => $method->name,
                (new \ReflectionClass($name))->getMethods(\ReflectionMethod::IS_PUBLIC),
            );
            $more = \array_values(\array_diff($of($class), $of($interface)));
            $make = $class === Client::class ? ['management'] : [];
            $magic = ['__construct', '__debugInfo', '__destruct', '__serialize', '__unserialize'];
            self::assertEqualsCanonicalizing([...$make, ...$magic, 'withConfig', 'fromEnv'], $more);
            self::assertGreaterThan(29, \count($of($interface)));
        }
    }

    public function testACodeThatTakesTheInterfaceIsTestedWithAMock(): void
    {
        $login = static fn (V2\ClientInterface $client, string $token): string
            => $client->withOptions(timeout: 2)->verifyToken($token)['claims']['username'];
        $client = $this->createMock(V2\ClientInterface::class);
        $client->method('withOptions')->willReturnSelf();
        $client->expects(self::exactly(2))->method('verifyToken')->with('a-token')->willReturnOnConsecutiveCalls(
            Result::of(['valid' => true, 'claims' => ['username' => 'ada']]),
            self::throwException(ClaimMismatchException::local('token_kind_mismatch', 'it is no login')),
        );
        self::assertSame('ada', $login($client, 'a-token'));
        $this->expectException(ClaimMismatchException::class);
        $login($client, 'a-token');
    }

    public function testAResultOfATestDoubleIsLikeAnyOther(): void
    {
        self::assertSame('{}', Result::of([])->toJson());
        $result = Result::of(['passkeys' => [['id' => '1', 'ratio' => 1.0]]]);
        self::assertSame('{"passkeys":[{"id":"1","ratio":1.0}]}', $result->toJson());
        self::assertSame('1', $result['passkeys'][0]['id']);
    }
}
