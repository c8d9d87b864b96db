<?php

declare(strict_types=1);

namespace Loginid\Tests;

/** Every call that sends a request: the whole request, and the whole answer. */
final class CallsTest extends TestCase
{
    /** Each call's arguments in their order, and its request. Where the answer has no body, the result. */
    private const TABLE = __DIR__ . '/../../wire.json';
    private const OFFLINE = ['lid_with_options', 'lid_generate_service_token', 'lid_generate_tx_auth_token',
        'lid_verify_token', 'lid_verify_transaction'];
    /** The user in the table. */
    private const USER = 'the-username';

    private string $id;
    /** @var array<string, mixed> what the service answers */
    private array $answer;

    protected function setUp(): void
    {
        parent::setUp();
        $this->id = $this->client->addUserWithoutCredentials(self::USER)['id'];
        // A login of the user, whose token is verified by the calls that log in, with
        // members that other calls need, and values that a careless parser changes.
        $this->answer = Emulator::post('users/' . self::USER . '/login') + ['id' => 'i', 'tx_id' => 'the-tx-id',
            'nonce' => 'the-nonce', '' => 'no name', '0' => [new \stdClass(), [], null, 1.5, true]];
    }

    public function testEachCallSendsTheRequestInTheTable(): void
    {
        foreach ($this->table() as $row) {
            // Requests about users alone do not name the application.
            $application = \str_starts_with($row->path, '/manage/') ? [] : $this->application();
            $body = $row->body === null ? null : (array) $row->body + $application;
            $method = self::camel(\substr($row->function, \strlen('lid_')));
            $arguments = self::arguments($row);
            $this->assertSent(
                "$row->method $row->path",
                $body,
                fn () => $this->client->$method(...$arguments),
                $row->result ?? $this->answer,
            );
        }
        self::assertSame(0, Emulator::resentTokens());
    }

    public function testTheMethodsHaveTheirParametersInTheOrderOfTheTable(): void
    {
        foreach ($this->table() as $row) {
            $method = new \ReflectionMethod($this->client, self::camel(\substr($row->function, \strlen('lid_'))));
            $parameters = \array_column($method->getParameters(), 'name');
            $given = \array_keys(self::arguments($row));
            self::assertSame($given, \array_values(\array_intersect($parameters, $given)), $row->function);
        }
    }

    public function testTheTableHasEveryCallThatSendsARequest(): void
    {
        \preg_match_all(
            '/\b(lid_\w+)\(const lid_client \*/',
            \file_get_contents(__DIR__ . '/../../../include/loginid_ffi.h'),
            $names,
        );
        $here = [...\array_column($this->table(), 'function'), ...self::OFFLINE];
        self::assertEqualsCanonicalizing($names[1], \array_values(\array_unique($here)));
    }

    public function testASegmentOfThePathIsEncoded(): void
    {
        $this->assertSent('PUT /manage/users/i%2F1/activate', null, fn () => $this->client->activateUserById('i/1'));
    }

    public function testABooleanMayBeFalseOrLeftOut(): void
    {
        $this->assertSent(
            'POST /codes/long/generate',
            $this->both() + ['purpose' => self::PURPOSE, 'authorize' => false],
            fn () => $this->client->generateCode('long', self::PURPOSE, false, $this->id, self::USER),
        );
        $this->assertSent(
            'POST /credentials/authid/complete',
            $this->both() + ['credential_uuid' => 'c', 'activate_credential' => false],
            fn () => $this->client->addDocScanCredentialComplete('c', userId: $this->id, username: self::USER),
        );
    }

    public function testObjectsMayBeArrays(): void
    {
        $options = ['display_name' => 'Ada', 'roaming_authenticator' => true];
        $this->assertSent(
            'POST /credentials/fido2/init/force',
            $this->both() + ['options' => $options],
            fn () => $this->client->forceFido2CredentialInit($this->id, self::USER, $options),
        );
        $attestation = ['credential_uuid' => 'au', 'challenge' => 'ac'];
        $this->assertSent(
            'POST /register/fido2/complete',
            $this->application() + ['username' => self::USER, 'attestation_payload' => $attestation,
                'options' => ['credential_name' => 'k']],
            fn () => $this->client->registerFido2Complete(self::USER, $attestation, 'k'),
        );
    }

    /**
     * A call must send exactly this request and return exactly what the service answers.
     *
     * @param ?array<string, mixed> $body
     */
    private function assertSent(string $request, ?array $body, callable $call, mixed $returned = null): void
    {
        $path = \explode(' ', $request)[1];
        // Carried out as well, so that the service judges the token.
        Emulator::fault($path, [
            'kind' => 'status', 'code' => 200, 'body' => \json_encode($this->answer), 'carried_out' => true,
        ]);

        $result = $call();

        $sent = Emulator::lastRequest();
        self::assertSame([$request, null], ["$sent->method $sent->path", $sent->query]);
        self::assertSameJson($body, $sent->body);
        self::assertSameJson($returned ?? $this->answer, $result);
    }

    /** @return list<\stdClass> */
    private function table(): array
    {
        $text = \str_replace('the-user-id', $this->id, \file_get_contents(self::TABLE));
        return \json_decode($text, flags: \JSON_THROW_ON_ERROR);
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
            if ($name === 'timeout_ms') {
                $arguments['timeout'] = $value / 1000;
            } else {
                $arguments[self::camel(\preg_replace('/_json$/', '', $name))] = $value;
            }
        }
        return $arguments;
    }

    /** `get_user` as `getUser`. */
    private static function camel(string $name): string
    {
        return \lcfirst(\str_replace('_', '', \ucwords($name, '_')));
    }

    /** @return array<string, string> */
    private function application(): array
    {
        return ['client_id' => \getenv('LOGINID_CLIENT_ID')];
    }

    /** @return array<string, string> */
    private function both(): array
    {
        return $this->application() + ['user_id' => $this->id, 'username' => self::USER];
    }
}
