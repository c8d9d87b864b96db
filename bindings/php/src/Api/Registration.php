<?php

declare(strict_types=1);

namespace Loginid\Api;

use Loginid\Result;

/** Registering users. */
trait Registration
{
    /**
     * Begins a FIDO2 registration.
     *
     * @param array<string, mixed>|object|string|null $options display_name, override_name, roaming_authenticator,
     *     register_session
     */
    public function registerFido2Init(string $username, array|object|string|null $options = null): Result
    {
        return $this->call('lid_register_fido2_init', \compact('username', 'options'));
    }

    /**
     * Completes a FIDO2 registration; returns the authentication response.
     *
     * @param array<string, mixed>|object|string $attestationPayload the browser's answer, preferably its JSON text
     */
    public function registerFido2Complete(
        string $username,
        array|object|string $attestationPayload,
        ?string $credentialName = null,
    ): Result {
        return $this->call('lid_register_fido2_complete', \compact('username', 'attestationPayload', 'credentialName'));
    }

    /** Registers a user with a password; returns the authentication response. */
    public function registerPassword(string $username, #[\SensitiveParameter] string $password): Result
    {
        return $this->call('lid_register_password', \compact('username', 'password'));
    }
}
