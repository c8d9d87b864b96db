<?php

declare(strict_types=1);

namespace Loginid\Tests;

/** PHP without FFI, or with FFI restricted: the error says what is missing and what to set. */
final class FfiUnavailableTest extends TestCase
{
    private const PROGRAM = <<<'PHP'
        require $argv[1];
        foreach ([fn () => Loginid\Client::fromEnv(), fn () => Loginid\Loginid::version(), fn () => new Loginid\Cancel(), fn () => Loginid\V2\Client::fromEnv()] as $use) {
            try {
                $use();
                echo "usable\n";
            } catch (Loginid\Exception\ConfigException $exception) {
                echo "{$exception->getStatus()} {$exception->getErrorCode()} {$exception->getMessage()}\n";
            }
        }
        PHP;

    private ?WebServer $server = null;

    protected function tearDown(): void
    {
        $this->server?->stop();
    }

    public function testWithoutTheExtension(): void
    {
        if (\str_contains((string) \shell_exec(\PHP_BINARY . ' -n -m'), 'FFI')) {
            self::markTestSkipped('FFI is built into this PHP');
        }
        $this->assertUnavailable(['-n'], 'install its ffi extension, and load it with `extension=ffi` in php.ini');
    }

    public function testWithTheClassDisabled(): void
    {
        $this->assertUnavailable(['-d', 'disable_classes=FFI'], '`disable_classes` must not name FFI');
    }

    public function testWithARestrictedExtension(): void
    {
        $this->assertUnavailable(['-d', 'ffi.enable=false'], 'set `ffi.enable=true` in php.ini');
    }

    public function testTheBuiltInWebServerSaysWhatToSet(): void
    {
        $script = \tempnam(\sys_get_temp_dir(), 'loginid');
        $program = \str_replace('$argv[1]', \var_export(__DIR__ . '/../autoload.php', true), self::PROGRAM);
        \file_put_contents($script, "<?php $program");
        try {
            $this->server = new WebServer('php -S localhost:8000', $script);
            $page = $this->server->get('');
        } finally {
            \unlink($script);
        }
        $expected = 'LID_ERROR_CONFIG ffi_unavailable PHP restricts FFI here (ffi.enable is "preload", the SAPI is '
            . 'cli-server): set `ffi.enable=true` in php.ini, start PHP with `-d ffi.enable=true`, or preload this '
            . "package as docs/php.md says (ffi_unavailable)\n";
        self::assertSame(\str_repeat($expected, 4), $page);
    }

    public function testTheBuiltInWebServerWorksAsThePageSays(): void
    {
        \preg_match('/^php .* -S localhost:8000$/m', \file_get_contents(__DIR__ . '/../../../docs/php.md'), $command);
        $user = $this->user();
        $this->server = new WebServer($command[0], __DIR__ . '/fpm/call.php');
        self::assertSame($user, \json_decode($this->server->get("user=$user"), true)['user'] ?? null);
    }

    /** @param list<string> $options */
    private function assertUnavailable(array $options, string $advice): void
    {
        $command = [\PHP_BINARY, ...$options, '-r', self::PROGRAM, __DIR__ . '/../autoload.php'];
        $process = \proc_open($command, [1 => ['pipe', 'w'], 2 => ['redirect', 1]], $pipes);
        $lines = \explode("\n", \rtrim(\stream_get_contents($pipes[1])));
        self::assertSame(0, \proc_close($process), \implode("\n", $lines));
        self::assertCount(4, $lines);
        foreach ($lines as $line) {
            self::assertStringStartsWith('LID_ERROR_CONFIG ffi_unavailable PHP ', $line);
            self::assertStringContainsString($advice, $line);
        }
    }
}
