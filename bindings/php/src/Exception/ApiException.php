<?php

declare(strict_types=1);

namespace Loginid\Exception;

use Loginid\Exception;

/** The service refused the call; see getErrorCode() and getHttpStatus(). */
final class ApiException extends Exception
{
}
