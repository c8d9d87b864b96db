<?php

declare(strict_types=1);

namespace Loginid;

/** Functions without a client. */
final class Loginid
{
    /** The version of the C library, for example "0.1.0". */
    public static function version(): string
    {
        return Library::ffi()->lid_version();
    }

    /** The name of a status number, for example "LID_ERROR_API". */
    public static function statusName(int $status): string
    {
        // FFI would cut off the upper bits of a number that has more than an int32_t.
        return Library::ffi()->lid_status_name(\max(-1, \min($status, 0x7FFFFFFF)));
    }

    /**
     * Makes a P-256 key pair, both keys as PEM.
     *
     * @return Result<array{private_key: string, public_key: string}>
     */
    public static function generateKeyPair(): Result
    {
        return new Result(Library::call('lid_generate_key_pair'));
    }

    /**
     * One value of a JSON text by its RFC 6901 pointer, as the C library sees
     * it: a string itself, anything else as JSON.
     *
     * @param array<mixed>|object|string $json
     */
    public static function jsonGet(array|object|string $json, string $pointer): string
    {
        return Library::call('lid_json_get', ...Arguments::convert(\compact('json', 'pointer')));
    }
}
