<?php

declare(strict_types=1);

namespace Loginid;

/**
 * What PHP says when one of its functions fails. error_get_last() does not have it if the program
 * has an error handler, as those of frameworks.
 *
 * @internal
 */
final class Warnings
{
    /**
     * @template T
     * @param callable(): T $function
     * @return array{T, string} its result and its warnings, one a line
     */
    public static function of(callable $function): array
    {
        $warnings = [];
        \set_error_handler(static function (int $level, string $message) use (&$warnings): bool {
            $warnings[] = $message;
            return true;
        });
        try {
            return [$function(), \implode("\n", $warnings)];
        } finally {
            \restore_error_handler();
        }
    }
}
