<?php

declare(strict_types=1);

namespace Loginid;

use FFI\CData;
use Loginid\Api\Kinds;
use Loginid\Exception\InvalidArgumentException;

/**
 * Converts the arguments of a call to what the C function takes. Every argument
 * has a name, which decides its type and which errors name.
 *
 * @internal
 */
final class Arguments
{
    /** Objects of optional members, of which one that is null is not given. */
    private const OPTIONS = ['config', 'options'];
    /** The longest limit of a call. */
    public const DAY_MS = 86_400_000;
    private const MAX_MILLISECONDS = 0xFFFFFFFF;

    /**
     * The converted values, in the same order.
     *
     * @param array<string, mixed> $arguments
     * @return list<string|int|bool|CData|null>
     */
    public static function convert(#[\SensitiveParameter] array $arguments): array
    {
        $values = [];
        foreach ($arguments as $name => $value) {
            $values[] = match (true) {
                \in_array($name, Kinds::BOOLEANS, true) => self::boolean($name, $value),
                \in_array($name, self::OPTIONS, true) => self::json($name, self::given($value)),
                $name === 'json', \in_array($name, Kinds::JSON, true) => self::json($name, $value),
                $name === 'timeout' => self::milliseconds($value),
                $name === 'cancel' => $value?->native(),
                default => self::text($name, $value),
            };
        }
        return $values;
    }

    /**
     * A parameter of the type bool would accept "false" and 0 from files without
     * declare(strict_types=1), and "false" would be true.
     */
    private static function boolean(string $name, mixed $value): bool
    {
        return \is_bool($value) ? $value : throw self::mistyped($name, 'true or false', $value);
    }

    /** A text for C, where it would end at its first NUL. */
    private static function text(string $name, #[\SensitiveParameter] ?string $text): ?string
    {
        if ($text !== null && \str_contains($text, "\0")) {
            throw InvalidArgumentException::local('embedded_nul', "$name must not hold a NUL");
        }
        return $text;
    }

    /**
     * JSON text, unchanged, or a value as JSON. Objects stay objects; of arrays
     * only the outermost one is known to be one when it is empty.
     *
     * @param array<mixed>|object|string|null $value
     */
    private static function json(string $name, #[\SensitiveParameter] array|object|string|null $value): ?string
    {
        $text = match (true) {
            $value === [] => '{}',
            $value instanceof Result => $value->toJson(),
            $value instanceof \Stringable && !$value instanceof \JsonSerializable => (string) $value,
            \is_array($value), \is_object($value) => Json::encode($name, $value),
            default => $value,
        };
        return self::text($name, $text);
    }

    /**
     * The members that are given: all but those that are null.
     *
     * @param array<mixed>|object|string|null $options
     * @return array<mixed>|object|string|null
     */
    private static function given(
        #[\SensitiveParameter] array|object|string|null $options,
    ): array|object|string|null {
        if (!\is_array($options) && !$options instanceof \stdClass) {
            return $options;
        }
        $given = \array_filter((array) $options, static fn (mixed $member): bool => $member !== null);
        return \is_array($options) ? $given : (object) $given;
    }

    /** The argument `timeout` in milliseconds; 0, the configured limit, for null. */
    public static function milliseconds(mixed $seconds, int $most = self::MAX_MILLISECONDS): int
    {
        if ($seconds === null) {
            return 0;
        }
        if (!\is_int($seconds) && !\is_float($seconds)) {
            throw self::mistyped('timeout', 'a number of seconds', $seconds);
        }
        $milliseconds = \ceil($seconds * 1000);
        if (!($milliseconds >= 1 && $milliseconds <= $most)) {
            $most = \intdiv($most, 1000);
            throw new \ValueError("timeout must be more than 0 and at most $most seconds");
        }
        return (int) $milliseconds;
    }

    private static function mistyped(string $name, string $wanted, mixed $value): \TypeError
    {
        return new \TypeError("$name must be $wanted, not " . \get_debug_type($value));
    }
}
