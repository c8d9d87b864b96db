<?php

declare(strict_types=1);

namespace Loginid;

/**
 * The answer of a call. It is read like an array, whose keys are the exact names
 * of the members; integers of more than 64 bits are strings of their digits.
 * An empty array may have been an object: toObject(), toJson() and json_encode()
 * keep the difference.
 *
 * @template-covariant T of array<string, mixed> = array<string, mixed>
 * @implements \ArrayAccess<string, mixed>
 * @implements \IteratorAggregate<string, mixed>
 */
final class Result implements \ArrayAccess, \Countable, \IteratorAggregate, \JsonSerializable
{
    /** @var T */
    private readonly array $values;

    /** @internal */
    public function __construct(#[\SensitiveParameter] private readonly string $json)
    {
        $this->values = Json::toArray($json);
    }

    /**
     * A result of a test double, which has these members.
     *
     * @param array<string, mixed> $values
     */
    public static function of(#[\SensitiveParameter] array $values): self
    {
        return new self(Json::encode('values', $values === [] ? new \stdClass() : $values));
    }

    /** @return T */
    public function toArray(): array
    {
        return $this->values;
    }

    /** The answer with its objects as objects, to pass a part of it on with json_encode(). */
    public function toObject(): \stdClass
    {
        return Json::toObject($this->json);
    }

    /** The original JSON text. */
    public function toJson(): string
    {
        return $this->json;
    }

    public function offsetExists(mixed $offset): bool
    {
        return isset($this->values[$offset]);
    }

    /**
     * The type of a member that is described, and mixed for any other.
     *
     * @template K of string
     * @param K $offset
     * @return (K is key-of<T> ? T[K] : mixed)
     */
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

    public function jsonSerialize(): \stdClass
    {
        return $this->toObject();
    }
}
