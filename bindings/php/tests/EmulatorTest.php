<?php

declare(strict_types=1);

namespace Loginid\Tests;

use Loginid\Exception\ApiException;
use Loginid\Testing\Emulator;
use Loginid\V2;
use PHPUnit\Framework\TestCase as PhpUnitTestCase;

/** The emulator that the package starts for the tests of programs. */
final class EmulatorTest extends PhpUnitTestCase
{
    private const ADA = 'ada love/lace?#+%';

    /** @var array<string, string> */
    private array $environment;

    protected function setUp(): void
    {
        $this->environment = \getenv();
        // As `loginid-emulator exec` is called by whoever runs these tests.
        $program = \getenv('LOGINID_EMULATOR') ?: \dirname(__DIR__, 3) . '/target/debug/loginid-emulator';
        \putenv("LOGINID_EMULATOR=$program");
    }

    protected function tearDown(): void
    {
        foreach (\array_keys(\getenv() + $this->environment) as $name) {
            \putenv(isset($this->environment[$name]) ? "$name={$this->environment[$name]}" : $name);
        }
    }

    public function testUsersActOverHttpAndHttps(): void
    {
        foreach ([[], ['--tls']] as $options) {
            $emulator = Emulator::start(...$options);
            self::assertNotSame(\getenv('LOGINID_EMULATOR_URL'), $emulator->url);
            $client = $emulator->v2Client();
            $login = $emulator->logIn(self::ADA);
            self::assertSame(self::ADA, $client->verifyToken($login['jwtAccess'])['claims']['username']);
            $token = $emulator->confirmTx(self::ADA, 'Pay 10.00 EUR', 'n-1')['token'];
            self::assertTrue($client->verifyTransaction($token, 'Pay 10.00 EUR', 'n-1', self::ADA)['valid']);
            $client->sendOtpEmail(self::ADA);
            $code = $emulator->sentCode(self::ADA);
            self::assertSame($login['userId'], $client->verifyOtp(self::ADA, $code)['userId']);
            self::assertSame('eve', $emulator->client()->addUserWithoutCredentials('eve')['username']);
            $emulator->reset();
            self::assertSame([], $emulator->control('GET', 'v2/users')['users']);
            $emulator->close();
            $emulator->close();
        }
    }

    public function testTheServiceFailsAsItIsTold(): void
    {
        $emulator = Emulator::start();
        $fault = ['match' => ['path' => '/fido2/v2/version'], 'fault' => ['kind' => 'status', 'code' => 503]];
        $emulator->control('POST', 'faults', $fault);
        try {
            $emulator->v2Client()->withOptions(maxRetries: 0)->getVersion();
            self::fail('there was no error');
        } catch (ApiException $exception) {
            self::assertSame(503, $exception->getHttpStatus());
        }
    }

    public function testItEndsWithItsObjectButNotWithAForkedChild(): void
    {
        $emulator = Emulator::start();
        $child = \pcntl_fork();
        if ($child === 0) {
            Processes::finish(static fn () => $emulator->close());
        }
        Processes::assertAllWell([$child]);
        $emulator->reset();
        $url = $emulator->url;
        unset($emulator);
        self::assertFalse(@\file_get_contents("$url/healthz"));
    }

    public function testItEndsWithItsProcess(): void
    {
        $program = 'require $argv[1]; $emulator = Loginid\Testing\Emulator::start(); echo $emulator->url, "\n";'
            . ' fgets(STDIN); posix_kill(getmypid(), SIGKILL);';
        $command = [\PHP_BINARY, '-r', $program, \dirname(__DIR__) . '/autoload.php'];
        $process = \proc_open($command, [['pipe', 'r'], ['pipe', 'w']], $pipes);
        $url = \trim((string) \fgets($pipes[1]));
        self::assertNotFalse(\file_get_contents("$url/healthz"));
        \fwrite($pipes[0], "\n");
        \proc_close($process);
        for ($deadline = \time() + 60; @\file_get_contents("$url/healthz") !== false; \usleep(20_000)) {
            self::assertLessThan($deadline, \time(), 'it still runs');
        }
        $this->addToAssertionCount(1);
    }

