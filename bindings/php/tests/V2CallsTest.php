<?php

declare(strict_types=1);

namespace Loginid\Tests;

use Loginid\V2\Client;

/** Every call of the current service that sends a request: the whole request, and the whole answer. */
final class V2CallsTest extends TestCase
{
    /**
     * Each call's arguments in their order, and its request; authorization is what authorizes it:
     * the API key, the user's token, or a grant with this scope. `list` is the member that an array
     * in the answer becomes; where the answer has no body, there is the result.
     */
    private const TABLE = __DIR__ . '/../../wire-v2.json';
    private const OFFLINE = ['lid_v2_with_options', 'lid_v2_verify_token', 'lid_v2_verify_transaction'];
    private const LOGINS = ['verifyOtp', 'registerComplete', 'authenticateComplete'];
    /** The user in the table. */
    private const USER = 'the-username';

    private Client $v2;
    /** @var array<string, mixed> what the service answers */
    private array $answer;
    /** @var array<string, mixed> those of the token in it */
    private array $claims;

    protected function setUp(): void
    {
        parent::setUp();
        $this->v2 = Client::fromEnv();
        // Its token is verified by the calls that log in. The rest is what other calls need, and
        // values that a careless parser changes.
        $this->answer = Emulator::post('v2/users/' . self::USER . '/login') + ['token' => 'a.b.c',
            'nonce' => 'the-nonce', '' => 'no name', '0' => [new \stdClass(), [], null, 1.5, true]];
        $this->claims = $this->v2->verifyToken($this->answer['jwtAccess'])['claims'];
    }

    public function testEachCallSendsTheRequestInTheTable(): void
    {
        foreach (self::table() as $row) {
            Emulator::fault($row->path, $this->fault($row));
            $method = self::camel(\substr($row->function, \strlen('lid_v2_')));
            $result = $this->v2->$method(...self::arguments($row));
            self::assertSameJson($this->expected($row, $method), $result);
            $this->compare($row);
        }
    }

    public function testTheTableHasEveryCallThatSendsARequest(): void
    {
        \preg_match_all(
            '/\b(lid_\w+)\(const lid_v2_client \*/',
            \file_get_contents(__DIR__ . '/../../../include/loginid_ffi.h'),
            $names,
        );
        $here = [...\array_column(self::table(), 'function'), ...self::OFFLINE];
        self::assertEqualsCanonicalizing($names[1], \array_values(\array_unique($here)));
        self::assertCount(28, $names[1]);
    }

    public function testTheMethodsHaveTheirParametersInTheOrderOfTheTable(): void
    {
        foreach (self::table() as $row) {
            $method = new \ReflectionMethod($this->v2, self::camel(\substr($row->function, \strlen('lid_v2_'))));
            $parameters = \array_column($method->getParameters(), 'name');
            $given = \array_keys(self::arguments($row));
            self::assertSame($given, \array_values(\array_intersect($parameters, $given)), $row->function);
        }
    }

    /** @return list<\stdClass> */
    private static function table(): array
    {
        return \json_decode(\file_get_contents(self::TABLE), flags: \JSON_THROW_ON_ERROR);
    }

    /** @return array<string, mixed> */
    private function fault(\stdClass $row): array
    {
        if (isset($row->result)) {
            return ['kind' => 'status', 'code' => 204, 'body' => ''];
        }
        $answer = isset($row->list) ? [$this->answer] : $this->answer;
        return ['kind' => 'status', 'code' => 200, 'body' => \json_encode($answer)];
    }

    private function expected(\stdClass $row, string $method): mixed
    {
        return match (true) {
            isset($row->result) => $row->result,
            isset($row->list) => [$row->list => [$this->answer]],
            \in_array($method, self::LOGINS, true) => $this->answer + ['claims' => $this->claims],
            default => $this->answer,
        };
    }

    /**
     * The arguments of the C function as those of the method, by name.
     *
     * @return array<string, mixed>
     */
    private static function arguments(\stdClass $row): array
    {
        $arguments = [];
        foreach ((array) $row->arguments as $name => $value) {
            $arguments[self::camel(\preg_replace('/_json$/', '', $name))] = $value;
        }
        return $arguments;
    }

    /** `get_user` as `getUser`. */
    private static function camel(string $name): string
    {
        return \lcfirst(\str_replace('_', '', \ucwords($name, '_')));
    }

    private function compare(\stdClass $row): void
    {
        $requests = Emulator::requests();
        $sent = Emulator::lastRequest();
        self::assertSame([$row->method, $row->path, null], [$sent->method, $sent->path, $sent->query]);
        if (isset($row->body->app)) {
            $row->body->app->id = \getenv('LOGINID_V2_APPLICATION_ID');
        }
        self::assertSameJson($row->body, $sent->body);
        $authorization = \array_column($sent->headers, 1, 0)['authorization'] ?? null;
        switch ($row->authorization) {
            case null:
                self::assertNull($authorization, $row->function);
                break;
            case 'api_key':
                $key = \base64_encode(\getenv('LOGINID_V2_API_KEY') . ':');
                self::assertSame("Basic $key", $authorization, $row->function);
                break;
            case 'token':
                self::assertSame('Bearer the-token', $authorization, $row->function);
                break;
            default:
                $grant = $requests[\count($requests) - 2];
                self::assertSame('/fido2/v2/mgmt/grant', $grant['path']);
                self::assertSameJson(['username' => self::USER, 'grants' => [$row->authorization]], $grant['body']);
                self::assertSame([$row->authorization], $sent->token->claims->scopes);
        }
    }
}
