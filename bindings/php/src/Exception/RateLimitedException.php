<?php

declare(strict_types=1);

namespace Loginid\Exception;

use Loginid\Exception;

/** The service asks to slow down; see getRetryAfter(). */
final class RateLimitedException extends Exception
{
}
