<?php

// A page that waits for a code, for PhpFpmTest.

declare(strict_types=1);

require __DIR__ . '/../../autoload.php';

Loginid\Client::fromEnv()->waitCode($_GET['user'], $_GET['code'], 'short', 60);
