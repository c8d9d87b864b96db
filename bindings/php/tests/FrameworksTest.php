<?php

declare(strict_types=1);

namespace Loginid\Tests;

use App\LoginidErrors;
use Loginid\Exception\ApiException;
use Loginid\Exception\TokenExpiredException;

/**
 * The files of docs/php-frameworks.md in a new project of Laravel and of Symfony, below frameworks/,
 * which PHP's own web server runs with the protection that such a project has.
 */
final class FrameworksTest extends TestCase
{
    private const PAGE = __DIR__ . '/../../../docs/php-frameworks.md';
    private const ADA = 'ada@example.com';
    /** A file of the framework, its folder of classes, and folders that a new project has besides. */
    private const PROJECTS = [
        'Laravel' => ['Illuminate/Foundation/Application.php', 'app', ['bootstrap/cache', 'resources/views',
            'storage/framework/sessions', 'storage/framework/views']],
        'Symfony' => ['Symfony/Bundle/FrameworkBundle/autoload.php', 'src', []],
    ];

    private string $folder;
    private ?WebServer $server = null;
    private Page $page;

    protected function setUp(): void
    {
        parent::setUp();
        $this->folder = \sys_get_temp_dir() . '/loginid-framework-' . \bin2hex(\random_bytes(6));
    }

    protected function tearDown(): void
    {
        $this->server?->stop();
        \exec('rm -rf ' . \escapeshellarg($this->folder));
    }

    public function testLaravel(): void
    {
        $this->start('Laravel');
        // The page has its first cookies from any answer.
        self::assertSame([401, ['code' => 'login_required']], $this->answer('GET', '/passkeys'));
        self::assertArrayHasKey('XSRF-TOKEN', $this->page->cookies);
        $token = Emulator::current()->logIn(self::ADA)['jwtAccess'];
        self::assertSame(419, $this->page->send('POST', '/session', ['jwtAccess' => $token])[0]);
        self::assertSame(419, $this->page->send('DELETE', '/session')[0]);
        $csrf = fn (): array => ['X-XSRF-TOKEN: ' . \rawurldecode($this->page->cookies['XSRF-TOKEN'])];
        $this->checkTheContract($csrf, 'shop_session');
        $log = \file_get_contents("$this->folder/storage/logs/laravel.log");
        self::assertMatchesRegularExpression('/DEBUG: .*v2_key_set/', $log);
        $this->checkTheLog($log, 'production.ERROR: ');
    }

    public function testSymfony(): void
    {
        $this->start('Symfony');
        self::assertSame([401, ['code' => 'login_required']], $this->answer('GET', '/passkeys'));
        // What a form of another site can send.
        $body = \json_encode(['jwtAccess' => Emulator::current()->logIn(self::ADA)['jwtAccess']]);
        $answer = $this->page->sendText('POST', '/session', $body, ['Content-Type: text/plain']);
        self::assertSame([400, ['code' => 'bad_request']], \array_slice($answer, 0, 2));
        $this->checkTheContract(static fn (): array => [], 'PHPSESSID');
        $log = \file_get_contents("$this->folder/output");
        self::assertMatchesRegularExpression('/\[debug\] .*v2_key_set/', $log);
        $this->checkTheLog($log, '[error] ');
    }

    public function testErrorsOfTestDoublesHaveTheSameAnswers(): void
    {
        eval(self::blocks('What both have')['LoginidErrors.php']);
        $answers = [
            [['code' => 'not_found'], 404, []],
            [['code' => 'try_again_later'], 503, []],
            [['code' => 'internal_error'], 500, []],
            [['code' => 'token_expired'], 401, []],
        ];
        $errors = [
            ApiException::local('not_found', 'gone'),
            ApiException::local('http_error', 'busy', httpStatus: 502),
            ApiException::local('forbidden', 'the API key has no such scope', httpStatus: 403),
            TokenExpiredException::local('token_expired', 'it has expired'),
        ];
        self::assertSame($answers, \array_map(LoginidErrors::answer(...), $errors));
    }

