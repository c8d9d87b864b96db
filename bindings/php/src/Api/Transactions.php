<?php

declare(strict_types=1);

namespace Loginid\Api;

use Loginid\Result;

/** Transactions that a user confirms. */
trait Transactions
{
    /** Creates a transaction: `{id, nonce}`. Keep the nonce for verifyTransaction(). */
    public function createTx(string $txPayload, ?string $username = null, ?string $nonce = null): Result
    {
        return $this->call('lid_create_tx', \compact('txPayload', 'username', 'nonce'));
    }

    /**
     * Verifies the token of a confirmed transaction: it must confirm exactly
     * this payload, and with a nonce this transaction.
     */
    public function verifyTransaction(
        #[\SensitiveParameter] string $txToken,
        string $txPayload,
        ?string $nonce = null,
    ): Result {
        return $this->call('lid_verify_transaction', \compact('txToken', 'txPayload', 'nonce'));
    }

    /**
     * Begins the confirmation by a FIDO2 credential, of a transaction that
     * exists (txId) or of a new one (txPayload).
     */
    public function initTx(
        string $username,
        ?string $txId = null,
        ?string $txPayload = null,
        ?string $nonce = null,
    ): Result {
        return $this->call('lid_init_tx', \compact('username', 'txId', 'txPayload', 'nonce'));
    }

    /**
     * Completes the confirmation: `{jwt}`, for verifyTransaction().
     *
     * @param array<string, mixed>|object|string $assertionPayload the browser's answer, preferably its JSON text
     */
    public function completeTx(string $txId, string $username, array|object|string $assertionPayload): Result
    {
        return $this->call('lid_complete_tx', \compact('txId', 'username', 'assertionPayload'));
    }
}
