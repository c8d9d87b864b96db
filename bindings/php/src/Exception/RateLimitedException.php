<?php

declare(strict_types=1);

namespace Loginid\Exception;

use Loginid\Exception;

/**
 * Too many requests: the service answered 429, or the library asks for no more
 * unknown keys (unknown_key_throttled). See getRetryAfter().
 */
final class RateLimitedException extends Exception
{
}
