<?php

declare(strict_types=1);

namespace Loginid\Tests;

use Loginid\Exception\ApiException;
use Loginid\Loginid;

/**
 * Every call that sends a request: what is given by which name arrives in which
 * place. Whether the service likes the values does not matter here.
 */
final class CallsTest extends TestCase
{
    private const BOTH = ['user_id' => 'u-id', 'username' => 'u-name'];
    private const WHO = ['userId' => 'u-id', 'username' => 'u-name'];
    private const NAME = ['username' => 'n'];
    private const OPTIONS = ['display_name' => 'Ada', 'roaming_authenticator' => true];
    private const ATTESTATION = ['credential_uuid' => 'au', 'credential_id' => 'ai', 'challenge' => 'ac',
        'client_data' => 'ad', 'attestation_data' => 'aa'];
    private const ASSERTION = ['challenge' => 'sc', 'credential_id' => 'si', 'client_data' => 'sd',
        'authenticator_data' => 'sa', 'signature' => 'ss'];
    private const TX_ASSERTION = ['challenge' => 'tc', 'key_handle' => 'tk', 'client_data' => 'td',
        'auth_data' => 'ta', 'sign_data' => 'ts'];
    private const NONCE = 'nonce-of-16-char';

    /**
     * @dataProvider calls
     * @param array<string, mixed> $body
     */
    public function testWhatIsGivenArrivesInItsPlace(
        string $request,
        array $body,
        string $method,
        mixed ...$arguments,
    ): void {
        try {
            $this->client->$method(...$arguments);
        } catch (ApiException) {
            // Refused by the service, so it has arrived.
        }
        $requests = Emulator::requests();
        $last = \end($requests);
        self::assertSame($request, "$last[method] $last[path]");
        self::assertEquals($body, \array_intersect_key($last['body'] ?? [], $body));
    }

    /** @return iterable<string, array<mixed>> */
    public static function calls(): iterable
    {
        foreach (self::rows() as $row) {
            yield $row[2] => $row;
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
        $who = self::WHO;
        $code = static fn (string $type) => ['authentication_code' => ['code' => 'c', 'type' => $type]];
        $named = ['options' => ['credential_name' => 'k']];
        $options = ['options' => self::OPTIONS];
        return [
            ['POST /manage/users/retrieve', self::NAME, 'getUser', 'n'],
            ['POST /manage/users', self::NAME, 'addUserWithoutCredentials', 'n'],
            ['POST /manage/users/delete', self::NAME, 'deleteByUsername', 'n'],
            ['PUT /manage/users/i%2F1/activate', [], 'activateUserById', 'i/1'],
            ['PUT /manage/users/i1/deactivate', [], 'deactivateUserById', 'i1'],
            ['DELETE /manage/users/i1', [], 'deleteByUserId', 'i1'],
            ['POST /manage/users/i1/email-verification/dispatch', [], 'sendEmailVerification', 'i1'],

            ['POST /codes/short/generate', self::BOTH + ['purpose' => self::PURPOSE, 'authorize' => true],
                'generateCode', 'short', self::PURPOSE, true, ...$who],
            ['POST /codes/phrase/authorize', self::BOTH + ['purpose' => self::PURPOSE, 'code' => 'c'],
                'authorizeCode', 'c', 'phrase', self::PURPOSE, ...$who],
            ['POST /codes/long/invalidate-all', self::BOTH + ['purpose' => self::PURPOSE],
                'invalidateAllCodes', 'long', self::PURPOSE, ...$who],
            ['POST /authenticate/code/wait', self::NAME + $code('long'), 'waitCode', 'n', 'c', 'long', 60.0],

            ['POST /credentials/list', self::BOTH + ['status' => 'active'], 'getCredentials', 'active', ...$who],
            ['POST /credentials/rename', self::BOTH + ['credential' => ['uuid' => 'c', 'name' => 'new']],
                'renameCredential', 'c', 'new', ...$who],
            ['POST /credentials/revoke', self::BOTH + ['credential' => ['uuid' => 'c']],
                'revokeCredential', 'c', ...$who],
            ['POST /credentials/recovery-code', self::BOTH, 'generateRecoveryCode', ...$who],
            ['POST /credentials/publickey', self::BOTH + ['publickey' => $key, 'publickey_alg' => 'ES256'] + $named,
                'addPublickeyCredential', $key, 'ES256', 'u-id', 'u-name', 'k'],
            ['POST /credentials/fido2/init/force', self::BOTH + $options,
                'forceFido2CredentialInit', 'u-id', 'u-name', self::OPTIONS],
            ['POST /credentials/fido2/init/code', self::NAME + $options + $code('short'),
                'initAddFido2CredentialWithCode', 'c', 'short', 'n', \json_encode(self::OPTIONS)],
            ['POST /credentials/fido2/complete', self::NAME + $named + ['attestation_payload' => self::ATTESTATION],
                'completeAddFido2Credential', self::ATTESTATION, 'n', 'k'],
            ['POST /credentials/authid/init', self::BOTH + $named, 'addDocScanCredentialInit', 'u-id', 'u-name', 'k'],
            ['POST /credentials/authid/complete',
                self::BOTH + ['credential_uuid' => 'c', 'activate_credential' => true],
                'addDocScanCredentialComplete', 'c', true, ...$who],
            ['POST /credentials/authid/evaluate', self::BOTH + ['credential_uuid' => 'c'],
                'evaluateDocScanCredential', 'c', ...$who],

            ['POST /register/fido2/init', self::NAME + $options, 'registerFido2Init', 'n', self::OPTIONS],
            ['POST /register/fido2/complete', self::NAME + $named + ['attestation_payload' => self::ATTESTATION],
                'registerFido2Complete', 'n', self::ATTESTATION, 'k'],
            ['POST /register/password', self::NAME + ['password' => 'p', 'password_confirmation' => 'p'],
                'registerPassword', 'n', 'p'],

            ['POST /authenticate/password', self::NAME + ['password' => 'p'], 'authenticatePassword', 'n', 'p'],
            ['POST /authenticate/fido2/init', self::NAME, 'authenticateFido2Init', 'n'],
            ['POST /authenticate/fido2/complete', self::NAME + ['assertion_payload' => self::ASSERTION],
                'authenticateFido2Complete', 'n', self::ASSERTION],
            ['POST /authenticate/authid/init', self::NAME + ['options' => ['credential_uuid' => 'c']],
                'authenticateDocScanInit', 'n', 'c'],
            ['POST /authenticate/authid/complete', self::NAME + ['credential_uuid' => 'c'],
                'authenticateDocScanComplete', 'n', 'c'],
            ['POST /authenticate/publickey/init', self::NAME + ['publickey' => $key, 'publickey_alg' => 'ES256'],
                'authenticatePublickeyInit', 'n', $key, 'ES256'],
            ['POST /authenticate/publickey/complete', self::NAME + ['challenge_id' => 'c', 'assertion' => 'a.b.c'],
                'authenticatePublickeyComplete', 'n', 'c', 'a.b.c'],

            ['POST /tx', self::NAME + ['tx_payload' => 'pay', 'nonce' => self::NONCE],
                'createTx', 'pay', 'n', self::NONCE],
            ['POST /tx/init', self::NAME + ['tx_id' => 't', 'nonce' => self::NONCE],
                'initTx', 'n', 't', null, self::NONCE],
            ['POST /tx/complete', self::NAME + ['tx_id' => 't'] + self::TX_ASSERTION,
                'completeTx', 't', 'n', self::TX_ASSERTION],
        ];
    }
}
