<?php

declare(strict_types=1);

namespace Loginid\Exception;

use Loginid\Exception;

/** An argument is missing, empty, not UTF-8 or not of the required form. */
final class InvalidArgumentException extends Exception
{
}
