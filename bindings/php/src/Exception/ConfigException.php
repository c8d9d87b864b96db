<?php

declare(strict_types=1);

namespace Loginid\Exception;

use Loginid\Exception;

/** The configuration has an unknown, mistyped or contradictory field. */
final class ConfigException extends Exception
{
}
