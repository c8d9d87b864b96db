<?php

declare(strict_types=1);

namespace Loginid;

/** The states of a credential, for Client::getCredentials(). */
final class CredentialStatus
{
    public const ACTIVE = 'active';
    public const PENDING = 'pending';
    public const INACTIVE = 'inactive';
    public const REVOKED = 'revoked';
    public const DELETED = 'deleted';
}
