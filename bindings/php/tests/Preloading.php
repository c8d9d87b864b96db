<?php

declare(strict_types=1);

namespace Loginid\Tests;

/** The settings in docs/php.md for opcache.preload. */
final class Preloading
{
    private const PACKAGE = __DIR__ . '/..';

    /**
     * @param ?string $header the header that names the library, if it is not the package's
     * @return array<string, string>
     */
    public static function settings(string $package = self::PACKAGE, ?string $header = null): array
    {
        return [
            'ffi.enable' => 'preload',
            'ffi.preload' => $header ?? \realpath("$package/loginid.h"),
            'opcache.preload' => \realpath("$package/preload.php"),
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
