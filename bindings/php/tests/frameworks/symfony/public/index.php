<?php

// As that of a new Symfony project. What Composer's autoload.php does there, Debian's packages do here.

foreach (['Bundle/FrameworkBundle', 'Component/Yaml'] as $part) {
    require_once "Symfony/$part/autoload.php";
}
require getenv('LOGINID_PACKAGE') . '/autoload.php';
spl_autoload_register(static function (string $class): void {
    $file = __DIR__ . '/../src/' . strtr(substr($class, strlen('App\\')), '\\', '/') . '.php';
    if (str_starts_with($class, 'App\\') && is_file($file)) {
        require $file;
    }
});
// Symfony 6.4 gave it this name.
if (!class_exists(Symfony\Component\Routing\Attribute\Route::class)) {
    class_alias(Symfony\Component\Routing\Annotation\Route::class, Symfony\Component\Routing\Attribute\Route::class);
}

$kernel = new App\Kernel('test', false);
$request = Symfony\Component\HttpFoundation\Request::createFromGlobals();
$response = $kernel->handle($request);
$response->send();
$kernel->terminate($request, $response);
