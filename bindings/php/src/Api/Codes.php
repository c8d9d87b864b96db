<?php

declare(strict_types=1);

namespace Loginid\Api;

use Loginid\Cancel;
use Loginid\Result;

/**
 * Codes that log a user in or allow adding a credential. The type is "short",
 * "long" or "phrase", the purpose "temporary_authentication" or
 * "add_credential".
 */
trait Codes
{
    /**
     * Makes a code; with authorize it can be used at once.
     *
     * @param bool $authorize other types are a TypeError, also in weak mode
     */
    public function generateCode(
        string $codeType,
        string $purpose,
        mixed $authorize = false,
        ?string $userId = null,
        ?string $username = null,
    ): Result {
        return $this->call('lid_generate_code', \compact('codeType', 'purpose', 'authorize', 'userId', 'username'));
    }

    /** Allows a code to be used. */
    public function authorizeCode(
        #[\SensitiveParameter] string $code,
        string $codeType,
        string $purpose,
        ?string $userId = null,
        ?string $username = null,
    ): Result {
        return $this->call('lid_authorize_code', \compact('code', 'codeType', 'purpose', 'userId', 'username'));
    }

    /** Invalidates all of a user's codes of a type and purpose. */
    public function invalidateAllCodes(
        string $codeType,
        string $purpose,
        ?string $userId = null,
        ?string $username = null,
    ): Result {
        return $this->call('lid_invalidate_all_codes', \compact('codeType', 'purpose', 'userId', 'username'));
    }

    /**
     * Waits until a code is authorized, which logs the user in: the
     * authentication response. The process is blocked during the wait.
     *
     * @param int|float|null $timeout in seconds, more than 0; the configured limit (180 s) if null
     */
    public function waitCode(
        string $username,
        #[\SensitiveParameter] string $code,
        string $codeType,
        mixed $timeout = null,
        ?Cancel $cancel = null,
    ): Result {
        return $this->call('lid_wait_code', \compact('username', 'code', 'codeType', 'timeout', 'cancel'));
    }
}
