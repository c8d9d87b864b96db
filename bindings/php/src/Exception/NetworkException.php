<?php

declare(strict_types=1);

namespace Loginid\Exception;

use Loginid\Exception;

/** The service could not be reached, or the connection broke. */
final class NetworkException extends Exception
{
}
