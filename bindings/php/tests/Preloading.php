<?php

declare(strict_types=1);

namespace Loginid\Tests;

/** The settings in docs/php.md for opcache.preload. */
final class Preloading
{
    private const PACKAGE = __DIR__ . '/..';

    /** @return array<string, string> */
    public static function settings(): array
    {
        return [
            'ffi.enable' => 'preload',
            'ffi.preload' => \realpath(self::PACKAGE . '/loginid.h'),
            'opcache.preload' => \realpath(self::PACKAGE . '/preload.php'),
            'opcache.preload_user' => \posix_getpwuid(\posix_geteuid())['name'],
        ];
    }

    /**
     * An environment in which the loader finds the library, as if it were installed.
     *
     * @return array<string, string>
     */
    public static function environment(): array
    {
        $environment = \getenv();
        $library = $environment['LOGINID_LIBRARY'] ?? '';
        unset($environment['LOGINID_LIBRARY']);
        if ($library !== '') {
            // `make stage` links it under the name that the loader needs.
            $environment['LD_LIBRARY_PATH'] = \dirname($library);
        }
        return $environment;
    }
}
