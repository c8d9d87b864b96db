<?php

// Without declare(strict_types=1), as many programs are: PHP then converts
// scalars to the type of a parameter.

namespace Loginid\Tests;

use Loginid\Client;
use Loginid\Exception\ApiException;
use Loginid\Exception\InvalidArgumentException;
use Loginid\Loginid;
use Loginid\V2;

/** Types of arguments, and the errors that name a wrong one. */
final class ArgumentsTest extends TestCase
{
    public function testThisFileIsInWeakMode(): void
    {
        self::assertSame(7, (static fn (int $value): int => $value)('7'));
    }

    public function testOnlyTrueAndFalseAreBooleans(): void
    {
        foreach (['false', 'true', '', '0', 0, 1, 0.0, null, [], new \stdClass()] as $value) {
            $this->assertNamed('authorize', fn () => $this->client->generateCode('short', self::PURPOSE, $value, null, 'ada'));
            $this->assertNamed('activate', fn () => $this->client->addDocScanCredentialComplete('c', activate: $value));
        }
        self::assertSame([], Emulator::requests());
    }

    /** The program must say whether an address is verified and may be used. */
    public function testTheBooleansOfTheCurrentServiceAreRequired(): void
    {
        $client = V2\Client::fromEnv();
        foreach ([
            fn () => $client->setEmail('1', 'a@example.com'),
            fn () => $client->setPhone('1', '+491', messagingConsent: true),
            fn () => $client->setPhone('1', '+491', requestVerification: true),
        ] as $call) {
            $this->thrown(\ArgumentCountError::class, $call);
        }
        self::assertSame([], Emulator::requests());
    }

    public function testEveryParameterThatIsABooleanIsChecked(): void
    {
        foreach ([[$this->client, 2], [V2\Client::fromEnv(), 3]] as [$client, $expected]) {
            $checked = 0;
            foreach ((new \ReflectionClass($client))->getMethods(\ReflectionMethod::IS_PUBLIC) as $method) {
                foreach ($method->getParameters() as $parameter) {
                    self::assertStringNotContainsString('bool', (string) $parameter->getType(), "{$method->name}()");
                    if (\str_contains((string) $method->getDocComment(), "bool \${$parameter->name}")) {
                        $arguments = [$parameter->name => 'false'];
                        foreach ($method->getParameters() as $other) {
                            $isFlag = \str_contains((string) $method->getDocComment(), "bool \${$other->name}");
                            $arguments[$other->name] ??= $isFlag ? false : '{}';
                        }
                        $this->assertNamed($parameter->name, fn () => $method->invoke($client, ...$arguments));
                        $checked++;
                    }
                }
            }
            self::assertGreaterThanOrEqual($expected, $checked);
        }
        self::assertSame([], Emulator::requests());
    }

    public function testATimeoutIsAPositiveNumberOfSeconds(): void
    {
        $wait = fn (mixed $timeout): callable => fn () => $this->client->waitCode('ada', '000000', 'short', $timeout);
        foreach (['5', '', true, false, [1], new \stdClass()] as $value) {
            $this->assertNamed('timeout', $wait($value));
        }
        foreach ([0, -5, 0.0, -0.0, -1.5, \INF, -\INF, \NAN, 4_294_968, \PHP_INT_MAX] as $value) {
            $this->assertNamed('timeout', $wait($value), \ValueError::class);
        }
        self::assertSame([], Emulator::requests());
        foreach ([null, 60, 0.5] as $value) {
            $this->thrown(ApiException::class, $wait($value));
        }
    }

    public function testTextsThatCannotBeSentAreRefused(): void
    {
        foreach (["a\0b", "\xFF", ''] as $text) {
            $this->thrown(InvalidArgumentException::class, fn () => $this->client->getUser($text));
        }
        $exception = $this->thrown(InvalidArgumentException::class, fn () => $this->client->getUser("a\0b"));
        self::assertSame(['embedded_nul', 'username must not hold a NUL (embedded_nul)'], [
            $exception->getErrorCode(), $exception->getMessage(),
        ]);
        foreach ([fn () => $this->client->getUser(null), fn () => $this->client->getUser([])] as $call) {
            self::assertStringContainsString('($username)', $this->thrown(\TypeError::class, $call)->getMessage());
        }
        self::assertSame([], Emulator::requests());
    }

    public function testJsonTextIsSentUnchangedAndObjectsStayObjects(): void
    {
        $text = '{"challenge":"c", "credential_id":"i","client_data":"d","authenticator_data":"a","signature":"s",'
            . '"clientExtensionResults":{"a":{},"b":[],"n":1.50,"l":[{}],"0":{"1":"x"}}}';
        $object = \json_decode($text);
        $array = (array) $object;
        $stringable = new class ($text) implements \Stringable {
            public function __construct(private string $text)
            {
            }

            public function __toString(): string
            {
                return $this->text;
            }
        };
        $serializable = new class ($object) implements \JsonSerializable {
            public function __construct(private \stdClass $object)
            {
            }

            public function jsonSerialize(): \stdClass
            {
                return $this->object;
            }
        };
        foreach ([$text, $stringable, $object, $array, $serializable] as $given) {
            $this->thrown(ApiException::class, fn () => $this->client->authenticateFido2Complete('ada', $given));
            $sent = Emulator::lastRequest();
            self::assertSameJson($object, $sent->body->assertion_payload);
            self::assertSame(\is_string($given) || $given === $stringable, \str_contains($sent->body_text, $text));
        }
    }

    public function testEveryJsonArgumentTakesTextArraysAndObjects(): void
    {
        $checked = 0;
        $methods = (new \ReflectionClass(Client::class))->getMethods(\ReflectionMethod::IS_PUBLIC);
        foreach ([...$methods, new \ReflectionMethod(Loginid::class, 'jsonGet')] as $method) {
            foreach (\str_starts_with($method->name, '__') ? [] : $method->getParameters() as $parameter) {
                $types = \explode('|', (string) $parameter->getType());
                if (\in_array('array', $types, true)) {
                    self::assertSame([], \array_diff(['array', 'object', 'string'], $types), "{$method->name}()");
                    $checked++;
                }
            }
        }
        self::assertGreaterThanOrEqual(9, $checked);
    }

    public function testAnEmptyArrayIsAnObjectWithoutMembers(): void
    {
        self::assertSame('{}', Loginid::jsonGet([], ''));
        self::assertSame('["a"]', Loginid::jsonGet(['a'], ''));
        $this->client->registerFido2Init('ada', []);
        self::assertSame('/register/fido2/init', Emulator::lastRequest()->path);
    }

    public function testValuesWithoutAJsonFormAreRefusedAndNamed(): void
    {
        $nested = [];
        for ($i = 0; $i < 600; $i++) {
            $nested = ['a' => $nested];
        }
        foreach ([['a' => \NAN], (object) ['a' => \INF], ['a' => "canary\xFF"], $nested] as $options) {
            $call = fn () => $this->client->registerFido2Init('ada', $options);
            $exception = $this->thrown(InvalidArgumentException::class, $call);
            self::assertSame('invalid_json', $exception->getErrorCode());
            self::assertStringStartsWith('options cannot be written as JSON: ', $exception->getMessage());
            self::assertStringNotContainsString('canary', $exception->getMessage());
        }
        self::assertSame([], Emulator::requests());
    }

    /** @param class-string<\Throwable> $class */
    private function assertNamed(string $name, callable $call, string $class = \TypeError::class): void
    {
        self::assertStringStartsWith("$name must be ", $this->thrown($class, $call)->getMessage());
    }
}
