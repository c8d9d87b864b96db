<?php

declare(strict_types=1);

namespace Loginid\Exception;

use Loginid\Exception;

/** A defect of the library. The client stays usable. */
final class InternalException extends Exception
{
}
