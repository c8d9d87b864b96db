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

    /** Names of parameters are public, because of named arguments; those in brackets may be left out. */
    public function testTheListOfPublicNamesIsComplete(): void
    {
        $listed = \file(__DIR__ . '/public.txt', \FILE_IGNORE_NEW_LINES);
        $public = self::publicNames();
        $gone = \array_values(\array_diff($listed, $public));
        self::assertSame([], $gone, 'programs use these names: they must stay as they are');
        $new = \array_values(\array_diff($public, $listed));
        self::assertSame([], $new, 'add these names to public.txt');
        self::assertGreaterThan(150, \count($listed));
    }

    /** @return list<string> classes, constants, properties, methods with their parameters */
    private static function publicNames(): array
    {
        $names = [];
        $root = \dirname(__DIR__) . '/src/';
        $files = new \RecursiveIteratorIterator(new \RecursiveDirectoryIterator($root, \FilesystemIterator::SKIP_DOTS));
        foreach ($files as $file) {
            $name = \strtr(\substr((string) $file, \strlen($root), -\strlen('.php')), '/', '\\');
            $class = new \ReflectionClass("Loginid\\$name");
            if ($class->isTrait() || self::isInternal($class)) {
                continue;
            }
            $parent = $class->getParentClass();
            $names[] = $class->name . ($parent === false ? '' : " of $parent->name");
            // What a class inherits is listed with the class that has it.
            $own = static fn (array $members): array => \array_filter(
                $members,
                static fn ($member): bool => $member->class === $class->name,
            );
            foreach ($own($class->getReflectionConstants(\ReflectionClassConstant::IS_PUBLIC)) as $constant) {
                $names[] = "$class->name::$constant->name";
            }
            foreach ($own($class->getProperties(\ReflectionProperty::IS_PUBLIC)) as $property) {
                $names[] = "$class->name::\$$property->name";
            }
            foreach ($own($class->getMethods(\ReflectionMethod::IS_PUBLIC)) as $method) {
                $isMagic = \str_starts_with($method->name, '__') && $method->name !== '__construct';
                if (!$isMagic && !self::isInternal($method)) {
                    $names[] = "$class->name::$method->name(" . self::parameters($method) . ')';
                }
            }
        }
        \sort($names);
        return $names;
    }

    private static function isInternal(\ReflectionClass|\ReflectionMethod $one): bool
    {
        return \str_contains((string) $one->getDocComment(), '@internal');
    }

    private static function parameters(\ReflectionMethod $method): string
    {
        return \implode(', ', \array_map(
            static function (\ReflectionParameter $one): string {
                $name = ($one->isVariadic() ? '...' : '') . "\$$one->name";
                return $one->isOptional() ? "[$name]" : $name;
            },
            $method->getParameters(),
        ));
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
