<?php

declare(strict_types=1);

namespace Loginid\Exception;

use Loginid\Exception;

/** The token is malformed, or has a bad signature or an unknown key. */
final class TokenInvalidException extends Exception
{
}
