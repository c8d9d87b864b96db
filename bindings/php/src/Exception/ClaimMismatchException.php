<?php

declare(strict_types=1);

namespace Loginid\Exception;

use Loginid\Exception;

/** The token is for another audience, user, nonce or transaction, or of another kind. */
final class ClaimMismatchException extends Exception
{
}
