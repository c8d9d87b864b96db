<?php

declare(strict_types=1);

namespace Loginid;

/**
 * For objects that own native memory: there is one of each, in one process.
 *
 * @internal
 */
trait NonCopyable
{
    // Private, since a copy would exist already when a public one throws, and free the memory too.
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
