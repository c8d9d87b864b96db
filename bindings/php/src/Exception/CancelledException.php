<?php

declare(strict_types=1);

namespace Loginid\Exception;

use Loginid\Exception;

/** Cancel::trigger() ended or refused the call. */
final class CancelledException extends Exception
{
}
