<?php

declare(strict_types=1);

namespace Loginid;

/** What a code of Client is for. */
final class Purpose
{
    public const TEMPORARY_AUTHENTICATION = 'temporary_authentication';
    public const ADD_CREDENTIAL = 'add_credential';
}
