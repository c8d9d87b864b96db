<?php

declare(strict_types=1);

namespace Loginid\Api;

use Loginid\Library;
use Loginid\Result;

/** Registering users. */
trait Registration
{
    /**
     * Begins a FIDO2 registration.
     *
     * @param array<string, mixed>|string|null $options display_name, override_name, roaming_authenticator,
     *     register_session
     */
    public function registerFido2Init(string $username, array|string|null $options = null): Result
    {
        return $this->call('lid_register_fido2_init', $username, Library::json($options));
    }

    /**
     * Completes a FIDO2 registration; the authentication response.
     *
     * @param array<string, mixed>|string $attestationPayload what the browser answered, an array or JSON
     */
    public function registerFido2Complete(
        string $username,
        array|string $attestationPayload,
        ?string $credentialName = null,
    ): Result {
        $payload = Library::json($attestationPayload);
        return $this->call('lid_register_fido2_complete', $username, $payload, $credentialName);
    }

    /** Registers a user with a password; the authentication response. */
    public function registerPassword(string $username, #[\SensitiveParameter] string $password): Result
    {
        return $this->call('lid_register_password', $username, $password);
    }
}
