<?php

declare(strict_types=1);

namespace Loginid\Tests;

use Loginid\AttemptLogger;
use Loginid\Client;
use Loginid\Exception;
use Loginid\Result;
use Loginid\ServiceClientInterface;
use Loginid\V2;
use PHPStan\PhpDocParser\Ast\PhpDoc\InvalidTagValueNode;
use PHPStan\PhpDocParser\Ast\PhpDoc\PhpDocNode;
use PHPStan\PhpDocParser\Ast\Type\ArrayShapeNode;
use PHPStan\PhpDocParser\Ast\Type\GenericTypeNode;
use PHPStan\PhpDocParser\Ast\Type\TypeNode;
use PHPStan\PhpDocParser\Ast\Type\UnionTypeNode;
use PHPStan\PhpDocParser\Lexer\Lexer;
use PHPStan\PhpDocParser\Parser\ConstExprParser;
use PHPStan\PhpDocParser\Parser\PhpDocParser;
use PHPStan\PhpDocParser\Parser\TokenIterator;
use PHPStan\PhpDocParser\Parser\TypeParser;

/** The documented types, as PHPStan reads them, against the code and against results. */
final class ShapesTest extends TestCase
{
    private const PARSER = 'PHPStan/PhpDocParser/autoload.php';

    protected function setUp(): void
    {
        if (\stream_resolve_include_path(self::PARSER) === false && \getenv('CI') !== 'true') {
            self::markTestSkipped('there is no phpdoc-parser of PHPStan here');
        }
        require_once self::PARSER;
        parent::setUp();
    }

    public function testEveryCallDocumentsTheShapeOfItsResult(): void
    {
        foreach ([Client::class => 39, V2\Client::class => 27] as $class => $expected) {
            $calls = 0;
            foreach ((new \ReflectionClass($class))->getMethods(\ReflectionMethod::IS_PUBLIC) as $method) {
                if ($method->getReturnType()?->__toString() === Result::class) {
                    $shape = self::shape($method->name, $class);
                    self::assertInstanceOf(ArrayShapeNode::class, $shape, $method->name);
                    $throws = self::parsed($method->getDocComment())->getThrowsTagValues();
                    self::assertSame(['Exception'], \array_map('strval', \array_column($throws, 'type')));
                    // Tools read it for a program that has the interface.
                    $declared = new \ReflectionMethod("{$class}Interface", $method->name);
                    self::assertSame($method->getDocComment(), $declared->getDocComment(), $method->name);
                    $calls++;
                }
            }
            self::assertSame($expected, $calls, $class);
        }
    }

    public function testAllDocumentationOfTypesIsUnderstood(): void
    {
        $classes = [Client::class, V2\Client::class, ServiceClientInterface::class, Result::class, Exception::class,
            AttemptLogger::class];
        foreach ($classes as $class) {
            $reflection = new \ReflectionClass($class);
            self::parsed($reflection->getDocComment());
            foreach ($reflection->getMethods() as $method) {
                $names = \array_map(static fn ($parameter) => '$' . $parameter->name, $method->getParameters());
                foreach (self::parsed($method->getDocComment() ?: '/** */')->getParamTagValues() as $tag) {
                    self::assertContains($tag->parameterName, $names, "$class::$method->name");
                }
            }
        }
    }

    public function testResultsHaveTheirShapes(): void
    {
        $name = $this->user();
        $user = $this->returned('getUser', $name);
        $code = $this->returned('generateCode', 'short', self::PURPOSE, true, $user['id'])['code'];
        $login = $this->returned('waitCode', $name, $code, 'short', 60);
        self::assertSame($name, $login['user']['username']);
        $this->returned('verifyToken', $login['jwt'], $name);
        $this->returned('getCredentials', null, $user['id']);
        $this->returned('createTx', 'pay', $name);
        $this->returned('deleteByUserId', $user['id']);
        self::assertFalse(self::fits(self::shape('getUser'), ['id' => 7] + $user->toArray()));
        self::assertFalse(self::fits(self::shape('waitCode'), ['user' => ['username' => null]] + $login->toArray()));
        self::assertFalse(self::fits(self::shape('deleteByUserId'), ['id' => 'x']));
    }

