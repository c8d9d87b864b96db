<?php

declare(strict_types=1);

namespace Loginid\Api;

use Loginid\Result;

/**
 * Logging users in. Methods that complete a login return the authentication response,
 * whose `jwt` is already verified.
 */
trait Authentication
{
    public function authenticatePassword(string $username, #[\SensitiveParameter] string $password): Result
    {
        return $this->call('lid_authenticate_password', \compact('username', 'password'));
    }

    /** `{assertion_payload}` for the browser. */
    public function authenticateFido2Init(string $username): Result
    {
        return $this->call('lid_authenticate_fido2_init', \compact('username'));
    }

    /** @param array<string, mixed>|object|string $assertionPayload the browser's answer, preferably its JSON text */
    public function authenticateFido2Complete(string $username, array|object|string $assertionPayload): Result
    {
        return $this->call('lid_authenticate_fido2_complete', \compact('username', 'assertionPayload'));
    }

    /** `{credential_uuid, iframe_url}` */
    public function authenticateDocScanInit(string $username, ?string $credentialId = null): Result
    {
        return $this->call('lid_authenticate_doc_scan_init', \compact('username', 'credentialId'));
    }

    public function authenticateDocScanComplete(string $username, string $credentialId): Result
    {
        return $this->call('lid_authenticate_doc_scan_complete', \compact('username', 'credentialId'));
    }

    /** `{challenge_id, server_nonce}` for the user's key (SPKI PEM). */
    public function authenticatePublickeyInit(
        string $username,
        string $publickey,
        ?string $publickeyAlg = null,
    ): Result {
        return $this->call('lid_authenticate_publickey_init', \compact('username', 'publickey', 'publickeyAlg'));
    }

    /** With a JWT that the user's key signed over the challenge. */
    public function authenticatePublickeyComplete(
        string $username,
        string $challengeId,
        #[\SensitiveParameter] string $assertion,
    ): Result {
        return $this->call('lid_authenticate_publickey_complete', \compact('username', 'challengeId', 'assertion'));
    }
}
