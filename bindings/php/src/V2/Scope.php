<?php

declare(strict_types=1);

namespace Loginid\V2;

/** What a grant or an API key allows. */
final class Scope
{
    public const PASSKEY_READ = 'passkey:read';
    public const PASSKEY_WRITE = 'passkey:write';
    public const PROFILE_READ = 'profile:read';
    public const PROFILE_WRITE = 'profile:write';
    public const REG_WRITE = 'reg:write';
    public const AUTH_WRITE = 'auth:write';
    public const EXTERNAL_VERIFY = 'external:verify';
}
