<?php

declare(strict_types=1);

namespace Loginid\Tests;

/** The files of docs/php-frameworks.md, with the real containers and requests of Laravel and Symfony. */
final class FrameworksTest extends TestCase
{
    private const PAGE = __DIR__ . '/../../../docs/php-frameworks.md';

    /** What Laravel itself does for these files. */
    private const LARAVEL = <<<'PHP'
        // Laravel's own needs a package for files with variables.
        function env(string $name): string
        {
            return getenv($name);
        }
        foreach (['Support', 'Container', 'Http', 'Session'] as $part) {
            require_once "Illuminate/$part/autoload.php";
        }
        require_once 'Psr/Log/autoload.php';
        require 'Logger.php';
        require 'app/Providers/LoginidServiceProvider.php';
        require 'app/Http/Controllers/SessionController.php';

        $app = new Illuminate\Container\Container();
        $app->instance('config', ['services.loginid' => (require 'config/services.php')['loginid']]);
        $app->instance(Psr\Log\LoggerInterface::class, $logger = new Logger());
        (new App\Providers\LoginidServiceProvider($app))->register();
        $controller = $app->make(App\Http\Controllers\SessionController::class);
        $request = Illuminate\Http\Request::create('/session', 'POST', ['token' => $argv[1]]);
        $session = new Illuminate\Session\Store('name', new Illuminate\Session\ArraySessionHandler(10));
        $request->setLaravelSession($session);
        echo $controller->store($request)->getContent(), "\n";
        echo $session->get('user')['name'], "\n";
        $interface = Loginid\V2\ClientInterface::class;
        echo $app->make($interface) === $app->make($interface) ? "one client\n" : "two clients\n";
        echo implode(', ', $logger->messages), "\n";

        function response(): object
        {
            return new class {
                public function json(array $body, int $status): string
                {
                    return "$status " . json_encode($body);
                }
            };
        }
        $handler = new class {
            public mixed $render = null;
            public function renderable(callable $render): void
            {
                $this->render = $render;
            }
        };
        (function (): void {
            eval(file_get_contents('handler.php'));
        })->call($handler);
        foreach ([fn ($client) => $client->verifyToken('a.b.c'), fn ($client) => $client->deleteUser('x')] as $call) {
            try {
                $call($app->make($interface));
            } catch (Loginid\Exception $exception) {
                echo ($handler->render)($exception), "\n";
            }
        }
        PHP;

    /** What Symfony itself does for these files. */
    private const SYMFONY = <<<'PHP'
        foreach (['DependencyInjection', 'Config', 'Yaml', 'HttpFoundation', 'Routing'] as $part) {
            require_once "Symfony/Component/$part/autoload.php";
        }
        require_once 'Psr/Log/autoload.php';
        require 'Logger.php';
        require 'src/Controller/SessionController.php';

        use Symfony\Component\HttpFoundation\Session\Session;
        use Symfony\Component\HttpFoundation\Session\Storage\MockArraySessionStorage;

        $container = new Symfony\Component\DependencyInjection\ContainerBuilder();
        $files = new Symfony\Component\Config\FileLocator('config');
        (new Symfony\Component\DependencyInjection\Loader\YamlFileLoader($container, $files))->load('services.yaml');
        $container->register('logger', Logger::class)->setPublic(true);
        $container->register(App\Controller\SessionController::class)->setAutowired(true)->setPublic(true);
        $container->compile(true);
        $controller = $container->get(App\Controller\SessionController::class);
        $request = Symfony\Component\HttpFoundation\Request::create('/session', 'POST', ['token' => $argv[1]]);
        $request->setSession(new Session(new MockArraySessionStorage()));
        echo $controller->create($request)->getContent(), "\n";
        echo $request->getSession()->get('user')['name'], "\n";
        $interface = Loginid\V2\ClientInterface::class;
        echo $container->get($interface) === $container->get($interface) ? "one client\n" : "two clients\n";
        echo implode(', ', $container->get('logger')->messages), "\n";
        PHP;

    private const LOGGER = <<<'PHP'
        class Logger extends Psr\Log\AbstractLogger
        {
            public array $messages = [];

            public function log($level, $message, array $context = []): void
            {
                $this->messages[] = "$level $context[operation]";
            }
        }
        PHP;

    private string $folder;

    protected function setUp(): void
    {
        parent::setUp();
        $this->folder = \sys_get_temp_dir() . '/loginid-framework-' . \bin2hex(\random_bytes(6));
        \preg_match_all('/^```(?:php\n<\?php|yaml)\n(?:\/\/|#) ([^\s,]+).*?\n(.*?)^```/ms', self::page(), $blocks);
        foreach (\array_combine($blocks[1], $blocks[2]) as $path => $text) {
            @\mkdir(\dirname("$this->folder/$path"), recursive: true);
            \file_put_contents("$this->folder/$path", (\str_ends_with($path, '.php') ? "<?php\n" : '') . $text);
        }
        \preg_match('/^```php\n(\$this->renderable.*?)^```/ms', self::page(), $handler);
        \file_put_contents("$this->folder/handler.php", $handler[1]);
    }

    protected function tearDown(): void
    {
        \exec('rm -rf ' . \escapeshellarg($this->folder));
    }

    public function testLaravel(): void
    {
        self::assertSame([
            '{"username":"ada@example.com"}', 'ada@example.com', 'one client', 'debug v2_key_set',
            '401 {"error":"malformed_token"}', '404 {"error":"not_found"}',
        ], $this->printed('Illuminate/Container', self::LARAVEL));
    }

    public function testSymfony(): void
    {
        self::assertSame(
            ['{"username":"ada@example.com"}', 'ada@example.com', 'one client', 'debug v2_key_set'],
            $this->printed('Symfony/Component/DependencyInjection', self::SYMFONY),
        );
    }

    private static function page(): string
    {
        return \file_get_contents(self::PAGE);
    }

    /** @return list<string> the lines that a program prints */
    private function printed(string $library, string $program): array
    {
        if (\stream_resolve_include_path("$library/autoload.php") === false && \getenv('CI') !== 'true') {
            self::markTestSkipped("there is no $library here");
        }
        $autoload = \var_export(__DIR__ . '/../autoload.php', true);
        \file_put_contents("$this->folder/Logger.php", "<?php\n" . self::LOGGER);
        \file_put_contents("$this->folder/program.php", "<?php\nrequire $autoload;\n$program");
        // These versions are older than this PHP, which finds what is deprecated in them.
        $command = [\PHP_BINARY, '-d', 'error_reporting=8191', '-d', 'display_errors=1', 'program.php'];
        $token = Emulator::post('v2/users/ada@example.com/login')['jwtAccess'];
        $process = \proc_open([...$command, $token], [1 => ['pipe', 'w'], 2 => ['redirect', 1]], $pipes, $this->folder);
        $output = \stream_get_contents($pipes[1]);
        self::assertSame(0, \proc_close($process), $output);
        return \explode("\n", \rtrim($output));
    }
}
