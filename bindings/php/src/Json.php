<?php

declare(strict_types=1);

namespace Loginid;

use Loginid\Exception\InvalidArgumentException;
use Loginid\Exception\ResponseException;

/**
 * Reading and writing JSON.
 *
 * @internal
 */
final class Json
{
    /** A float would lose the last digits of a long integer, so that two could be equal. */
    private const READING = \JSON_THROW_ON_ERROR | \JSON_BIGINT_AS_STRING;
    private const WRITING = \JSON_THROW_ON_ERROR | \JSON_PRESERVE_ZERO_FRACTION;

    /**
     * The object of a JSON text of the library, as an array.
     *
     * @return array<string, mixed>
     */
    public static function toArray(#[\SensitiveParameter] string $json): array
    {
        return self::decode($json, true);
    }

    /** The object of a JSON text of the library, with objects as objects. */
    public static function toObject(#[\SensitiveParameter] string $json): \stdClass
    {
        return self::decode($json, false);
    }

    private static function decode(#[\SensitiveParameter] string $json, bool $associative): array|\stdClass
    {
        try {
            return \json_decode($json, $associative, flags: self::READING);
        } catch (\JsonException $exception) {
            $message = "the JSON of the answer cannot be read: {$exception->getMessage()}";
            throw ResponseException::local('invalid_response', $message);
        }
    }

    /**
     * An argument as JSON text.
     *
     * @param array<mixed>|object $value
     */
    public static function encode(string $name, #[\SensitiveParameter] array|object $value): string
    {
        try {
            return \json_encode($value, self::WRITING);
        } catch (\JsonException $exception) {
            $message = "$name cannot be written as JSON: {$exception->getMessage()}";
            throw InvalidArgumentException::local('invalid_json', $message);
        }
    }
}
