<?php

// A page under PHP-FPM or with preloaded classes, for PhpFpmTest and PreloadTest.

declare(strict_types=1);

if (!class_exists(Loginid\Client::class, false)) {
    require __DIR__ . '/../../autoload.php';
}

$scope = static function (): bool {
    try {
        return FFI::scope('LOGINID') instanceof FFI;
    } catch (FFI\Exception) {
        return false;
    }
};
try {
    $user = Loginid\Client::fromEnv()->getUser($_GET['user'] ?? $argv[1])['username'];
    Loginid\V2\Client::fromEnv()->getVersion();
} catch (Loginid\Exception $exception) {
    $user = $exception->getErrorCode();
}
echo json_encode([
    'user' => $user,
    'process' => getmypid(),
    'preloaded' => array_diff(
        [Loginid\Client::class, Loginid\V2\Client::class],
        opcache_get_status(false)['preload_statistics']['classes'] ?? [],
    ) === [],
    'mayUseFfi' => $scope(),
    'libraries' => array_values(array_unique(array_map(
        static fn (string $line): string => substr(trim($line), strpos($line, '/')),
        preg_grep('/libloginid/', file('/proc/self/maps')),
    ))),
]);
