<?php

declare(strict_types=1);

namespace Loginid\Tests;

use Loginid\Cancel;
use Loginid\Exception;
use Loginid\Exception\ApiException;
use Loginid\Exception\CancelledException;
use Loginid\Exception\ConfigException;
use Loginid\Exception\PrivateKeyException;
use Loginid\Result;
use Loginid\V2\Client;
use Loginid\V2\Scope;
use Loginid\V2\UsernameType;

/** Each call of the current service, against the emulator. */
final class V2Test extends TestCase
{
    private const ADA = 'ada@example.com';

    private Client $v2;
    private PasskeyDevice $device;

    protected function setUp(): void
    {
        parent::setUp();
        $this->v2 = Client::fromEnv();
        $this->device = new PasskeyDevice();
    }

    public function testAUserSignsUpAndLogsInWithAPasskey(): void
    {
        $signedUp = $this->signUp();
        self::assertSame(self::ADA, $signedUp['claims']['username']);
        foreach ([self::ADA, null] as $username) {
            $begun = $this->v2->authenticateInit($username, ['username_type' => UsernameType::EMAIL]);
            $assertion = $this->device->get($begun['assertionOptions']);
            $login = $this->v2->authenticateComplete($begun['session'], \json_encode($assertion));
            self::assertSame($signedUp['userId'], $login['claims']['sub']);
            $verified = $this->v2->verifyToken($login['jwtAccess'], self::ADA);
            self::assertSame($login['claims'], $verified['claims']);
            self::assertCount(0, $this->v2->verifyTokenRemote($login['jwtAccess']));
        }
        $this->assertCode('username_mismatch', fn () => $this->v2->verifyToken($signedUp['jwtAccess'], 'eve'));
        $this->assertCode('unauthorized', fn () => $this->v2->verifyTokenRemote('a.b.c'));
    }

    public function testPasskeysAreManagedByNameAndByToken(): void
    {
        $token = self::logIn()['jwtAccess'];
        foreach ([['username' => self::ADA], ['token' => $token]] as $user) {
            $id = $this->v2->listPasskeys(...$user)['passkeys'][0]['id'];
            $this->v2->renamePasskey($id, 'Phone', ...$user);
            self::assertSame('Phone', $this->v2->listPasskeys(...$user)['passkeys'][0]['name']);
            $aaguid = '00000000-0000-4000-8000-000000000000';
            $this->assertCode('not_found', fn () => $this->v2->getAuthenticator($aaguid, ...$user));
        }
        $this->v2->deletePasskey($id, self::ADA);
        self::assertSame([], $this->v2->listPasskeys(self::ADA)['passkeys']);
        $this->assertCode('not_found', fn () => $this->v2->deletePasskey($id, token: $token));
        $this->assertCode('token_or_username_required', fn () => $this->v2->listPasskeys());
        $this->assertCode('token_or_username_required', fn () => $this->v2->listPasskeys(self::ADA, $token));
    }

    public function testCodesLogAUserIn(): void
    {
        self::logIn();
        $code = $this->v2->createOtp(self::ADA)['code'];
        self::assertSame(self::ADA, $this->v2->verifyOtp(self::ADA, $code)['claims']['username']);
        $this->thrown(ApiException::class, fn () => $this->v2->verifyOtp(self::ADA, $code));
        self::assertCount(0, $this->v2->sendOtpEmail('nobody@example.com'));
    }

    public function testAProfileIsChangedAndDeleted(): void
    {
        $id = self::logIn()['userId'];
        $this->v2->setEmail($id, 'ada@example.org', requestVerification: true);
        $this->v2->verifyEmail(self::ADA, self::sentCode());
        $this->v2->sendOtpEmail(self::ADA, UsernameType::EMAIL);
        $this->v2->verifyOtp(self::ADA, self::sentCode());
        $this->v2->removeEmail($id, 'ada@example.org');
        $this->v2->setPhone($id, '+4915112345678', messagingConsent: true, requestVerification: true);
        $this->v2->verifyPhone(self::ADA, self::sentCode());
        $this->v2->sendOtpSms(self::ADA);
        $this->v2->removePhone($id);
        self::assertCount(0, $this->v2->deleteUser($id));
        $exception = $this->thrown(ApiException::class, fn () => $this->v2->deleteUser($id));
        self::assertSame(['not_found', 404, 'v2_delete_user'], [
            $exception->getErrorCode(), $exception->getHttpStatus(), $exception->getOperation(),
        ]);
    }

    public function testATransactionIsConfirmedAndVerified(): void
    {
        $this->signUp();
        $begun = $this->v2->initTx(self::ADA, 'Pay 10.00 EUR');
        $token = $this->v2->completeTx($begun['session'], $this->device->get($begun['assertionOptions']))['token'];
        $verify = fn (string $payload, string $nonce, string $username): Result
            => $this->v2->verifyTransaction($token, $payload, $nonce, $username);
        self::assertTrue($verify('Pay 10.00 EUR', $begun['nonce'], self::ADA)['valid']);
        $changed = fn () => $verify('Pay 99.00 EUR', $begun['nonce'], self::ADA);
        $this->assertCode('transaction_hash_mismatch', $changed);
        $this->assertCode('nonce_mismatch', fn () => $verify('Pay 10.00 EUR', 'another', self::ADA));
        $this->assertCode('username_mismatch', fn () => $verify('Pay 10.00 EUR', $begun['nonce'], 'eve'));
        $this->assertCode('token_kind_mismatch', fn () => $this->v2->verifyToken($token));
    }

