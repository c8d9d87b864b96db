<?php

declare(strict_types=1);

namespace Loginid\Api;

use Loginid\Library;
use Loginid\Result;

/**
 * Logging users in. What completes a login returns the authentication response,
 * whose `jwt` is verified already.
 */
trait Authentication
{
    public function authenticatePassword(string $username, #[\SensitiveParameter] string $password): Result
    {
        return $this->call('lid_authenticate_password', $username, $password);
    }

    /** `{assertion_payload}` for the browser. */
    public function authenticateFido2Init(string $username): Result
    {
        return $this->call('lid_authenticate_fido2_init', $username);
    }

    /** @param array<string, mixed>|string $assertionPayload what the browser answered, an array or JSON */
    public function authenticateFido2Complete(string $username, array|string $assertionPayload): Result
    {
        return $this->call('lid_authenticate_fido2_complete', $username, Library::json($assertionPayload));
    }

    /** `{credential_uuid, iframe_url}` */
    public function authenticateDocScanInit(string $username, ?string $credentialId = null): Result
    {
        return $this->call('lid_authenticate_doc_scan_init', $username, $credentialId);
    }

    public function authenticateDocScanComplete(string $username, string $credentialId): Result
    {
        return $this->call('lid_authenticate_doc_scan_complete', $username, $credentialId);
    }

    /** `{challenge_id, server_nonce}` for the user's key (SPKI PEM). */
    public function authenticatePublickeyInit(
        string $username,
        string $publickey,
        ?string $publickeyAlg = null,
    ): Result {
        return $this->call('lid_authenticate_publickey_init', $username, $publickey, $publickeyAlg);
    }

    /** With a JWT that the user's key signed over the challenge. */
    public function authenticatePublickeyComplete(
        string $username,
        string $challengeId,
        #[\SensitiveParameter] string $assertion,
    ): Result {
        return $this->call('lid_authenticate_publickey_complete', $username, $challengeId, $assertion);
    }
}
