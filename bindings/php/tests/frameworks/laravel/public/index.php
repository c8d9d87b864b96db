<?php

// As that of a new Laravel project. What Composer's autoload.php does there, Debian's packages do here.

require 'Illuminate/autoload.php';
require getenv('LOGINID_PACKAGE') . '/autoload.php';
spl_autoload_register(static function (string $class): void {
    $file = __DIR__ . '/../app/' . strtr(substr($class, strlen('App\\')), '\\', '/') . '.php';
    if (str_starts_with($class, 'App\\') && is_file($file)) {
        require $file;
    }
});

$app = require __DIR__ . '/../bootstrap/app.php';
$kernel = $app->make(Illuminate\Contracts\Http\Kernel::class);
$request = Illuminate\Http\Request::capture();
$response = $kernel->handle($request)->send();
$kernel->terminate($request, $response);
