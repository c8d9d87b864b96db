<?php

declare(strict_types=1);

namespace Loginid;

/**
 * The function that is called for each HTTP attempt, for all clients that share one.
 *
 * @internal
 */
final class Listener
{
    /** @var ?callable(array<string, mixed>): void */
    public $function = null;
}
