<?php

declare(strict_types=1);

namespace Loginid\Api;

use Loginid\Cancel;
use Loginid\Library;
use Loginid\Result;

/**
 * Codes that log a user in or allow adding a credential. The type is "short",
 * "long" or "phrase", the purpose "temporary_authentication" or
 * "add_credential".
 */
trait Codes
{
    /** Makes a code; with authorize it may be used at once. */
    public function generateCode(
        string $codeType,
        string $purpose,
        bool $authorize = false,
        ?string $userId = null,
        ?string $username = null,
    ): Result {
        return $this->call('lid_generate_code', $codeType, $purpose, $authorize, $userId, $username);
    }

    /** Allows a code to be used. */
    public function authorizeCode(
        #[\SensitiveParameter] string $code,
        string $codeType,
        string $purpose,
        ?string $userId = null,
        ?string $username = null,
    ): Result {
        return $this->call('lid_authorize_code', $code, $codeType, $purpose, $userId, $username);
    }

    /** Makes all of a user's codes of a type and purpose useless. */
    public function invalidateAllCodes(
        string $codeType,
        string $purpose,
        ?string $userId = null,
        ?string $username = null,
    ): Result {
        return $this->call('lid_invalidate_all_codes', $codeType, $purpose, $userId, $username);
    }

    /**
     * Waits until a code is authorized, which logs the user in: the
     * authentication response. The timeout is in seconds; without one it is the
     * configured limit (180 s). The process does nothing else meanwhile.
     */
    public function waitCode(
        string $username,
        #[\SensitiveParameter] string $code,
        string $codeType,
        ?float $timeout = null,
        ?Cancel $cancel = null,
    ): Result {
        $milliseconds = Library::milliseconds($timeout);
        return $this->call('lid_wait_code', $username, $code, $codeType, $milliseconds, $cancel?->native());
    }
}
