<?php

declare(strict_types=1);

namespace Loginid\Api;

use Loginid\Result;

/** Making and verifying tokens. */
trait Tokens
{
    /**
     * A service token for one request of a scope, for example
     * "users.retrieve": `{token}`. No request is made.
     */
    public function generateServiceToken(
        string $scope,
        ?string $username = null,
        ?string $userId = null,
        ?string $nonce = null,
    ): Result {
        return $this->call('lid_generate_service_token', \compact('scope', 'username', 'userId', 'nonce'));
    }

    /**
     * Verifies a token of the service, and with a username whose it is:
     * `{valid, header, claims}`. Throws for any other token a
     * TokenInvalidException, TokenExpiredException or ClaimMismatchException.
     */
    public function verifyToken(#[\SensitiveParameter] string $token, ?string $username = null): Result
    {
        return $this->call('lid_verify_token', \compact('token', 'username'));
    }

    /** A transaction token: it allows creating one transaction of this payload. */
    public function generateTxAuthToken(string $txPayload, ?string $username = null, ?string $nonce = null): Result
    {
        return $this->call('lid_generate_tx_auth_token', \compact('txPayload', 'username', 'nonce'));
    }
}
