<?php

declare(strict_types=1);

namespace Loginid\Exception;

use Loginid\Exception;

/** The call's deadline passed. */
final class TimeoutException extends Exception
{
}