    public function testResultsOfTheCurrentServiceHaveTheirShapes(): void
    {
        $client = V2\Client::fromEnv();
        $device = new PasskeyDevice();
        $begun = $this->returnedBy($client, 'registerInit', 'ada');
        $created = $device->create($begun['registrationRequestOptions']);
        $login = $this->returnedBy($client, 'registerComplete', $begun['session'], $created);
        $begun = $this->returnedBy($client, 'authenticateInit', 'ada');
        $signed = $device->get($begun['assertionOptions']);
        $this->returnedBy($client, 'authenticateComplete', $begun['session'], $signed);
        $this->returnedBy($client, 'verifyToken', $login['jwtAccess']);
        $this->returnedBy($client, 'verifyTokenRemote', $login['jwtAccess']);
        $this->returnedBy($client, 'listPasskeys', 'ada');
        $this->returnedBy($client, 'createOtp', 'ada');
        $this->returnedBy($client, 'createGrant', 'ada', V2\Scope::PASSKEY_READ);
        $begun = $this->returnedBy($client, 'initTx', 'ada', 'pay');
        $signed = $device->get($begun['assertionOptions']);
        $token = $this->returnedBy($client, 'completeTx', $begun['session'], $signed)['token'];
        $this->returnedBy($client, 'verifyTransaction', $token, 'pay', $begun['nonce']);
        $this->returnedBy($client, 'getVersion');
        self::assertFalse(self::fits(self::shape('listPasskeys', V2\Client::class), ['passkeys' => [['id' => '1']]]));
    }

    public function testOnlySomeMembersMayBeAbsent(): void
    {
        $user = $this->client->getUser($this->user())->toArray();
        unset($user['contacts']);
        self::assertTrue(self::fits(self::shape('getUser'), $user));
        unset($user['status']);
        self::assertFalse(self::fits(self::shape('getUser'), $user));
        $authorized = ['expires_at' => '2030-01-01T00:00:00Z', 'is_authorized' => true];
        self::assertTrue(self::fits(self::shape('authorizeCode'), $authorized));
        self::assertFalse(self::fits(self::shape('generateCode'), $authorized));
    }

    /** The result of a call, which has the documented shape. */
    private function returned(string $method, mixed ...$arguments): Result
    {
        return $this->returnedBy($this->client, $method, ...$arguments);
    }

    private function returnedBy(ServiceClientInterface $client, string $method, mixed ...$arguments): Result
    {
        $result = $client->$method(...$arguments);
        $shape = self::shape($method, $client::class);
        self::assertTrue(self::fits($shape, $result->toArray()), "$method: {$result->toJson()}");
        return $result;
    }

    /** The shape in a method's @return. */
    private static function shape(string $method, string $class = Client::class): TypeNode
    {
        $tags = self::parsed((new \ReflectionMethod($class, $method))->getDocComment())->getReturnTagValues();
        self::assertInstanceOf(GenericTypeNode::class, $tags[0]->type ?? null, $method);
        self::assertSame('Result', $tags[0]->type->type->name, $method);
        return $tags[0]->type->genericTypes[0];
    }

    private static function parsed(string $documentation): PhpDocNode
    {
        $constants = new ConstExprParser();
        $parser = new PhpDocParser(new TypeParser($constants), $constants);
        $node = $parser->parse(new TokenIterator((new Lexer())->tokenize($documentation)));
        foreach ($node->getTags() as $tag) {
            self::assertNotInstanceOf(InvalidTagValueNode::class, $tag->value, $documentation);
        }
        return $node;
    }

    private static function fits(TypeNode $type, mixed $value): bool
    {
        if ($type instanceof ArrayShapeNode) {
            $members = [];
            foreach ($type->items as $item) {
                $members[(string) $item->keyName] = $item;
            }
            foreach ($members as $name => $item) {
                if (\is_array($value) && !$item->optional && !\array_key_exists($name, $value)) {
                    return false;
                }
            }
            foreach (\is_array($value) ? $value : [0] as $name => $member) {
                $fits = isset($members[$name]) ? self::fits($members[$name]->valueType, $member) : !$type->sealed;
                if (!$fits) {
                    return false;
                }
            }
            return \is_array($value);
        }
        if ($type instanceof GenericTypeNode) {
            $wrong = \array_filter($value, static fn ($one) => !self::fits($type->genericTypes[0], $one));
            return $type->type->name === 'list' && \array_is_list($value) && $wrong === [];
        }
        if ($type instanceof UnionTypeNode) {
            return \array_filter($type->types, static fn ($one) => self::fits($one, $value)) !== [];
        }
        return (string) $type === 'mixed' || \get_debug_type($value) === (string) $type;
    }
}
