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
            $folder = \sys_get_temp_dir() . '/loginid-library-' . \md5($library);
            @\mkdir($folder);
            @\symlink($library, "$folder/libloginid.so.0");
            $environment['LD_LIBRARY_PATH'] = $folder;
        }
        return $environment;
    }
}
