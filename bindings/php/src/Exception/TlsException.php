<?php

declare(strict_types=1);

namespace Loginid\Exception;

use Loginid\Exception;

/** No trusted TLS connection could be made. */
final class TlsException extends Exception
{
}