    public function testTheEnvironmentHasNothingOfARealApplication(): void
    {
        $emulator = Emulator::start();
        // It contradicts LOGINID_V2_API_KEY.
        \putenv('LOGINID_V2_API_KEY_FILE=/etc/shop/api.key');
        \putenv('LOGINID_V2_ISSUER=https://shop.example');
        $_ENV['LOGINID_V2_ISSUER'] = 'https://shop.example';
        $emulator->useEnvironment();
        self::assertFalse(\getenv('LOGINID_V2_API_KEY_FILE'));
        self::assertArrayNotHasKey('LOGINID_V2_ISSUER', $_ENV);
        self::assertSame($emulator->variables['LOGINID_V2_API_KEY'], $_ENV['LOGINID_V2_API_KEY']);
        $token = $emulator->logIn('ada')['jwtAccess'];
        self::assertSame('ada', V2\Client::fromEnv()->verifyToken($token)['claims']['username']);
        self::assertSame($emulator->url, Emulator::current()->url);
    }

    public function testWhatIsWrongIsSaid(): void
    {
        $emulator = Emulator::start();
        self::assertFails('the emulator refuses GET nothing: HTTP/1.1 404', fn () => $emulator->control('GET', 'nothing'));
        $emulator->close();
        \set_error_handler(static fn (): bool => true); // as frameworks have one
        self::assertFails('no answer of the emulator: fopen(', fn () => $emulator->reset());
        \restore_error_handler();
        self::assertFails('did not start: loginid-emulator: invalid option', fn () => Emulator::start('--nonsense'));
        \putenv('LOGINID_EMULATOR=/nowhere');
        self::assertFails('there is no program /nowhere. LOGINID_EMULATOR may name it', fn () => Emulator::start());
        foreach (['LOGINID_EMULATOR_URL', 'LOGINID_EMULATOR_URL='] as $variable) {
            \putenv($variable);
            self::assertFails(
                'there is no emulator: run this program with loginid-emulator exec',
                fn () => Emulator::current(),
            );
        }
    }

    public function testTheSystemHasNoFilesLeft(): void
    {
        $program = <<<'PHP'
            require $argv[1];
            set_error_handler(fn () => true); // as frameworks have one
            $start = function (): void {
                try {
                    Loginid\Testing\Emulator::start();
                    echo "started\n";
                } catch (RuntimeException $exception) {
                    echo "{$exception->getMessage()}\n";
                }
            };
            putenv('LOGINID_EMULATOR=/nowhere');
            $start(); // it loads all classes
            posix_setrlimit(POSIX_RLIMIT_NOFILE, 20, 20);
            while ($file = @fopen('/dev/null', 'r')) {
                $files[] = $file;
            }
            $start();
            array_pop($files);
            $start();
            PHP;
        $command = [\PHP_BINARY, '-r', $program, \dirname(__DIR__) . '/autoload.php'];
        $process = \proc_open($command, [1 => ['pipe', 'w'], 2 => ['redirect', 1]], $pipes);
        $lines = \explode("\n", \rtrim(\stream_get_contents($pipes[1])));
        self::assertSame(0, \proc_close($process), \implode("\n", $lines));
        self::assertStringStartsWith('there is no program /nowhere', \array_shift($lines));
        self::assertSame([
            '/nowhere did not start: there is no temporary file for its messages',
            '/nowhere did not start: proc_open(): Unable to create pipe Too many open files',
        ], $lines);
    }

    private static function assertFails(string $message, callable $call): void
    {
        try {
            $call();
        } catch (\RuntimeException $exception) {
            self::assertStringContainsString($message, $exception->getMessage());
            return;
        }
        self::fail("nothing said: $message");
    }
}