    /** A mock takes the place of the client as the page says. */
    public function testTheServiceOfSymfonyIsReplacedByAMock(): void
    {
        $this->project('Symfony');
        $index = \explode('$kernel = ', \file_get_contents("$this->folder/public/index.php"))[0];
        $program = <<<'PHP'
            $kernel = new App\Kernel('test', false);
            $kernel->boot();
            $container = $kernel->getContainer()->get('test.service_container');
            $mock = Loginid\V2\Client::withConfig(['base_url' => 'https://mock.example']);
            $container->set(Loginid\V2\ClientInterface::class, $mock);
            $used = (fn () => $this->loginid)->call($container->get(App\Controller\SessionController::class));
            echo $used === $mock ? 'replaced' : 'not replaced';
            PHP;
        \file_put_contents("$this->folder/public/program.php", $index . $program);
        \exec("cd $this->folder/public && LOGINID_PACKAGE=" . \dirname(__DIR__) . ' ' . \PHP_BINARY . ' program.php', $lines);
        self::assertSame(['replaced'], $lines);
    }

    /**
     * The contract of the page of docs/v2/web.md and of what servers answer.
     *
     * @param callable(): list<string> $csrf the headers that the page adds
     */
    private function checkTheContract(callable $csrf, string $session): void
    {
        $emulator = Emulator::current();
        $post = fn (mixed $body): array => $this->answer('POST', '/session', $body, $csrf());
        // What any stranger can send.
        foreach ([null, 'text', [], ['jwtAccess' => ''], ['jwtAccess' => 5], ['jwtAccess' => ['a']],
            ['jwtAccess' => null], ['jwtAccess' => "a\0b"], ['token' => 'a.b.c']] as $body) {
            self::assertSame([400, ['code' => 'bad_request']], $post($body), \json_encode($body));
        }
        self::assertSame([401, ['code' => 'malformed_token']], $post(['jwtAccess' => 'a.b.c']));
        $login = $emulator->logIn(self::ADA);
        $claims = ['exp' => 2] + $emulator->v2Client()->verifyToken($login['jwtAccess'])['claims'];
        $expired = $emulator->control('POST', 'v2/tokens', ['claims' => $claims])['token'];
        self::assertSame([401, ['code' => 'token_expired']], $post(['jwtAccess' => $expired]));
        $confirmed = $emulator->confirmTx(self::ADA, 'Pay 10.00 EUR', 'n-1')['token'];
        self::assertSame([401, ['code' => 'token_kind_mismatch']], $post(['jwtAccess' => $confirmed]));
        self::assertSame([401, ['code' => 'login_required']], $this->answer('GET', '/passkeys'));

        // Each login begins another session.
        self::assertSame([200, ['username' => self::ADA]], $post(['jwtAccess' => $login['jwtAccess']]));
        $before = $this->page->cookies[$session];
        self::assertSame([200, ['username' => self::ADA]], $post(['jwtAccess' => $login['jwtAccess']]));
        self::assertNotSame($before, $this->page->cookies[$session]);
        $this->assertEnded($session, $before);
        [$status, $list] = $this->answer('GET', '/passkeys');
        self::assertSame([200, [$login['passkeyId']]], [$status, \array_column($list['passkeys'], 'id')]);
        $passkey = "/passkeys/$login[passkeyId]";
        self::assertSame([200, []], $this->answer('PATCH', $passkey, ['name' => 'Phone'], $csrf()));
        self::assertSame('Phone', $this->answer('GET', '/passkeys')[1]['passkeys'][0]['name']);
        self::assertSame([400, ['code' => 'bad_request']], $this->answer('PATCH', $passkey, ['name' => 5], $csrf()));
        $none = '/passkeys/00000000-0000-4000-8000-000000000000';
        self::assertSame([404, ['code' => 'not_found']], $this->answer('DELETE', $none, null, $csrf()));
        $foreign = '/passkeys/' . $emulator->logIn('grace@example.com')['passkeyId'];
        self::assertSame([404, ['code' => 'not_found']], $this->answer('DELETE', $foreign, null, $csrf()));
        self::assertSame([404, ['code' => 'not_found']], $this->answer('PATCH', $foreign, ['name' => 'Mine'], $csrf()));

        // The service fails.
        $fault = static fn (array $fault): mixed
            => Emulator::fault('/fido2/v2/passkeys', ['kind' => 'status'] + $fault, 9);
        $fault(['code' => 503]);
        self::assertSame([503, ['code' => 'try_again_later']], $this->answer('GET', '/passkeys'));
        $emulator->control('DELETE', 'faults');
        $fault(['code' => 429, 'headers' => [['Retry-After', '3600']]]);
        [$status, $body, $headers] = $this->page->send('GET', '/passkeys');
        self::assertSame([503, ['code' => 'try_again_later']], [$status, $body]);
        self::assertSame('3600', $headers['retry-after']);
        $emulator->control('DELETE', 'faults');
        $fault(['code' => 403]);
        self::assertSame([500, ['code' => 'internal_error']], $this->answer('GET', '/passkeys'));
        $emulator->control('DELETE', 'faults');

        self::assertSame([200, []], $this->answer('DELETE', $passkey, null, $csrf()));
        $before = $this->page->cookies[$session];
        self::assertSame([200, []], $this->answer('DELETE', '/session', null, $csrf()));
        self::assertSame([401, ['code' => 'login_required']], $this->answer('GET', '/passkeys'));
        $this->assertEnded($session, $before);
    }

