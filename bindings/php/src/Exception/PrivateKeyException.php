<?php

declare(strict_types=1);

namespace Loginid\Exception;

use Loginid\Exception;

/** The private key cannot be used, or one is required and there is none. */
final class PrivateKeyException extends Exception
{
}
