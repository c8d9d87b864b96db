<?php

declare(strict_types=1);

namespace Loginid\Tests;

use Loginid\Exception\ClaimMismatchException;
use Loginid\Exception\TokenInvalidException;

/** Tokens and transactions, made and verified. */
final class TokensTest extends TestCase
{
    private const NONCE = 'nonce-of-16-char';

    public function testTokensCarryWhatWasGiven(): void
    {
        $claims = self::claims($this->client->generateServiceToken('users.retrieve', 'ada', nonce: self::NONCE)['token']);
        self::assertSame(['users.retrieve', 'ada', self::NONCE], [$claims['scope'], $claims['username'], $claims['nonce']]);
        $claims = self::claims($this->client->generateServiceToken('users.delete', userId: 'some-id')['token']);
        self::assertSame(['users.delete', 'some-id'], [$claims['scope'], $claims['user_id']]);
        $claims = self::claims($this->client->generateTxAuthToken('pay', 'ada', self::NONCE)['token']);
        self::assertSame(['tx.create', 'ada', self::NONCE], [$claims['scope'], $claims['username'], $claims['nonce']]);
    }

    public function testALoginIsVerifiedAndAChangedTokenRefused(): void
    {
        $user = $this->user();
        $jwt = Emulator::post("users/$user/login")['jwt'];
        self::assertSame($user, $this->client->verifyToken($jwt, $user)['claims']['udata']);
        $this->thrown(ClaimMismatchException::class, fn () => $this->client->verifyToken($jwt, 'grace'));
        $changed = \substr($jwt, 0, -8) . 'AAAAAAAA';
        $this->thrown(TokenInvalidException::class, fn () => $this->client->verifyToken($changed));
    }

    public function testATransactionConfirmsOnlyItsPayloadAndNonce(): void
    {
        $user = $this->user();
        $tx = $this->client->createTx('Pay 10 EUR', $user);
        $jwt = Emulator::post("tx/$tx[id]/confirm", ['username' => $user])['jwt'];
        self::assertTrue($this->client->verifyTransaction($jwt, 'Pay 10 EUR', $tx['nonce'])['valid']);
        foreach ([['Pay 99 EUR', null], ['Pay 10 EUR', 'another']] as [$payload, $nonce]) {
            $this->thrown(
                ClaimMismatchException::class,
                fn () => $this->client->verifyTransaction($jwt, $payload, $nonce),
            );
        }
    }

    /** @return array<string, mixed> */
    private static function claims(string $token): array
    {
        return \json_decode(\base64_decode(\strtr(\explode('.', $token)[1], '-_', '+/')), true);
    }
}
