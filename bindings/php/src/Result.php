<?php

declare(strict_types=1);

namespace Loginid;

/**
 * The answer of a call. It is read like an array, and has the JSON it was made
 * from, which keeps what an array may lose, as the precision of numbers.
 *
 * @implements \ArrayAccess<string, mixed>
 * @implements \IteratorAggregate<string, mixed>
 */
final class Result implements \ArrayAccess, \Countable, \IteratorAggregate, \JsonSerializable
{
    /** @var array<string, mixed> */
    private readonly array $values;

    /** @internal */
    public function __construct(private readonly string $json)
    {
        $this->values = \json_decode($json, true, flags: \JSON_THROW_ON_ERROR);
    }

    /** @return array<string, mixed> */
    public function toArray(): array
    {
        return $this->values;
    }

    /** The JSON text, as the library gave it. */
    public function toJson(): string
    {
        return $this->json;
    }

    public function offsetExists(mixed $offset): bool
    {
        return isset($this->values[$offset]);
    }

    public function offsetGet(mixed $offset): mixed
    {
        return $this->values[$offset];
    }

    public function offsetSet(mixed $offset, mixed $value): never
    {
        throw new \LogicException('a result cannot be changed');
    }

    public function offsetUnset(mixed $offset): never
    {
        throw new \LogicException('a result cannot be changed');
    }

    public function getIterator(): \ArrayIterator
    {
        return new \ArrayIterator($this->values);
    }

    public function count(): int
    {
        return \count($this->values);
    }

    /** @return array<string, mixed> */
    public function jsonSerialize(): array
    {
        return $this->values;
    }
}