    public function testGrantsAreForOneScope(): void
    {
        $application = Emulator::post('v2/applications', ['protected' => true]);
        $client = new Client($application['base_url'], $application['api_key']);
        $this->assertCode('unauthorized', fn () => $client->registerInit(self::ADA));
        $grant = $client->createGrant(self::ADA, Scope::REG_WRITE)['token'];
        self::assertSame('proceed', $client->registerInit(self::ADA, token: $grant)['action']);
        $this->assertCode('token_kind_mismatch', fn () => $client->verifyToken($grant));
        self::assertNotSame('', $client->createExternalAuth(self::ADA)['token']);
        self::assertNotSame('', $client->getVersion()['version']);
    }

    public function testAClientWithoutAnApiKeySendsNothingThatNeedsIt(): void
    {
        $client = new Client(\getenv('LOGINID_V2_BASE_URL'));
        $exception = $this->thrown(PrivateKeyException::class, fn () => $client->deleteUser('1'));
        self::assertSame('api_key_required', $exception->getErrorCode());
        self::assertSame([], Emulator::requests());
        $this->thrown(ConfigException::class, fn () => new Client('nowhere'));
    }

    public function testOptionsAttemptsAndCloseAreThoseOfAllClients(): void
    {
        $events = [];
        $this->v2->onAttempt(static function (array $event) use (&$events): void {
            $events[] = [$event['operation'], $event['http_status']];
        });
        $cancel = new Cancel();
        $derived = $this->v2->withOptions(
            timeout: 30,
            headers: ['X-Tenant' => 'two'],
            requestId: 'trace-42',
            cancel: $cancel,
        );
        self::assertInstanceOf(Client::class, $derived);
        $derived->getVersion();
        self::assertSame([['v2_get_version', 200]], $events);
        $headers = Emulator::lastRequest()->headers;
        self::assertContains(['request-id', 'trace-42'], $headers);
        self::assertContains(['x-tenant', 'two'], $headers);
        $cancel->trigger();
        $this->thrown(CancelledException::class, fn () => $derived->getVersion());
        $this->v2->close();
        self::assertStringContainsString('1', \print_r($this->v2, true));
        $this->assertCode('client_closed', fn () => $this->v2->getVersion());
        $this->thrown(\LogicException::class, fn () => \serialize($derived));
    }

    public function testWhatIsNullIsNotGiven(): void
    {
        $config = ['base_url' => \getenv('LOGINID_V2_BASE_URL'), 'api_key' => null, 'ca_file' => null];
        foreach ([$config, (object) $config] as $given) {
            $this->assertCode('api_key_required', fn () => Client::withConfig($given)->deleteUser('1'));
        }
        $options = ['display_name' => 'Ada', 'user_agent' => null, 'device_info' => null];
        foreach ([$options, (object) $options] as $given) {
            $this->v2->registerInit(self::ADA, $given);
            $sent = Emulator::lastRequest();
            self::assertSame('Ada', $sent->body->user->displayName);
        }
        $this->v2->authenticateInit(self::ADA, ['user_agent' => null]);
        // What getenv() says of a variable that is not set is a mistake, not an absence.
        $exception = $this->thrown(ConfigException::class, fn () => Client::withConfig(['api_key' => false] + $config));
        self::assertSame('mistyped_field', $exception->getErrorCode());
        // Text is sent as it is.
        $this->assertCode('invalid_options', fn () => $this->v2->registerInit(self::ADA, '{"user_agent":null}'));
    }

    public function testAnOptionThatThereIsNotIsNamed(): void
    {
        $exception = $this->thrown(Exception::class, fn () => $this->v2->registerInit(self::ADA, ['name' => 'Ada']));
        self::assertSame('invalid_options', $exception->getErrorCode());
        self::assertStringContainsString('name', $exception->getMessage());
        self::assertSame([], Emulator::requests());
    }

    public function testAClientIsSharedByAForkedChild(): void
    {
        $token = self::logIn()['jwtAccess'];
        $this->v2->verifyToken($token);
        $child = \pcntl_fork();
        if ($child === 0) {
            Processes::finish(function () use ($token): void {
                self::assertTrue($this->v2->verifyToken($token)['valid']);
                self::assertCount(1, $this->v2->listPasskeys(token: $token)['passkeys']);
            });
        }
        Processes::assertAllWell([$child]);
        self::assertCount(1, $this->v2->listPasskeys(token: $token)['passkeys']);
    }

    /** A user with a passkey of the device. */
    private function signUp(): Result
    {
        $options = ['display_name' => 'Ada', 'user_agent' => 'a browser'];
        $begun = $this->v2->registerInit(self::ADA, $options);
        $created = $this->device->create($begun['registrationRequestOptions']);
        return $this->v2->registerComplete($begun['session'], $created, 'Laptop');
    }

    /** A user whose device the emulator has: the answer of the service. */
    private static function logIn(): Result
    {
        return Emulator::current()->logIn(self::ADA);
    }

    private static function sentCode(): string
    {
        return Emulator::current()->sentCode(self::ADA);
    }

    private function assertCode(string $code, callable $call): void
    {
        self::assertSame($code, $this->thrown(Exception::class, $call)->getErrorCode());
    }
}
