<?php

declare(strict_types=1);

namespace Loginid\Api;

use Loginid\Library;
use Loginid\Result;

/** A user's credentials. */
trait Credentials
{
    /**
     * `{user_id, credentials}`; with a status only those that are "active",
     * "inactive", "revoked" or "deleted".
     */
    public function getCredentials(?string $status = null, ?string $userId = null, ?string $username = null): Result
    {
        return $this->call('lid_get_credentials', $status, $userId, $username);
    }

    /** Gives a credential another name. */
    public function renameCredential(
        string $credentialId,
        string $name,
        ?string $userId = null,
        ?string $username = null,
    ): Result {
        return $this->call('lid_rename_credential', $credentialId, $name, $userId, $username);
    }

    /** Makes a credential useless for good. */
    public function revokeCredential(string $credentialId, ?string $userId = null, ?string $username = null): Result
    {
        return $this->call('lid_revoke_credential', $credentialId, $userId, $username);
    }

    /**
     * Begins adding a FIDO2 credential without the user's code.
     *
     * @param array<string, mixed>|string|null $options display_name, override_name, roaming_authenticator
     */
    public function forceFido2CredentialInit(
        ?string $userId = null,
        ?string $username = null,
        array|string|null $options = null,
    ): Result {
        return $this->call('lid_force_fido2_credential_init', $userId, $username, Library::json($options));
    }

    /**
     * Begins adding a FIDO2 credential with a code of the purpose "add_credential".
     *
     * @param array<string, mixed>|string|null $options as in forceFido2CredentialInit()
     */
    public function initAddFido2CredentialWithCode(
        #[\SensitiveParameter] string $code,
        string $codeType,
        string $username,
        array|string|null $options = null,
    ): Result {
        $options = Library::json($options);
        return $this->call('lid_init_add_fido2_credential_with_code', $code, $codeType, $username, $options);
    }

    /**
     * Completes adding a FIDO2 credential.
     *
     * @param array<string, mixed>|string $attestationPayload what the browser answered, an array or JSON
     */
    public function completeAddFido2Credential(
        array|string $attestationPayload,
        string $username,
        ?string $credentialName = null,
    ): Result {
        $payload = Library::json($attestationPayload);
        return $this->call('lid_complete_add_fido2_credential', $payload, $username, $credentialName);
    }

    /** Begins adding a document scan: `{credential_uuid, iframe_url}`. */
    public function addDocScanCredentialInit(
        ?string $userId = null,
        ?string $username = null,
        ?string $credentialName = null,
    ): Result {
        return $this->call('lid_add_doc_scan_credential_init', $userId, $username, $credentialName);
    }

    /** Completes adding a document scan. */
    public function addDocScanCredentialComplete(
        string $credentialId,
        bool $activate = false,
        ?string $userId = null,
        ?string $username = null,
    ): Result {
        return $this->call('lid_add_doc_scan_credential_complete', $credentialId, $activate, $userId, $username);
    }

    /** Tells where the result of a document scan is. */
    public function evaluateDocScanCredential(
        string $credentialId,
        ?string $userId = null,
        ?string $username = null,
    ): Result {
        return $this->call('lid_evaluate_doc_scan_credential', $credentialId, $userId, $username);
    }

    /** Makes a code the user can recover the account with. Show it once. */
    public function generateRecoveryCode(?string $userId = null, ?string $username = null): Result
    {
        return $this->call('lid_generate_recovery_code', $userId, $username);
    }

    /** Adds a public key (SPKI PEM) as a credential. */
    public function addPublickeyCredential(
        string $publickey,
        ?string $publickeyAlg = null,
        ?string $userId = null,
        ?string $username = null,
        ?string $credentialName = null,
    ): Result {
        return $this->call(
            'lid_add_publickey_credential',
            $publickey,
            $publickeyAlg,
            $userId,
            $username,
            $credentialName,
        );
    }
}
