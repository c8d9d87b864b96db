<?php

declare(strict_types=1);

namespace Loginid\Tests;

/** The settings that docs/php.md gives for opcache.preload. */
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
     * One in which the loader finds the library, as when it is installed.
     *
     * @return array<string, string>
     */
    public static function environment(): array
    {
        $environment = \getenv();
        $library = $environment['LOGINID_LIBRARY'] ?? '';
        unset($environment['LOGINID_LIBRARY']);
        if ($library !== '') {
            // `make stage` gives it the name that the loader looks for.
            $environment['LD_LIBRARY_PATH'] = \dirname($library);
        }
        return $environment;
    }
}
