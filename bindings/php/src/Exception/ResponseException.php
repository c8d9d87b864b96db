<?php

declare(strict_types=1);

namespace Loginid\Exception;

use Loginid\Exception;

/** The service's answer is not JSON, too large or lacks something. */
final class ResponseException extends Exception
{
}
