<?php

declare(strict_types=1);

namespace Loginid;

use FFI;
use FFI\CData;
use Loginid\Exception\InvalidArgumentException;

/**
 * The C library: loading it, calling it, and all handling of its memory.
 *
 * @internal
 */
final class Library
{
    private const SCOPE = 'LOGINID';
    private const HEADER = __DIR__ . '/../loginid.h';
    private const INVALID_ARGUMENT = 1;

    private static ?FFI $ffi = null;

    /** The functions of the header. */
    public static function ffi(): FFI
    {
        return self::$ffi ??= self::load();
    }

    private static function load(): FFI
    {
        $path = \getenv('LOGINID_LIBRARY');
        if ($path === false || $path === '') {
            try {
                return FFI::scope(self::SCOPE);
            } catch (FFI\Exception) {
                // ffi.preload did not load it.
                $path = 'libloginid.so.0';
            }
        }
        // FFI::cdef takes no preprocessor lines; those of the header are for ffi.preload.
        return FFI::cdef(\preg_replace('/^#.*\n/m', '', \file_get_contents(self::HEADER)), $path);
    }

    /**
     * Calls a function that ends in `char **out`, and gives its JSON.
     *
     * @throws Exception if the call fails
     */
    public static function call(string $function, #[\SensitiveParameter] mixed ...$arguments): string
    {
        $ffi = self::ffi();
        $out = $ffi->new('char *');
        try {
            $status = $ffi->$function(...$arguments, ...[FFI::addr($out)]);
            $json = FFI::isNull($out) ? '' : FFI::string($out);
        } finally {
            $ffi->lid_free_string($out);
        }
        if ($status !== 0) {
            throw Exception::from($status, $ffi->lid_status_name($status), $json);
        }
        return $json;
    }

    /** Makes a client by one of the lid_new functions. */
    public static function newClient(string $function, #[\SensitiveParameter] ?string ...$arguments): CData
    {
        $client = self::ffi()->new('lid_client *');
        self::call($function, ...\array_map(self::text(...), $arguments), ...[FFI::addr($client)]);
        return $client;
    }

    /** A text as C takes it: there it would end at its first NUL. */
    public static function text(#[\SensitiveParameter] ?string $text): ?string
    {
        if ($text !== null && \str_contains($text, "\0")) {
            throw new InvalidArgumentException(self::INVALID_ARGUMENT, [
                'status' => 'LID_ERROR_INVALID_ARGUMENT',
                'code' => 'embedded_nul',
                'message' => 'a text holds a NUL character',
            ]);
        }
        return $text;
    }

    /**
     * JSON, from an array or given as text.
     *
     * @param array<string, mixed>|string|null $value
     */
    public static function json(#[\SensitiveParameter] array|string|null $value): ?string
    {
        if (\is_array($value)) {
            // No members are an object too.
            $value = \json_encode((object) $value, \JSON_THROW_ON_ERROR | \JSON_PRESERVE_ZERO_FRACTION);
        }
        return self::text($value);
    }

    /** Seconds in milliseconds; 0, the configured limit, for null. */
    public static function milliseconds(?float $seconds): int
    {
        $milliseconds = $seconds === null ? 0.0 : \ceil($seconds * 1000);
        if ($seconds !== null && !($milliseconds >= 1 && $milliseconds <= 0xFFFFFFFF)) {
            throw new \ValueError('timeout must be a positive number of seconds');
        }
        return (int) $milliseconds;
    }
}
