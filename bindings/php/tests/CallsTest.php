<?php

declare(strict_types=1);

namespace Loginid\Tests;

use Loginid\Loginid;

/** Every call that sends a request: the whole request, and the whole answer. */
final class CallsTest extends TestCase
{
    private const OPTIONS = ['display_name' => 'Ada', 'roaming_authenticator' => true];
    private const ATTESTATION = ['credential_uuid' => 'au', 'credential_id' => 'ai', 'challenge' => 'ac',
        'client_data' => 'ad', 'attestation_data' => 'aa'];
    private const ASSERTION = ['challenge' => 'sc', 'credential_id' => 'si', 'client_data' => 'sd',
        'authenticator_data' => 'sa', 'signature' => 'ss'];
    private const TX_ASSERTION = ['challenge' => 'tc', 'key_handle' => 'tk', 'client_data' => 'td',
        'auth_data' => 'ta', 'sign_data' => 'ts'];
    private const NONCE = 'nonce-of-16-char';
    /** Placeholder for the user's id, which the emulator generates. */
    private const ID = '{id}';
    /** The calls whose answer has no body. */
    private const NOTHING = ['deleteByUsername', 'deleteByUserId', 'sendEmailVerification'];

    /**
     * @dataProvider calls
     * @param ?array<string, mixed> $body
     */
    public function testACallSendsItsWholeRequestAndReturnsTheWholeAnswer(
        string $request,
        ?array $body,
        string $method,
        mixed ...$arguments,
    ): void {
        $user = $this->client->addUserWithoutCredentials('ada');
        $withId = static fn (array $values): array => \array_map(
            static fn (mixed $value): mixed => $value === self::ID ? $user['id'] : $value,
            $values,
        );
        // A login of ada, whose token is verified by the calls that log in, with
        // members that other calls need, and values that a careless parser changes.
        $answer = Emulator::post('users/ada/login') + ['id' => 'i', 'tx_id' => 't', 'nonce' => self::NONCE,
            '' => 'no name', '0' => [new \stdClass(), [], null, 1.5, true]];
        $path = \explode(' ', $request)[1];
        Emulator::fault($path, ['kind' => 'status', 'code' => 200, 'body' => \json_encode($answer)]);

        $result = $this->client->$method(...$withId($arguments));

        $sent = Emulator::lastRequest();
        self::assertSame([$request, null], ["$sent->method $sent->path", $sent->query]);
        self::assertSameJson($body === null ? null : $withId($body), $sent->body);
        self::assertSameJson(\in_array($method, self::NOTHING, true) ? new \stdClass() : $answer, $result);
    }

    /** @return iterable<string, array<mixed>> */
    public static function calls(): iterable
    {
        foreach (self::rows() as $number => $row) {
            yield "$number $row[2]" => $row;
        }
    }

    public function testTheTableHasEveryCallThatSendsARequest(): void
    {
        $methods = \array_column(self::rows(), 2);
        $offline = ['generateServiceToken', 'generateTxAuthToken', 'verifyToken', 'verifyTransaction'];
        \preg_match_all(
            '/\blid_(\w+)\(const lid_client \*/',
            \file_get_contents(__DIR__ . '/../../../include/loginid_ffi.h'),
            $names,
        );
        $all = \array_map(static fn ($name) => \str_replace('_', '', $name), $names[1]);
        $here = \array_map('strtolower', [...$methods, ...$offline]);
        self::assertEqualsCanonicalizing($all, \array_values(\array_unique($here)));
    }

