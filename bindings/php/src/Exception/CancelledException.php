<?php

declare(strict_types=1);

namespace Loginid\Exception;

use Loginid\Exception;

/** Cancel::trigger() ended the wait. */
final class CancelledException extends Exception
{
}
