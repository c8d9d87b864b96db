<?php

declare(strict_types=1);

namespace Loginid;

/**
 * Delays the program's signal handlers while C code runs. PHP runs them in
 * the middle of it when the log callback is called, and an exception of theirs
 * there is a fatal error.
 *
 * @internal
 */
final class Signals
{
    /**
     * @template T
     * @param callable(): T $call
     * @return T
     */
    public static function heldBack(#[\SensitiveParameter] callable $call): mixed
    {
        if (!\function_exists('pcntl_async_signals') || !\pcntl_async_signals()) {
            return $call();
        }
        \pcntl_async_signals(false);
        try {
            \pcntl_signal_dispatch(); // signals that arrived before
            return $call();
        } finally {
            \pcntl_async_signals(true);
            \pcntl_signal_dispatch(); // signals that arrived during the call
        }
    }
}