    /** @return list<array<mixed>> */
    private static function rows(): array
    {
        $key = Loginid::generateKeyPair()['public_key'];
        $who = [self::ID, 'ada'];
        $name = ['username' => 'ada'];
        $ada = $name + ['client_id' => \getenv('LOGINID_CLIENT_ID')];
        $both = $ada + ['user_id' => self::ID];
        $purpose = ['purpose' => self::PURPOSE];
        $code = static fn (string $type) => ['authentication_code' => ['code' => 'c', 'type' => $type]];
        $named = ['options' => ['credential_name' => 'k']];
        $options = ['options' => self::OPTIONS];
        $scan = ['credential_uuid' => 'c'];
        $tx = $ada + ['tx_type' => 'text', 'nonce' => self::NONCE];
        return [
            ['POST /manage/users/retrieve', $name, 'getUser', 'ada'],
            ['POST /manage/users', $name, 'addUserWithoutCredentials', 'ada'],
            ['POST /manage/users/delete', $name, 'deleteByUsername', 'ada'],
            ['PUT /manage/users/i%2F1/activate', null, 'activateUserById', 'i/1'],
            ['PUT /manage/users/i1/deactivate', null, 'deactivateUserById', 'i1'],
            ['DELETE /manage/users/i1', null, 'deleteByUserId', 'i1'],
            ['POST /manage/users/i1/email-verification/dispatch', null, 'sendEmailVerification', 'i1'],

            ['POST /codes/short/generate', $both + $purpose + ['authorize' => true],
                'generateCode', 'short', self::PURPOSE, true, ...$who],
            ['POST /codes/long/generate', $both + $purpose + ['authorize' => false],
                'generateCode', 'long', self::PURPOSE, false, ...$who],
            ['POST /codes/phrase/authorize', $both + $purpose + ['code' => 'c'],
                'authorizeCode', 'c', 'phrase', self::PURPOSE, ...$who],
            ['POST /codes/long/invalidate-all', $both + $purpose, 'invalidateAllCodes', 'long', self::PURPOSE, ...$who],
            ['POST /authenticate/code/wait', $ada + $code('long'), 'waitCode', 'ada', 'c', 'long', 60.0],

            ['POST /credentials/list', $both + ['status' => 'active'], 'getCredentials', 'active', ...$who],
            ['POST /credentials/rename', $both + ['credential' => ['uuid' => 'c', 'name' => 'new']],
                'renameCredential', 'c', 'new', ...$who],
            ['POST /credentials/revoke', $both + ['credential' => ['uuid' => 'c']], 'revokeCredential', 'c', ...$who],
            ['POST /credentials/recovery-code', $both, 'generateRecoveryCode', ...$who],
            ['POST /credentials/publickey', $both + ['publickey' => $key, 'publickey_alg' => 'ES256'] + $named,
                'addPublickeyCredential', $key, 'ES256', ...[...$who, 'k']],
            ['POST /credentials/fido2/init/force', $both + $options,
                'forceFido2CredentialInit', ...[...$who, self::OPTIONS]],
            ['POST /credentials/fido2/init/code', $ada + $options + $code('short'),
                'initAddFido2CredentialWithCode', 'c', 'short', 'ada', \json_encode(self::OPTIONS)],
            ['POST /credentials/fido2/complete', $ada + $named + ['attestation_payload' => self::ATTESTATION],
                'completeAddFido2Credential', self::ATTESTATION, 'ada', 'k'],
            ['POST /credentials/authid/init', $both + $named, 'addDocScanCredentialInit', ...[...$who, 'k']],
            ['POST /credentials/authid/complete', $both + $scan + ['activate_credential' => true],
                'addDocScanCredentialComplete', 'c', true, ...$who],
            ['POST /credentials/authid/complete', $both + $scan + ['activate_credential' => false],
                'addDocScanCredentialComplete', 'c', false, ...$who],
            ['POST /credentials/authid/evaluate', $both + $scan, 'evaluateDocScanCredential', 'c', ...$who],

            ['POST /register/fido2/init', $ada + $options, 'registerFido2Init', 'ada', self::OPTIONS],
            ['POST /register/fido2/complete', $ada + $named + ['attestation_payload' => self::ATTESTATION],
                'registerFido2Complete', 'ada', self::ATTESTATION, 'k'],
            ['POST /register/password', $ada + ['password' => 'p', 'password_confirmation' => 'p'],
                'registerPassword', 'ada', 'p'],

            ['POST /authenticate/password', $ada + ['password' => 'p'], 'authenticatePassword', 'ada', 'p'],
            ['POST /authenticate/fido2/init', $ada, 'authenticateFido2Init', 'ada'],
            ['POST /authenticate/fido2/complete', $ada + ['assertion_payload' => self::ASSERTION],
                'authenticateFido2Complete', 'ada', self::ASSERTION],
            ['POST /authenticate/authid/init', $ada + ['options' => $scan], 'authenticateDocScanInit', 'ada', 'c'],
            ['POST /authenticate/authid/complete', $ada + $scan, 'authenticateDocScanComplete', 'ada', 'c'],
            ['POST /authenticate/publickey/init', $ada + ['publickey' => $key, 'publickey_alg' => 'ES256'],
                'authenticatePublickeyInit', 'ada', $key, 'ES256'],
            ['POST /authenticate/publickey/complete', $ada + ['challenge_id' => 'c', 'assertion' => 'a.b.c'],
                'authenticatePublickeyComplete', 'ada', 'c', 'a.b.c'],

            ['POST /tx', $tx + ['tx_payload' => 'pay'], 'createTx', 'pay', 'ada', self::NONCE],
            ['POST /tx/init', $tx + ['tx_id' => 't'], 'initTx', 'ada', 't', null, self::NONCE],
            ['POST /tx/init', $tx + ['tx_payload' => 'pay'], 'initTx', 'ada', null, 'pay', self::NONCE],
            ['POST /tx/complete', $ada + ['tx_id' => 't'] + self::TX_ASSERTION,
                'completeTx', 't', 'ada', self::TX_ASSERTION],
        ];
    }
}
