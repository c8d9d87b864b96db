<?php

declare(strict_types=1);

namespace Loginid\Api;

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
        return $this->call('lid_get_credentials', \compact('status', 'userId', 'username'));
    }

    /** Changes the name of a credential. */
    public function renameCredential(
        string $credentialId,
        string $name,
        ?string $userId = null,
        ?string $username = null,
    ): Result {
        return $this->call('lid_rename_credential', \compact('credentialId', 'name', 'userId', 'username'));
    }

    /** Revokes a credential permanently. */
    public function revokeCredential(string $credentialId, ?string $userId = null, ?string $username = null): Result
    {
        return $this->call('lid_revoke_credential', \compact('credentialId', 'userId', 'username'));
    }

    /**
     * Begins adding a FIDO2 credential without the user's code.
     *
     * @param array<string, mixed>|object|string|null $options display_name, override_name, roaming_authenticator
     */
    public function forceFido2CredentialInit(
        ?string $userId = null,
        ?string $username = null,
        array|object|string|null $options = null,
    ): Result {
        return $this->call('lid_force_fido2_credential_init', \compact('userId', 'username', 'options'));
    }

    /**
     * Begins adding a FIDO2 credential with a code of the purpose "add_credential".
     *
     * @param array<string, mixed>|object|string|null $options as in forceFido2CredentialInit()
     */
    public function initAddFido2CredentialWithCode(
        #[\SensitiveParameter] string $code,
        string $codeType,
        string $username,
        array|object|string|null $options = null,
    ): Result {
        return $this->call(
            'lid_init_add_fido2_credential_with_code',
            \compact('code', 'codeType', 'username', 'options'),
        );
    }

    /**
     * Completes adding a FIDO2 credential.
     *
     * @param array<string, mixed>|object|string $attestationPayload the browser's answer, preferably its JSON text
     */
    public function completeAddFido2Credential(
        array|object|string $attestationPayload,
        string $username,
        ?string $credentialName = null,
    ): Result {
        return $this->call(
            'lid_complete_add_fido2_credential',
            \compact('attestationPayload', 'username', 'credentialName'),
        );
    }

    /** Begins adding a document scan: `{credential_uuid, iframe_url}`. */
    public function addDocScanCredentialInit(
        ?string $userId = null,
        ?string $username = null,
        ?string $credentialName = null,
    ): Result {
        return $this->call('lid_add_doc_scan_credential_init', \compact('userId', 'username', 'credentialName'));
    }

    /**
     * Completes adding a document scan.
     *
     * @param bool $activate other types are a TypeError, also in weak mode
     */
    public function addDocScanCredentialComplete(
        string $credentialId,
        mixed $activate = false,
        ?string $userId = null,
        ?string $username = null,
    ): Result {
        return $this->call(
            'lid_add_doc_scan_credential_complete',
            \compact('credentialId', 'activate', 'userId', 'username'),
        );
    }

    /** Returns the URL of the result of a document scan. */
    public function evaluateDocScanCredential(
        string $credentialId,
        ?string $userId = null,
        ?string $username = null,
    ): Result {
        return $this->call('lid_evaluate_doc_scan_credential', \compact('credentialId', 'userId', 'username'));
    }

    /** Makes a code to recover the account. Show it to the user once. */
    public function generateRecoveryCode(?string $userId = null, ?string $username = null): Result
    {
        return $this->call('lid_generate_recovery_code', \compact('userId', 'username'));
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
            \compact('publickey', 'publickeyAlg', 'userId', 'username', 'credentialName'),
        );
    }
}
