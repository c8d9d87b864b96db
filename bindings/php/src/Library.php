<?php

declare(strict_types=1);

namespace Loginid;

use FFI;
use Loginid\Exception\ConfigException;

/**
 * The C library: loading it, calling it, and all handling of its memory.
 *
 * @internal
 */
final class Library
{
    private const SCOPE = 'LOGINID';
    private const HEADER = __DIR__ . '/../loginid.h';

    private static ?FFI $ffi = null;

    /** The functions of the header. */
    public static function ffi(): FFI
    {
        return self::$ffi ??= self::load();
    }

    private static function load(): FFI
    {
        if (!\extension_loaded('ffi') || !\method_exists(FFI::class, 'cdef')) {
            throw ConfigException::local(
                'ffi_unavailable',
                'PHP has no FFI here: install its ffi extension, and load it with `extension=ffi` in php.ini; '
                . '`disable_classes` must not name FFI',
            );
        }
        $path = LibraryFile::given();
        if ($path === '') {
            try {
                $ffi = FFI::scope(self::SCOPE);
                LibraryFile::checkVersion($ffi, 'the library of ffi.preload');
                return $ffi;
            } catch (FFI\Exception) {
                // ffi.preload did not load it.
                $path = LibraryFile::usual();
            }
        }
        LibraryFile::checkFile($path);
        try {
            // FFI::cdef accepts no preprocessor lines; those in the header are for ffi.preload.
            $ffi = FFI::cdef(\preg_replace('/^#.*\n/m', '', \file_get_contents(self::HEADER)), $path);
        } catch (FFI\Exception $exception) {
            throw \str_contains($exception->getMessage(), 'ffi.enable')
                ? self::restricted($exception)
                : LibraryFile::refused($path, $exception);
        }
        LibraryFile::checkVersion($ffi, $path);
        return $ffi;
    }

    private static function restricted(FFI\Exception $exception): Exception
    {
        return ConfigException::local('ffi_unavailable', \sprintf(
            'PHP restricts FFI here (ffi.enable is "%s", the SAPI is %s): set `ffi.enable=true` in php.ini, '
            . 'start PHP with `-d ffi.enable=true`, or preload this package as docs/php.md says',
            \ini_get('ffi.enable'),
            \PHP_SAPI,
        ), $exception);
    }

    /**
     * Calls a function whose last argument is `char **out`, and returns its JSON.
     *
     * @throws Exception if the call fails
     */
    public static function call(string $function, #[\SensitiveParameter] mixed ...$arguments): string
    {
        $ffi = self::ffi();
        $held = Signals::hold();
        try {
            $out = $ffi->new('char *');
            try {
                $status = $ffi->$function(...$arguments, ...[FFI::addr($out)]);
                $json = FFI::isNull($out) ? '' : FFI::string($out);
            } finally {
                $ffi->lid_free_string($out);
            }
        } finally {
            Signals::release($held);
        }
        if ($status !== 0) {
            throw Exception::from($status, $ffi->lid_status_name($status), $json);
        }
        return $json;
    }
}
