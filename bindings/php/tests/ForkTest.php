<?php

declare(strict_types=1);

namespace Loginid\Tests;

/** A forking program: the parent makes a client and uses it, and so do the children. */
final class ForkTest extends TestCase
{
    public function testChildrenUseTheClientTheirParentMade(): void
    {
        $users = \array_map(fn () => $this->user(), \range(1, 6));
        $children = [];
        foreach ($users as $user) {
            $child = \pcntl_fork();
            if ($child === 0) {
                Processes::finish(fn () => $this->askOften($user));
            }
            $children[] = $child;
        }
        $this->askOften($users[0]);
        Processes::assertAllWell($children);
    }

    private function askOften(string $user): void
    {
        for ($i = 0; $i < 20; $i++) {
            self::assertSame($user, $this->client->getUser($user)['username']);
        }
    }
}
