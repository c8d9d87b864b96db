<?php

declare(strict_types=1);

namespace Loginid;

use FFI\CData;

/**
 * Collects the log events of a call, to be reported after it has returned: code
 * of the program must not throw in the middle of C frames.
 *
 * @internal
 */
final class Attempts
{
    /** @var list<string> */
    private static array $events = [];

    /** One for all clients: PHP keeps a function that was passed to C until the request ends. */
    private static ?CData $holder = null;

    /** The function for lid_set_log_callback. */
    public static function callback(): CData
    {
        if (self::$holder === null) {
            self::$holder = Library::ffi()->new('struct { lid_log_fn log; }');
            self::$holder->log = static function (string $event): void {
                self::$events[] = $event;
            };
        }
        return self::$holder->log;
    }

    /**
     * The events since the last time.
     *
     * @return list<string>
     */
    public static function take(): array
    {
        $events = self::$events;
        self::$events = [];
        return $events;
    }
}
