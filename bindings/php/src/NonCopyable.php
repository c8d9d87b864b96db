<?php

declare(strict_types=1);

namespace Loginid;

/**
 * For objects that own native memory, which must not be copied.
 *
 * @internal
 */
trait NonCopyable
{
    // Private, because if a public one throws, the copy already exists and would free the memory
    // too.
    private function __clone()
    {
    }

    public function __serialize(): never
    {
        throw new \LogicException('a ' . self::class . ' cannot be serialized');
    }

    /** @param array<mixed> $data */
    public function __unserialize(array $data): never
    {
        throw new \LogicException('a ' . self::class . ' cannot be unserialized');
    }
}
