<?php

declare(strict_types=1);

namespace Loginid;

/** The types of codes of Client. */
final class CodeType
{
    /** 6 digits, good for 3 minutes. */
    public const SHORT = 'short';
    public const LONG = 'long';
    public const PHRASE = 'phrase';
}
