<?php

declare(strict_types=1);

namespace Loginid\Exception;

use Loginid\Exception;

/** The token is expired, not yet valid or too old. */
final class TokenExpiredException extends Exception
{
}