    /** Whoever has the former cookie is not logged in. */
    private function assertEnded(string $session, string $cookie): void
    {
        $former = clone $this->page;
        $former->cookies[$session] = $cookie;
        self::assertSame(401, $former->send('GET', '/passkeys')[0]);
    }

    /** Faults of the program and of the service are logged, those of visitors are not. */
    private function checkTheLog(string $log, string $level): void
    {
        $level = \preg_quote($level);
        self::assertSame(3, \preg_match_all("/$level.*request [-0-9a-f]{36}\)/", $log), $log);
        self::assertSame(3, \preg_match_all("/$level/", $log), $log);
        self::assertStringNotContainsString('malformed_token', $log);
        self::assertStringNotContainsString('eyJ', $log, 'a token');
    }

    /**
     * @param list<string> $headers
     * @return array{int, mixed} status and JSON
     */
    private function answer(string $method, string $path, mixed $body = null, array $headers = []): array
    {
        return \array_slice($this->page->send($method, $path, $body, $headers), 0, 2);
    }

    /** Starts the web server of a new project, which has the files of the page. */
    private function start(string $framework): void
    {
        $this->project($framework);
        $environment = ['LOGINID_PACKAGE' => \dirname(__DIR__)];
        // These versions are older than this PHP, which finds what is deprecated in them.
        $command = 'php -d ffi.enable=true -d error_reporting=8191 -S localhost:8000 -t public';
        $this->server = new WebServer($command, 'public/index.php', $this->folder, $environment);
        $this->page = new Page($this->server->address);
    }

    /** A new project with the files of the page that are for both frameworks, and for this one. */
    private function project(string $framework): void
    {
        [$library, $sources, $folders] = self::PROJECTS[$framework];
        if (\stream_resolve_include_path($library) === false && \getenv('CI') !== 'true') {
            self::markTestSkipped("there is no $framework here");
        }
        \exec('cp -r ' . __DIR__ . '/frameworks/' . \strtolower($framework) . " $this->folder", $output, $status);
        self::assertSame(0, $status);
        foreach ($folders as $folder) {
            \mkdir("$this->folder/$folder", recursive: true);
        }
        foreach (self::blocks("What both have|$framework") as $path => $text) {
            $path = \str_contains($path, '/') ? $path : "$sources/$path";
            @\mkdir(\dirname("$this->folder/$path"), recursive: true);
            \file_put_contents("$this->folder/$path", (\str_ends_with($path, '.php') ? "<?php\n" : '') . $text);
        }
    }

    /** @return array<string, string> the files of the page, by their paths */
    private static function blocks(string $sections): array
    {
        \preg_match_all("/^## ($sections)\$.*?(?=^## |\\z)/ms", \file_get_contents(self::PAGE), $parts);
        $page = \implode('', $parts[0]);
        \preg_match_all('/^```(?:php\n<\?php|yaml)\n(?:\/\/|#) ([^\s,]+).*?\n(.*?)^```/ms', $page, $blocks);
        return \array_combine($blocks[1], $blocks[2]);
    }
}
