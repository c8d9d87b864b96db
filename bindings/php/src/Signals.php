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
    /** Begins the delay, and returns whether it was this call that did: release() takes it. */
    public static function hold(): bool
    {
        if (!\function_exists('pcntl_async_signals') || !\pcntl_async_signals()) {
            return false;
        }
        try {
            \pcntl_async_signals(false);
            \pcntl_signal_dispatch(); // signals that arrived before
        } catch (\Throwable $exception) {
            \pcntl_async_signals(true);
            throw $exception;
        }
        return true;
    }

    public static function release(bool $held): void
    {
        if ($held) {
            \pcntl_async_signals(true);
            \pcntl_signal_dispatch(); // signals that arrived since
        }
    }
}
