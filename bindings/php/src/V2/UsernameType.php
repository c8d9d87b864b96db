<?php

declare(strict_types=1);

namespace Loginid\V2;

/** What a username is. */
final class UsernameType
{
    public const EMAIL = 'email';
    public const PHONE = 'phone';
    public const OTHER = 'other';
}
