<?php

declare(strict_types=1);

namespace Loginid\Exception;

use Loginid\Exception;

/** An internal error of the library. The client stays usable. */
final class InternalException extends Exception
{
}
