<?php

declare(strict_types=1);

namespace Loginid;

use FFI;
use Loginid\Exception\ConfigException;

/**
 * The file of the C library: where it is, and why one does not fit, in one sentence.
 * bindings/library.json has the texts, which are the same in all languages.
 *
 * @internal
 */
final class LibraryFile
{
    /** The version of this package, which is that of the library that it was made for. */
    private const VERSION = '0.1.0';
    private const NAME = 'libloginid.so.0';
    /** Machines by their number in an ELF file. */
    private const MACHINES
        = [3 => 'i386', 22 => 's390x', 40 => 'arm', 62 => 'x86_64', 183 => 'aarch64', 243 => 'riscv64'];

    /** Elsewhere LOGINID_LIBRARY is the full path of a library that is not installed; '' if it is not given. */
    public static function given(): string
    {
        return self::isIncluded() ? '' : (\getenv('LOGINID_LIBRARY') ?: '');
    }

    /** What is loaded if neither is given. */
    public static function usual(): string
    {
        return self::isIncluded() ? self::included() : self::NAME;
    }

    /** @throws ConfigException if the file is incomplete: the system's loader would end the process */
    public static function checkFile(string $path): void
    {
        if (\str_contains($path, '/') && self::isIncomplete($path)) {
            throw self::error($path, 'it is incomplete');
        }
    }

    /** The error of a library that cannot be loaded, or that lacks a function. */
    public static function refused(string $path, FFI\Exception $exception): Exception
    {
        $message = $exception->getMessage();
        try {
            // A version that does not fit says more than the first function that is missing.
            self::checkVersion(FFI::cdef('const char *lid_version(void);', $path), $path);
        } catch (FFI\Exception) {
            // It cannot be loaded, or has no version.
        }
        $reason = \preg_match('/C function \'(\w+)\'/', $message, $function) === 1
            ? "it is too old, it has no $function[1]"
            : self::reason($path) ?? $message;
        return self::error($path, $reason, $exception);
    }

    /** @throws ConfigException if the library is too old or too new */
    public static function checkVersion(FFI $ffi, string $path): void
    {
        $version = $ffi->lid_version();
        [$found, $needed] = \array_map(
            static fn (string $text): array => \array_map('intval', \array_slice(\explode('.', $text), 0, 2)),
            [$version, self::VERSION],
        );
        $oldest = \implode('.', $needed);
        if ($found < $needed) {
            throw self::error($path, "version $version is too old, this package needs $oldest or newer");
        }
        if ($found[0] > $needed[0]) {
            $next = $needed[0] + 1;
            $reason = "version $version is too new, this package needs $oldest or newer, below $next.0";
            throw self::error($path, $reason);
        }
    }

    /** Where a package has the library. Then this very file is loaded, unless ffi.preload has loaded one. */
    private static function included(): string
    {
        return \dirname(__DIR__) . '/lib/' . self::NAME;
    }

    private static function isIncluded(): bool
    {
        // The folder: a package whose file was lost loads no other.
        return \is_dir(\dirname(self::included()));
    }

    private static function error(string $path, string $reason, ?FFI\Exception $previous = null): Exception
    {
        $needed = \implode('.', \array_slice(\explode('.', self::VERSION), 0, 2));
        $advice = self::isIncluded()
            ? 'install this package again, for this system'
            : "install libloginid $needed or newer for this system, "
                . 'or set LOGINID_LIBRARY to the full path of ' . self::NAME;
        $message = "libloginid cannot be loaded: $path: $reason; $advice";
        return ConfigException::local('library_unavailable', $message, $previous);
    }

    /**
     * Why the system's loader refuses the file, if the file shows it. FFI does not say it, and the
     * loader's own message for another machine is that there is no such file.
     */
    private static function reason(string $path): ?string
    {
        if (!\str_contains($path, '/')) {
            return "the system's loader does not find it";
        }
        [$content, $warnings] = Warnings::of(static fn (): mixed => \file_get_contents($path));
        if ($content === false) {
            return self::unreadable($warnings);
        }
        $theirs = self::machine($content);
        if ($theirs === null) {
            return 'it is not a shared library';
        }
        $ours = self::machine((string) @\file_get_contents('/proc/self/exe', length: 20));
        if ($ours === null) {
            return null; // open_basedir leaves out /proc
        }
        if ($theirs !== $ours) {
            return "it is for $theirs, and this process is $ours";
        }
        return self::otherCLibrary($content);
    }

    /** Why PHP cannot read a file, from the warnings. */
    private static function unreadable(string $warnings): string
    {
        if (\str_contains($warnings, 'open_basedir restriction')) {
            return 'FFI does not say why, and open_basedir keeps PHP from reading it';
        }
        $reason = \substr((string) \strrchr($warnings, ':'), 2);
        return $reason === 'No such file or directory' ? 'there is no such file' : "it cannot be read: $reason";
    }

    /** Whether the end of a library is missing, whose table of sections is the last of it. */
    private static function isIncomplete(string $path): bool
    {
        $header = (string) @\file_get_contents($path, length: 64);
        if (\strlen($header) < 64 || !\str_starts_with($header, "\x7FELF\x02\x01")) {
            return false;
        }
        ['start' => $start, 'length' => $length, 'count' => $count]
            = \unpack('x40/Pstart/x10/vlength/vcount', $header);
        return \filesize($path) < $start + $length * $count;
    }

    /** What an ELF file is for. */
    private static function machine(string $content): ?string
    {
        if (\strlen($content) < 20 || !\str_starts_with($content, "\x7FELF")) {
            return null;
        }
        $number = \unpack($content[5] === "\1" ? 'v' : 'n', $content, 18)[1];
        $bits = 32 * \ord($content[4]);
        return (self::MACHINES[$number] ?? "machine $number") . " with $bits bits";
    }

    private static function otherCLibrary(string $content): ?string
    {
        $musl = \str_contains($content, 'libc.musl-') || \str_contains($content, "\0libc.so\0");
        if (\str_contains((string) @\file_get_contents('/proc/self/maps'), 'ld-musl-')) {
            $glibc = \str_contains($content, "\0libc.so.6\0");
            return $glibc ? 'it is for systems with glibc, and this one has musl' : null;
        }
        return $musl ? 'it is for systems with musl, and this one has glibc' : null;
    }
}
