<?php

declare(strict_types=1);

namespace Loginid\V2;

/** What the service proposes in the answers of registerInit() and authenticateInit(). */
final class Action
{
    /** Go on with the passkey. */
    public const PROCEED = 'proceed';
    /** The user has a passkey already. */
    public const SIGN_IN = 'signIn';
    /** No passkey can be registered. */
    public const FAIL = 'fail';
    /** Log in in one of the `crossAuthMethods`. */
    public const CROSS_AUTH = 'crossAuth';
    /** Log in in one of the `fallbackMethods`. */
    public const FALLBACK = 'fallback';
}
