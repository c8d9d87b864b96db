<?php

declare(strict_types=1);

namespace Loginid\Exception;

use Loginid\Exception;

/**
 * Too many requests: the service answered 429, or many tokens with unknown keys
 * came in (unknown_key_throttled, the token is not judged). See getRetryAfter().
 */
final class RateLimitedException extends Exception
{
}
